"""Which places' figures a release may have made others than they were in the release before."""

from datetime import date
from typing import Any

from app.accounts.actors import Actor
from app.clock import local_date
from app.db import driver
from app.indicators.places import Place, places_of
from app.indicators.release_models import Release
from app.indicators.taking import tables_of
from app.projects.queries import get_project
from app.rounds.models import Round
from app.samples.queries import is_sampled

LEVELS = ("province", "commune")

# Around villages that were taken over.
TAKEN = """
select a.ancestor_id from {taken} v join org_unit_ancestors a on a.unit_id = v.village_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
"""
FROZEN = """(
    select village_id from released_bases where round_id = %(round)s and since = %(release)s
)"""
# Around villages with an interview.
VISITED = """
select distinct a.ancestor_id from {bases} v join org_unit_ancestors a on a.unit_id = v.village_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
where v.round_id = %(round)s and v.n > 0
"""
MOVED = """
select exists (
    select from org_unit_ancestors
    where (valid_from > %(before)s and valid_from <= %(on)s)
       or (valid_to >= %(before)s and valid_to < %(on)s)
)
"""


def places_touched(
    actor: Actor, round_: Round, made: Release, before: Release | None
) -> list[Place]:
    """The province and those of its communes, as far as a reader's rights go, in their order.

    For readers from whom nothing is withheld: what is, may be another figure elsewhere as well.
    """
    on = local_date(made.released_at)
    touched = _around_taken(made, on)
    if before is None or _is_all_other(made, before, on):
        asked = {"round": round_.id, "release": made.version, "on": on}
        statement = VISITED.format(bases=tables_of(made)["bases"])
        touched |= {unit_id for (unit_id,) in driver().execute(statement, asked)}
    return [place for place in all_places(actor, round_, made) if place.id in touched]


def all_places(actor: Actor, round_: Round, made: Release) -> list[Place]:
    """The province and its communes on the day of a release, as far as a reader's rights go."""
    province = get_project(round_.project_id).org_unit_id
    day = local_date(made.released_at)
    return [
        place
        for level in LEVELS
        if province is not None
        for place in places_of(actor, round_.project_id, province, level, day)
    ]


def _around_taken(made: Release, on: date) -> set[int]:
    asked: dict[str, Any] = {"round": made.round_id, "release": made.version, "on": on}
    taken = FROZEN if made.is_frozen else "taken_villages"
    return {unit_id for (unit_id,) in driver().execute(TAKEN.format(taken=taken), asked)}


def _is_all_other(made: Release, before: Release, on: date) -> bool:
    """Whether figures may differ where no village was taken over.

    Of other indicators, under other boundaries, rounded otherwise; and in samples, where a figure
    hangs on villages elsewhere.
    """
    if (made.indicators, made.totals, made.rule) != (before.indicators, before.totals, before.rule):
        return True
    days = {"before": local_date(before.released_at), "on": on}
    return is_sampled(made.round_id) or driver().execute(MOVED, days).fetchone() == (True,)
