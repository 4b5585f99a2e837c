"""A commune's page: its figures, and those of its villages side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.territory import get_unit
from app.clock import today
from app.i18n import format_number
from app.indicators.figures import Figure
from app.indicators.queries import find_figures
from app.org_units.hierarchy import descendants
from app.org_units.models import OrgUnit
from app.pages.blueprint import pages
from app.pages.boundaries import choose_boundaries
from app.pages.choices import choose_round
from app.pages.inputs import asked_past_day
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.rounds.models import Round
from app.scorecards.catalog import definition_of, list_scorecards
from app.submissions.counts import Counts, count_by_state

Cell = tuple[str, str | None]  # a figure as it is read, and the address of what is behind it


@dataclass(frozen=True, slots=True)
class VillageLine:
    """One village of the table: its figures in the order of the commune's indicators."""

    unit: OrgUnit
    interviews: int | None  # None: withheld
    cells: list[Cell]


@pages.get(f"/communes/<{UNIT}:commune_id>")
@requires("indicator.read")
def show_commune(commune_id: int) -> ResponseReturnValue:
    """The commune's indicators in a round, and village by village, under old or new boundaries."""
    actor = reader()
    asked = get_unit(actor, "indicator.read", commune_id, level="commune")
    boundaries, rounds = choose_boundaries(actor, asked), choose_round(actor, asked.id)
    commune = boundaries.shown
    if commune is None or rounds.chosen is None:
        return render_template(
            "commune.html", commune=commune or asked, boundaries=boundaries, rounds=rounds
        )
    day = asked_past_day("as_of")
    find = partial(
        find_figures, actor, round_=rounds.chosen, unit_id=commune.id, on=boundaries.on, as_of=day
    )
    figures, of_villages = find(level="commune"), find(level="village", error=False)
    is_now = day is None and not boundaries.is_old
    addresses = _addresses(commune, rounds.chosen, figures) if is_now else {}
    villages = descendants(commune.id, "village", boundaries.on)
    lines = _lines(figures, of_villages, villages, addresses)
    counts = count_by_state(actor, rounds.chosen.project_id, [commune.id])
    return render_template(
        "commune.html",
        commune=commune,
        boundaries=boundaries,
        rounds=rounds,
        figures=figures,
        addresses=addresses,
        villages=lines,
        interviews=sum(line.interviews or 0 for line in lines),
        totals=[_cell(figure, addresses.get(figure.indicator)) for figure in figures],
        counts=counts.get(commune.id, Counts()),
        scorecards=[
            (one.code, definition_of(one)) for one in list_scorecards(rounds.chosen.project_id)
        ],
        has_earlier=_has_earlier(rounds.chosen, rounds.all),
        dates=_dates(figures),
        as_of=max((f.as_of for f in figures if f.as_of), default=None),
        day=day,
        today=today(),
    )


def _addresses(commune: OrgUnit, round_: Round, figures: Sequence[Figure]) -> dict[str, str]:
    """By indicator, the page of what is behind the commune's figure; a village's adds its own id.

    Made once and not for each cell, of which a page has thousands.
    """
    return {
        figure.indicator: url_for(
            "pages.explain_figure", commune_id=commune.id, code=figure.indicator, round=round_.id
        )
        for figure in figures
    }


def _lines(
    figures: Sequence[Figure],
    of_villages: Sequence[Figure],
    villages: Sequence[OrgUnit],
    addresses: Mapping[str, str],
) -> list[VillageLine]:
    by_village: dict[int, dict[str, Figure]] = defaultdict(dict)
    for figure in of_villages:
        by_village[figure.unit_id][figure.indicator] = figure
    columns = [(figure.indicator, addresses.get(figure.indicator)) for figure in figures]
    return [
        VillageLine(village, _interviews(own.values()), _cells(own, columns, village.id))
        for village in villages
        if (own := by_village.get(village.id))
    ]


def _cells(
    own: Mapping[str, Figure], columns: Iterable[tuple[str, str | None]], village_id: int
) -> list[Cell]:
    return [
        _cell(own.get(code), above and f"{above}&village={village_id}") for code, above in columns
    ]


def _cell(figure: Figure | None, address: str | None) -> Cell:
    if figure is None or figure.value is None:
        return format_number(None), None
    text = (
        format_number(figure.value, 2) if figure.is_mean else format_number(figure.value * 100, 1)
    )
    return text, address


def _has_earlier(chosen: Round, rounds: Sequence[Round]) -> bool:
    asked = chosen.project_id, chosen.starts_on
    return any(one.project_id == asked[0] and one.starts_on < asked[1] for one in rounds)


def _interviews(figures: Iterable[Figure]) -> int | None:
    told = [figure.base.n for figure in figures if not figure.suppressed or figure.base.n]
    return max(told, default=None)


def _dates(figures: list[Figure]) -> tuple[date, date] | None:
    first = [f.base.first_on for f in figures if f.base.first_on]
    last = [f.base.last_on for f in figures if f.base.last_on]
    return (min(first), max(last)) if first and last else None
