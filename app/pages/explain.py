"""Behind one figure: what it counts, in words; its villages and interviews; what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.territory import get_unit
from app.errors import NotFound
from app.i18n import label
from app.indicators.behind import REASONS, SORTS, Interview
from app.indicators.explain import Explanation, explain, interviews_of
from app.indicators.lookup import changes_of
from app.indicators.release_queries import newest_release
from app.org_units.hierarchy import descendants
from app.org_units.models import OrgUnit
from app.pages.answer_texts import answer_text
from app.pages.blueprint import pages
from app.pages.choices import choose_round
from app.pages.indicator import SORTS as VILLAGE_SORTS
from app.pages.inputs import LARGEST_ID, asked, asked_id, chosen
from app.pages.reader import reader
from app.pages.rules import UNIT

ITEMS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An interview of the list, with the answers the indicator looks at as texts."""

    interview: Interview
    village: str
    answers: list[tuple[str, str]]


@pages.get(f"/communes/<{UNIT}:commune_id>/indicators/<code>/explain")
@requires("indicator.read")
def explain_figure(commune_id: int, code: str) -> ResponseReturnValue:
    """What is behind the figure of a commune or one of its villages, or of a group in it."""
    actor = reader()
    commune = get_unit(actor, "indicator.read", commune_id, level="commune")
    villages = {village.id: village for village in descendants(commune.id, "village")}
    rounds = choose_round(actor, commune.id)
    village = asked_id("village")
    if rounds.chosen is None or "\0" in code or (village is not None and village not in villages):
        raise NotFound
    place = villages[village] if village else commune
    explanation = explain(
        actor,
        round_=rounds.chosen,
        unit=place,
        indicator=code,
        by=asked("by"),
        value=asked("value"),
    )
    reason, sort = chosen("reason", REASONS), chosen("sort", SORTS) or "place"
    page = min(asked_id("page") or 1, LARGEST_ID // ITEMS_A_PAGE)
    found = interviews_of(
        explanation, reason, sort=sort, start=(page - 1) * ITEMS_A_PAGE, limit=ITEMS_A_PAGE
    )
    order = chosen("villages", VILLAGE_SORTS) or "name"
    key, descending = VILLAGE_SORTS[order]
    reasons = explanation.tally.reasons if explanation.tally else {}
    total = reasons.get(reason, 0) if reason else sum(reasons.values())
    return render_template(
        "explain.html",
        commune=commune,
        place=place,
        villages=villages,
        rounds=rounds,
        explanation=explanation,
        figure=explanation.figure,
        group=group_of(explanation),
        rows=rows_of(explanation),
        history=changes_of(rounds.chosen.project_id, explanation.version.code),
        parts=sorted(explanation.parts, key=key, reverse=descending),
        order=order,
        lines=[_line(explanation, one, answers, villages) for one, answers in found],
        reason=reason,
        sort=sort,
        page=page,
        pages=max(1, -(-total // ITEMS_A_PAGE)),
        release=None if explanation.question else newest_release(rounds.chosen.id),
    )


def _line(
    explanation: Explanation,
    one: Interview,
    said: dict[str, list[Any]],
    villages: Mapping[int, OrgUnit],
) -> Line:
    village = villages.get(one.village_id)
    answers = []
    for item in explanation.fields:
        choices = explanation.definition.choices.get(item.list or "", {})
        texts = [
            "–" if value is None else answer_text(item.type, value, choices, {})
            for value in said.get(item.name, ())
        ]
        if texts:
            answers.append((label(item.labels, item.name), "; ".join(texts)))
    return Line(one, village.name if village else "", answers)


def group_of(explanation: Explanation) -> str:
    """The name of the group the figure is of; empty when it is of everybody."""
    figure = explanation.figure
    for breakdown in explanation.indicator.by:
        if breakdown.name == figure.breakdown:
            return f"{label(breakdown.labels, breakdown.name)}: {figure.breakdown_value or '–'}"
    return ""


def rows_of(explanation: Explanation) -> str:
    """What the questionnaire calls the repeat whose members are counted."""
    item = explanation.definition.field(explanation.indicator.unit)
    return label(item.labels, item.name) if item else explanation.indicator.unit
