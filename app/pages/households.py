"""The household registry: the list of a place, one household with its history, and the export."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any

from flask import Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.territory import UnitFilter, find_units, get_unit
from app.db import transaction
from app.errors import Problem
from app.households import naming, queries
from app.households.changes import CAPABILITY, Trial
from app.households.order import SORTS, SORTS_OF_ALL, Last
from app.households.queries import Known, Listed, places_of
from app.households.search import MOST_COUNTED, NAMES, READ, Search, count_households
from app.households.versions import PERSONAL, UNDOABLE
from app.indicators.table import harmless
from app.org_units.hierarchy import commune_of, descendants
from app.org_units.models import OrgUnit
from app.org_units.queries import names_of
from app.pages.blueprint import pages
from app.pages.choices import ProjectChoice, choose_project
from app.pages.export import EXCEL_MARK
from app.pages.inputs import asked, asked_id, chosen
from app.pages.reader import reader

ITEMS_A_PAGE = 100
ROWS_AT_ONCE = 2_000  # of an export
MOST_COMMUNES = 500
# The columns that an import takes, first those that everybody sees.
OPEN = ("village", "number", "size", "n15", "n18", "poor")
SHOWN = ("number", "size", "n15", "n18", "poor")


@pages.get("/households")
@requires(READ)
def list_registry() -> ResponseReturnValue:
    """The registry of a place, as searched and sorted; names on request, which is recorded."""
    actor = reader()
    projects = choose_project(actor, READ)
    communes, commune = _communes(actor, projects)
    search = _search(actor, projects, commune)
    sorts = SORTS if commune else SORTS_OF_ALL
    sort, after = chosen("sort", sorts) or "place", asked_id("after")
    with transaction():
        last = queries.position_of(actor, search, sort, after) if after else None
        found = queries.find_households(actor, search, sort=sort, limit=ITEMS_A_PAGE, after=last)
        return render_template(
            "households.html",
            projects=projects,
            communes=communes,
            commune=commune,
            villages=descendants(commune.id, "village") if commune else [],
            village=asked_id("village"),
            search=search,
            text=asked("q"),
            sort=sort,
            sorts=sorts,
            is_first=last is None,
            found=found.items,
            more_after=found.items[-1].household.id if found.following else None,
            most=MOST_COUNTED,
            count=count_households(actor, search),
            imported=asked_id("imported"),
            may_name=actor.may(NAMES, projects.chosen.id),
            may_change=actor.may(CAPABILITY, projects.chosen.id),
        )


@pages.get("/households.csv")
@requires(READ)
def download_registry() -> ResponseReturnValue:
    """The same households as a file, with the columns that an import takes; sent as it is read."""
    actor = reader()
    projects = choose_project(actor, READ)
    _, commune = _communes(actor, projects)
    search = _search(actor, projects, commune)
    lines = chain([EXCEL_MARK], _lines(actor, search))
    response = Response(stream_with_context(lines), mimetype="text/csv")
    name = f"households-{commune.id if commune else projects.chosen.id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.get("/households/<uuid:household>")
@requires(READ)
def show_household(household: Any) -> ResponseReturnValue:
    """One household as it is and as it was; also one that is gone."""
    with transaction():
        return household_page(str(household))


def household_page(
    uuid: str,
    problem: Problem | None = None,
    trial: Trial | None = None,
    tried: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page of a household, also with what went wrong, or with a change that is tried out."""
    actor, named = reader(), chosen("names", ("yes",)) is not None
    known = queries.get_known(actor, uuid, named=named)
    places = {place for change in known.changes for place in places_of(change)}
    others = {code for change in known.changes for code in (change.code, change.other) if code}
    here = known.here
    return render_template(
        "household.html",
        known=known,
        named=named,
        may_name=actor.may(NAMES, known.project_id),
        names_of=queries.visible(places, known.project_id, actor, NAMES),
        may_change=here is not None
        and bool(queries.visible([here.village.id], known.project_id, actor, CAPABILITY)),
        may_undo=bool(queries.visible(places, known.project_id, actor, CAPABILITY)),
        undoable=_undoable(known),
        units=names_of(places | (places_of(trial) if trial else set())),
        villages=_neighbours(here) if here else [],
        ids=queries.ids_of(known.project_id, others),
        people=queries.people_of(known.changes),
        shown=SHOWN,
        interviews=naming.interviews_naming(actor, known.project_id, known.code),
        personal=PERSONAL,
        problem=problem,
        trial=trial,
        tried=tried,
    )


def _undoable(known: Known) -> set[int]:
    """The newest change, if it was made by hand; whether it can be undone is seen on trying."""
    kept = [change for change in known.changes if change.undone_at is None]
    return {change.id for change in kept[:1] if change.kind in UNDOABLE}


def _neighbours(here: Listed) -> list[OrgUnit]:
    """The villages of its commune."""
    commune = commune_of(here.village.id)
    return list(descendants(commune.id, "village")) if commune else [here.village]


def _communes(actor: Actor, projects: ProjectChoice) -> tuple[list[OrgUnit], OrgUnit | None]:
    """The reader's communes, and the one that is asked for or the only one."""
    mine = UnitFilter(level="commune")
    found = list(find_units(actor, READ, mine, project_id=projects.chosen.id, limit=MOST_COMMUNES))
    wanted = asked_id("commune")
    if wanted is not None:
        return found, get_unit(actor, READ, wanted, level="commune")
    return found, found[0] if len(found) == 1 else None


def _search(actor: Actor, projects: ProjectChoice, commune: OrgUnit | None) -> Search:
    village = asked_id("village")
    if village is not None:
        get_unit(actor, READ, village, level="village")
    named = chosen("names", ("yes",)) is not None
    place = village or (commune.id if commune else None)
    return Search(projects.chosen.id, place, asked("q")[:100], named)


def _lines(actor: Actor, search: Search) -> Iterator[str]:
    """The file, some households at a time, so that a province's fit into memory."""
    columns = ("household", *OPEN, *(PERSONAL if search.named else ()))
    yield _csv([columns])
    last: Last | None = None
    while True:
        # Inside, for afterwards each household would be read anew, one by one.
        with transaction():
            found = queries.find_households(actor, search, limit=ROWS_AT_ONCE, after=last)
            lines = _csv(_row(one, named=search.named) for one in found.items)
        yield lines
        last = found.following
        if last is None:
            return


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _row(one: Listed, *, named: bool) -> list[object]:
    household = one.household
    said = [one.village.public_id, *(getattr(household, name) for name in OPEN[1:])]
    if named:
        said += [getattr(one.label, name) if one.label else None for name in PERSONAL]
    return [household.code, *(harmless(x) if isinstance(x, str) else x for x in said)]
