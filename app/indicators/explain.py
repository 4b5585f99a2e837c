"""Explains a figure: what it counts in words, what it is made of, and what is left out and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.accounts.actors import Actor
from app.clock import local_date, today
from app.db import db, driver
from app.errors import NotFound
from app.indicators.behind import (
    COUNTED,
    MISSING,
    Interview,
    Question,
    Tally,
    answers_behind,
    list_behind,
    tally,
)
from app.indicators.definitions import Indicator
from app.indicators.evaluate import gate_of
from app.indicators.factors import Weight, factors_of
from app.indicators.figures import Figure
from app.indicators.fitted_weights import fitted_weights
from app.indicators.formula import compile_formula, unit_scope
from app.indicators.lookup import forms_of, whole_of
from app.indicators.models import IndicatorVersion
from app.indicators.pairs import partner_of
from app.indicators.queries import find_figures
from app.indicators.release_models import Release
from app.indicators.withhold import reads_interviews
from app.indicators.wording import Wording, word
from app.org_units.models import OrgUnit
from app.rounds.models import Round
from app.submissions.keys import answer_keys
from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.plan import Plan
from app.xforms.join import home_of

BELOW = {"province": "commune", "district": "commune", "commune": "village"}
LISTED = ("commune", "village")  # places small enough to look at each interview
DOMAINS = "select id, breakdown, value from indicator_domains where indicator_id = %s"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A figure, and what stands behind it as far as the reader's rights go.

    `parts` are the figures of places below; `question` finds the interviews, `tally`
    counts them: both None for who may not read interviews there, or above communes, and for a
    release of a version of the indicator that is no longer evaluated.
    """

    figure: Figure
    version: IndicatorVersion
    indicator: Indicator
    wording: Wording
    parts: list[Figure]
    question: Question | None
    tally: Tally | None
    fields: list[Field]
    forms: tuple[FormDefinition, ...]  # whose interviews they are; a second one is joined
    definition: FormDefinition  # of both together
    release: Release | None  # that gave the figure out


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
    forms = forms_of(version)
    definition = whole_of(forms)
    below = level or BELOW.get(unit.level)
    parts = find_figures(actor, level=below, **narrowed) if below else []
    question = None
    is_kept = release is None or version.in_force
    if unit.level in LISTED and is_kept and reads_interviews(actor, unit.id, round_.project_id):
        is_person = defined.unit == "person"
        question = _question(figure, version, round_, release, is_person=is_person)
    return Explanation(
        figure=figure,
        version=version,
        indicator=defined,
        wording=word(defined, definition),
        parts=[part for part in parts if part.breakdown_value == value],
        question=question,
        tally=tally(question) if question else None,
        fields=_questions(defined, definition),
        forms=forms,
        definition=definition,
        release=release,
    )


def interviews_of(
    explanation: Explanation, reason: str | None, *, sort: str, start: int, limit: int
) -> list[tuple[Interview, dict[str, list[Any]]]]:
    """Some of the interviews behind a figure, each with its answers by name of the question."""
    if explanation.question is None:
        return []
    found = list_behind(explanation.question, reason, sort=sort, start=start, limit=limit)
    found = _weighed(explanation, explanation.question, found)
    own, *partner = explanation.forms
    pks = [one.instance_pk for one in found]
    answers = _answers_to(own, "", explanation.fields, pks)
    for form in partner:
        pks = [one.partner_pk for one in found if one.partner_pk is not None]
        answers |= _answers_to(form, home_of(form), explanation.fields, pks)
    return [
        (one, {**answers.get(one.instance_pk, {}), **answers.get(one.partner_pk or 0, {})})
        for one in found
    ]


def _weighed(
    explanation: Explanation, question: Question, found: Sequence[Interview]
) -> list[Interview]:
    """The same interviews, those that count with their weights."""
    figure, release = explanation.figure, explanation.release
    factors = factors_of(question.asked(), question.release, within=figure.level == "village")
    fitted = (
        fitted_weights(release, explanation.version, figure.breakdown, figure.breakdown_value)
        if release and figure.is_calibrated
        else {}
    )
    weighed = []
    for one in found:
        factor = factors.get(one.part or one.village_id)  # None: not summed up yet
        if one.reason in {COUNTED, MISSING} and factor is not None:
            weight = Weight(factor, one.adults or 1, fitted.get(one.instance_pk))
            weighed.append(replace(one, weight=weight))
        else:
            weighed.append(one)
    return weighed


def _answers_to(
    form: FormDefinition, home: str, fields: Iterable[Field], pks: Sequence[int]
) -> dict[int, dict[str, list[Any]]]:
    """By instance, the answers to those of the questions that are this form's, by their names."""
    keys = answer_keys(form)
    names: dict[str, str] = {}
    rows: dict[str, list[str]] = {}
    for item in fields:
        path = item.path.removeprefix(home)
        if not item.path.startswith(home) or path not in keys:
            continue
        names[keys[path]] = item.name
        if item.repeat:
            rows.setdefault(item.repeat.removeprefix(home), []).append(keys[path])
    top = names.keys() - {key for known in rows.values() for key in known}
    return {
        pk: {names[key]: said for key, said in found.items()}
        for pk, found in answers_behind(pks, top, rows).items()
    }


def _version(project_id: int, figure: Figure) -> IndicatorVersion:
    found = db.session.scalar(
        select(IndicatorVersion).filter_by(
            project_id=project_id, code=figure.indicator, version=figure.version
        )
    )
    assert found is not None
    return found


def _question(
    figure: Figure,
    version: IndicatorVersion,
    round_: Round,
    release: Release | None,
    *,
    is_person: bool,
) -> Question:
    domains = {(by, value): key for key, by, value in driver().execute(DOMAINS, (version.id,))}
    return Question(
        unit=figure.unit_id,
        on=local_date(release.released_at) if release else today(),
        round=round_.id,
        form=version.form_id,
        partner=partner_of(version),
        person=is_person,
        whole=domains.get(("", "")),
        domain=domains.get((figure.breakdown, figure.breakdown_value)),
        release=release.version if release else None,
    )


def _questions(indicator: Indicator, definition: FormDefinition) -> list[Field]:
    """The questions the indicator looks at, in the order of the questionnaire; no personal ones."""
    plan = Plan(definition, frozenset(gate_of(definition)))
    scope = unit_scope(plan, indicator.unit)
    assert scope is not None
    used = {path for path, (item, _) in compile_formula(indicator, plan, scope).used.items()
            if item.type != "repeat"}  # fmt: skip
    return [item for item in definition.fields if item.path in used and item.pii is None]
