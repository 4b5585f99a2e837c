"""Finds interviews by what a reviewer has at hand; each way of asking has its index.

A number is an interview's own; `uuid:…` the id of any of its versions. Anything else is the name,
user name or code of a surveyor, or else the code of a household, or its beginning, that some
version names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select

from app.accounts.models import AppUser
from app.db import db
from app.forms.models import Form
from app.org_units.names import fold
from app.submissions.models import Instance, Interview, Submission

LARGEST_RECORD = 2**63 - 1
FEW = 2000  # interviews of surveyors that are looked up one by one
_NUMBER = re.compile(r"#?([0-9]{1,19})")
_UUID = re.compile(r"(?:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sought:
    """Condition: a submission is one that a text asks for; and whether those are few."""

    condition: ColumnElement[bool]
    is_few: bool = True


def seek(project_id: int, text: str) -> Sought:
    """Which submissions of the project the text asks for."""
    if number := _NUMBER.fullmatch(text):
        wanted = int(number[1])
        return Sought(Submission.id == wanted if wanted <= LARGEST_RECORD else false())
    if uuid := _UUID.fullmatch(text):
        return Sought(_with_version(project_id, uuid[1].lower()))
    if surveyors := _surveyors(project_id, text):
        return _sent_by(surveyors)
    return Sought(_about_household(text))


def _with_version(project_id: int, uuid: str) -> ColumnElement[bool]:
    forms = select(Form.id).where(Form.project_id == project_id)
    named = select(func.coalesce(Instance.root_id, Instance.id)).where(
        Instance.form_id.in_(forms), Instance.instance_id.in_((f"uuid:{uuid}", uuid))
    )
    return Submission.id.in_(named)


def _surveyors(project_id: int, text: str) -> Sequence[int]:
    asked = fold(text)
    known = select(AppUser.id, AppUser.name, AppUser.username, AppUser.enumerator_code)
    return [
        surveyor_id
        for surveyor_id, *names in db.session.execute(known.where(AppUser.project_id == project_id))
        if asked and any(asked in fold(name) for name in names)
    ]


def _sent_by(surveyors: Sequence[int]) -> Sought:
    """By what they sent; who sent much is found soon among all."""
    mine = Instance.app_user_id.in_(surveyors)
    sent = db.session.scalars(select(Instance.id).where(mine).limit(FEW + 1)).all()
    if len(sent) > FEW:
        # Looked up for each, so that the list is walked and ends when it is full.
        sender = select(Instance.app_user_id).where(Instance.id == Submission.current_pk)
        return Sought(sender.scalar_subquery().in_(surveyors), is_few=False)
    roots = select(func.coalesce(Instance.root_id, Instance.id)).where(Instance.id.in_(sent))
    return Sought(Submission.id.in_(roots) & Submission.current_pk.in_(sent))


def _about_household(text: str) -> ColumnElement[bool]:
    """By the beginning of the subject, as a range: that has its index however it is planned."""
    begins = {text, text.upper()}
    within = (Interview.subject.between(code, code + "\U0010ffff") for code in begins)
    return Submission.id.in_(select(Interview.submission_id).where(or_(*within)))
