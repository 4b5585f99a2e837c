"""Interviews as programmes that keep a copy of them get them: many at once, without names."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.actors import Actor
from app.db import db
from app.forms.models import Form
from app.org_units.models import OrgUnit
from app.org_units.queries import codes_of
from app.review.models import Flag
from app.review.queries import Decision, decisions_of_each
from app.submissions.models import Interview, InterviewRow, Submission
from app.submissions.queries import Version, in_order, readable, versions_of_each


@dataclass(frozen=True, slots=True)
class InterviewCopy:
    """One interview: where it stands, what was read out of its newest version, its history."""

    submission: Submission
    xml_form_id: str
    unit: OrgUnit
    unit_code: str | None
    interview: Interview | None
    rows: Sequence[InterviewRow]
    flags: Sequence[str]
    versions: Sequence[Version]
    decisions: Sequence[Decision]


def copies_of(
    actor: Actor, submission_ids: Sequence[int], *, rows: bool = False
) -> dict[int, InterviewCopy]:
    """By id, the interviews that the actor may read, with the rows of their repeats when asked."""
    statement = (
        select(Submission, Form.xml_form_id, OrgUnit, Interview)
        .join(Form, Form.id == Submission.form_id)
        .join(OrgUnit, OrgUnit.id == Submission.unit_id)
        .outerjoin(Interview, Interview.instance_pk == Submission.current_pk)
        .where(Submission.id.in_(submission_ids), readable(actor))
    )
    found = db.session.execute(statement).all()
    newest = [row.Submission.current_pk for row in found]
    codes = codes_of({row.OrgUnit.id for row in found})
    flags = _flags(newest)
    asked_rows = _rows(newest) if rows else {}
    versions = versions_of_each(submission_ids)
    decisions = decisions_of_each(submission_ids)
    return {
        submission.id: InterviewCopy(
            submission,
            xml_form_id,
            unit,
            codes.get(unit.id),
            interview,
            asked_rows.get(submission.current_pk, ()),
            flags.get(submission.current_pk, ()),
            versions.get(submission.id, ()),
            decisions.get(submission.id, ()),
        )
        for submission, xml_form_id, unit, interview in found
    }


def _flags(instance_pks: Sequence[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    statement = select(Flag.instance_pk, Flag.code).where(Flag.instance_pk.in_(instance_pks))
    for instance_pk, code in db.session.execute(statement.order_by(Flag.code)):
        found[instance_pk].append(code)
    return found


def _rows(instance_pks: Sequence[int]) -> dict[int, list[InterviewRow]]:
    found = defaultdict(list)
    statement = select(InterviewRow).where(InterviewRow.instance_pk.in_(instance_pks))
    for row in sorted(db.session.scalars(statement), key=in_order):
        found[row.instance_pk].append(row)
    return found
