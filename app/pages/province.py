"""A province's figures, and what is behind each: communes, from which one goes on below."""

from collections.abc import Callable
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.territory import get_unit
from app.errors import NotFound
from app.indicators.explain import explain
from app.indicators.figures import Figure
from app.indicators.lookup import changes_of
from app.indicators.queries import find_figures
from app.indicators.release_queries import newest_release
from app.indicators.withhold import reads_interviews
from app.org_units.hierarchy import descendants
from app.org_units.names import sort_key
from app.pages.blueprint import pages
from app.pages.choices import choose_round
from app.pages.explain import group_of, rows_of
from app.pages.inputs import asked, chosen
from app.pages.reader import reader
from app.pages.rules import UNIT

SORTS: dict[str, tuple[Callable[[Figure], Any], bool]] = {
    "name": (lambda figure: sort_key(figure.unit_name), False),
    "value": (lambda figure: -1.0 if figure.value is None else figure.value, True),
    "numerator": (lambda figure: figure.numerator or 0.0, True),
    "n": (lambda figure: figure.n or 0, True),
}


@pages.get(f"/provinces/<{UNIT}:province_id>")
@requires("indicator.read")
def show_province(province_id: int) -> ResponseReturnValue:
    """The province's indicators in a round."""
    actor = reader()
    province = get_unit(actor, "indicator.read", province_id, level="province")
    rounds = choose_round(actor, province.id)
    figures = (
        find_figures(actor, round_=rounds.chosen, unit_id=province.id, level="province")
        if rounds.chosen
        else []
    )
    return render_template("province.html", province=province, rounds=rounds, figures=figures)


@pages.get(f"/provinces/<{UNIT}:province_id>/indicators/<code>/explain")
@requires("indicator.read")
def explain_province(province_id: int, code: str) -> ResponseReturnValue:
    """What is behind the province's figure, or that of a group in it: commune by commune."""
    actor = reader()
    province = get_unit(actor, "indicator.read", province_id, level="province")
    rounds = choose_round(actor, province.id)
    if rounds.chosen is None or "\0" in code:
        raise NotFound
    explanation = explain(
        actor,
        round_=rounds.chosen,
        unit=province,
        indicator=code,
        by=asked("by"),
        value=asked("value"),
    )
    parts = [one for one in explanation.parts if one.value is not None or one.suppressed]
    sort = chosen("sort", SORTS) or "name"
    key, descending = SORTS[sort]
    is_staff = reads_interviews(actor, province.id, rounds.chosen.project_id)
    return render_template(
        "province_explain.html",
        province=province,
        rounds=rounds,
        explanation=explanation,
        figure=explanation.figure,
        group=group_of(explanation),
        rows=rows_of(explanation),
        history=changes_of(rounds.chosen.project_id, explanation.version.code),
        communes={unit.id: unit for unit in descendants(province.id, "commune")},
        parts=sorted(parts, key=key, reverse=descending),
        without=len(explanation.parts) - len(parts),
        sort=sort,
        release=None if is_staff else newest_release(rounds.chosen.id),
    )
