"""Explains a figure: what it counts in words, what it is made of, and what is left out and why."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.accounts.actors import Actor
from app.clock import local_date, today
from app.db import db, driver
from app.errors import NotFound
from app.forms.queries import definition_of
from app.indicators.behind import Interview, Question, Tally, answers_behind, list_behind, tally
from app.indicators.definitions import Indicator
from app.indicators.evaluate import gate_of
from app.indicators.figures import Figure
from app.indicators.formula import compile_formula, unit_scope
from app.indicators.models import IndicatorVersion
from app.indicators.queries import find_figures
from app.indicators.sum_models import Release
from app.indicators.withhold import reads_interviews
from app.indicators.wording import Wording, word
from app.org_units.models import OrgUnit
from app.rounds.models import Round
from app.submissions.keys import answer_keys
from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.plan import Plan

BELOW = {"province": "commune", "district": "commune", "commune": "village"}
LISTED = ("commune", "village")  # places small enough to look at each interview
DOMAINS = "select id, breakdown, value from indicator_domains where indicator_id = %s"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure, and what stands behind it as far as the reader's rights go.

    `parts` are the figures of places below; `question` finds the interviews, `tally`
    counts them: both None for who may not read interviews there, or above communes.
    """

    figure: Figure
    version: IndicatorVersion
    indicator: Indicator
    wording: Wording
    parts: list[Figure]
    question: Question | None
    tally: Tally | None
    fields: list[Field]
    definition: FormDefinition


def explain(  # noqa: PLR0913 - each narrows the question
    actor: Actor,
    *,
    round_: Round,
    unit: OrgUnit,
    indicator: str,
    by: str = "",
    value: str = "",
    release: Release | None = None,
    level: str | None = None,
) -> Explanation:
    """Explains one figure of a place, or of one group in it; raises `NotFound`.

    Its parts are the figures of the places right below, or of those of a level.

    Readers without access to interviews see the figures that were given out, and no more.
    """
    narrowed: dict[str, Any] = {
        "round_": round_, "unit_id": unit.id, "indicator": indicator, "by": by, "release": release,
    }  # fmt: skip
    found = find_figures(actor, level=unit.level, **narrowed)
    figure = next((f for f in found if f.breakdown_value == value), None)
    if figure is None:
        raise NotFound("There is no such figure.")
    version = _version(round_.project_id, figure)
    defined = Indicator.from_json(version.definition)
    definition = definition_of(version.form_version_id)
    below = level or BELOW.get(unit.level)
    parts = find_figures(actor, level=below, **narrowed) if below else []
    question = None
    if unit.level in LISTED and reads_interviews(actor, unit.id, round_.project_id):
        day = local_date(release.released_at) if release else today()
        question = _question(figure, version, round_, day, is_person=defined.unit == "person")
    return Explanation(
        figure=figure,
        version=version,
        indicator=defined,
        wording=word(defined, definition),
        parts=[part for part in parts if part.breakdown_value == value],
        question=question,
        tally=tally(question) if question else None,
        fields=_questions(defined, definition),
        definition=definition,
    )


def interviews_of(
    explanation: Explanation, reason: str | None, *, sort: str, start: int, limit: int
) -> list[tuple[Interview, dict[str, list[Any]]]]:
    """Some of the interviews behind a figure, each with its answers by name of the question."""
    if explanation.question is None:
        return []
    found = list_behind(explanation.question, reason, sort=sort, start=start, limit=limit)
    keys = answer_keys(explanation.definition)
    names = {keys[item.path]: item.name for item in explanation.fields if item.path in keys}
    rows: dict[str, list[str]] = {}
    for item in explanation.fields:
        if item.repeat and item.path in keys:
            rows.setdefault(item.repeat, []).append(keys[item.path])
    top = names.keys() - {key for known in rows.values() for key in known}
    answers = answers_behind((one.instance_pk for one in found), top, rows)
    return [
        (one, {names[key]: said for key, said in answers.get(one.instance_pk, {}).items()})
        for one in found
    ]


def _version(project_id: int, figure: Figure) -> IndicatorVersion:
    found = db.session.scalar(
        select(IndicatorVersion).filter_by(
            project_id=project_id, code=figure.indicator, version=figure.version
        )
    )
    assert found is not None
    return found


def _question(
    figure: Figure, version: IndicatorVersion, round_: Round, on: date, *, is_person: bool
) -> Question:
    domains = {(by, value): key for key, by, value in driver().execute(DOMAINS, (version.id,))}
    return Question(
        unit=figure.unit_id,
        on=on,
        round=round_.id,
        form=version.form_id,
        person=is_person,
        whole=domains.get(("", "")),
        domain=domains.get((figure.breakdown, figure.breakdown_value)),
    )


def _questions(indicator: Indicator, definition: FormDefinition) -> list[Field]:
    """The questions the indicator looks at, in the order of the questionnaire; no personal ones."""
    plan = Plan(definition, frozenset(gate_of(definition)))
    scope = unit_scope(plan, indicator.unit)
    assert scope is not None
    used = {path for path, (item, _) in compile_formula(indicator, plan, scope).used.items()
            if item.type != "repeat"}  # fmt: skip
    return [item for item in definition.fields if item.path in used and item.pii is None]
