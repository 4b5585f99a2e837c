"""Finds the indicators in force, the breakdowns they have, and the interviews that count."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import func, select

from app.db import db
from app.forms.models import Form
from app.forms.queries import current_definition, definition_of
from app.indicators.compare import Change, compare
from app.indicators.definitions import Indicator
from app.indicators.models import CountedInterview, IndicatorVersion
from app.submissions.models import Interview, Submission
from app.xforms.definition import FormDefinition
from app.xforms.join import join_forms


def find_indicator(project_id: int, code: str) -> IndicatorVersion | None:
    """The version of an indicator that is in force."""
    return db.session.scalar(
        select(IndicatorVersion).where(
            IndicatorVersion.project_id == project_id,
            IndicatorVersion.code == code,
            IndicatorVersion.in_force,
        )
    )


def forms_of(version: IndicatorVersion) -> tuple[FormDefinition, ...]:
    """The form that an indicator was published with, and the one that it joins, as it is now."""
    own = definition_of(version.form_version_id)
    return (own, current_definition(version.partner_id)) if version.partner_id else (own,)


def whole_of(forms: Sequence[FormDefinition]) -> FormDefinition:
    """What `forms_of` found, as one form."""
    return join_forms(*forms) if len(forms) > 1 else forms[0]


def changes_of(project_id: int, code: str) -> list[tuple[IndicatorVersion, Change | None]]:
    """An indicator's versions, the newest first, each with what it says otherwise than the last.

    The first one has no change.
    """
    statement = (
        select(IndicatorVersion)
        .filter_by(project_id=project_id, code=code)
        .order_by(IndicatorVersion.id)
    )
    known = list(db.session.scalars(statement))
    said = [[Indicator.from_json(version.definition)] for version in known]
    pairs = [None, *(next(iter(compare(*pair)), None) for pair in pairwise(said))]
    return list(zip(reversed(known), reversed(pairs), strict=True)) if known else []


def breakdown_names(project_id: int) -> set[str]:
    """The names of all breakdowns of the indicators in force."""
    statement = select(IndicatorVersion.definition).where(
        IndicatorVersion.project_id == project_id, IndicatorVersion.in_force
    )
    return {item["name"] for found in db.session.scalars(statement) for item in found["by"]}


def counted_among(submission_ids: Iterable[int]) -> set[int]:
    """Those of these submissions that count for their household, person or village."""
    counted = CountedInterview  # found by its subject: that is its key
    statement = (
        select(counted.submission_id)
        .join(Interview, Interview.subject == counted.subject)
        .join(Submission, Submission.approved_pk == Interview.instance_pk)
        .where(Submission.id.in_(list(submission_ids)), counted.submission_id == Submission.id)
        .where(counted.round_id == Interview.round_id, counted.form_id == Interview.form_id)
    )
    return set(db.session.scalars(statement))


def adults_otherwise(said: Interview) -> int | None:
    """The adults of the household interview that counts, where a person's one has another number.

    Asked for whenever somebody looks, so that it does not matter which of the two came first.
    """
    if said.person_no is None or said.adults is None:
        return None
    counted = db.session.scalar(
        select(func.max(Interview.adults))
        .join(CountedInterview, CountedInterview.instance_pk == Interview.instance_pk)
        .join(Form, Form.id == CountedInterview.form_id)
        .where(Form.kind == "household", CountedInterview.round_id == said.round_id)
        .where(CountedInterview.household == said.household)
        .where(CountedInterview.outcome == "complete")
    )
    return None if counted == said.adults else counted
