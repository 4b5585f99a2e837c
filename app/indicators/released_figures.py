"""All figures of a release, of which it is decided together what is withheld."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from app.accounts.actors import OPERATOR
from app.clock import local_date
from app.db import driver
from app.indicators.earlier import Cell
from app.indicators.figures import Figure
from app.indicators.frozen_places import ended_in
from app.indicators.overlaps import without
from app.indicators.places import Place, places_of
from app.indicators.queries import read_figures
from app.indicators.release_models import Release
from app.projects.queries import get_project
from app.rounds.models import Round

LEVELS = ("province", "commune", "village")
VILLAGES = "select distinct village_id from released_bases where round_id = %s"


def figures_of(made: Release, round_: Round, codes: Sequence[str]) -> Iterator[Figure]:
    """Figures of all places of a release, those included that had ended when it was made."""
    day = local_date(made.released_at)
    for level in LEVELS:
        places = released_places(made, round_, level)
        if level == "village":  # of the others there is nothing to tell
            told = {id_ for (id_,) in driver().execute(VILLAGES, (made.round_id,))}
            places = [place for place in places if place.id in told]
        yield from read_figures(places, round_, codes, None, release=made, day=day, interval=False)
    for last, ended in groupby(ended_in(made), itemgetter(0)):
        gone = [Place(unit, None, "", "", "village") for _, unit in ended]
        yield from read_figures(gone, round_, codes, None, release=made, day=last, interval=False)


def released_places(made: Release, round_: Round, level: str) -> list[Place]:
    """Places of a level as they lay on the day of a release."""
    place, day = get_project(round_.project_id).org_unit_id, local_date(made.released_at)
    return places_of(OPERATOR, round_.project_id, place, level, day) if place is not None else []


def besides(cells: Mapping[Cell, Figure], around: Mapping[int, int]) -> dict[Cell, Figure]:
    """What villages count besides the ground of others that came to them."""
    came: dict[int, list[int]] = defaultdict(list)
    for unit, village in around.items():
        if -village in around and unit > 0:
            came[village].append(unit)
    found = {}
    for cell, figure in cells.items():
        if cell.unit in came:
            rest = figure
            for unit in came[cell.unit]:
                rest = without(rest, cells.get(cell._replace(unit=unit)))
            if rest.n:
                own = replace(rest, unit_id=-cell.unit, domain_id=figure.domain_id)
                found[cell._replace(unit=-cell.unit)] = own
    return found
