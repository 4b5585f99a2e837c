"""All figures of a reader, a place at a time: for who wants them all and holds few in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.accounts.actors import Actor
from app.clock import local_date, today
from app.db import driver
from app.indicators.figures import Figure
from app.indicators.places import places_of
from app.indicators.queries import find_figures
from app.indicators.release_models import Release
from app.indicators.release_queries import newest_release
from app.indicators.withhold import reads_interviews
from app.org_units.crosswalk import on_date
from app.org_units.queries import get_unit
from app.projects.queries import get_project
from app.rounds.models import Round

WHOLE = ("province", "district", "commune")  # levels of which all places are read at once


WITH_VILLAGES = """
select distinct a.ancestor_id from org_unit_ancestors a join org_units v on v.id = a.unit_id
where a.ancestor_id = any(%(units)s) and v.level = 'village'
  and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
"""


class Step(NamedTuple):
    """Places that are read together: those of a level in a place."""

    level: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures: of one release, level, place, indicator, breakdown; None is all of them.

    Without a release they are those that the reader reads anyway (`find_figures`).
    """

    release: Release | None = None
    level: str | None = None
    unit_id: int | None = None
    indicator: str | None = None
    by: str | None = None
    on: date | None = None  # whose boundaries; None are those of today, or of the release's day
    given_out: bool = False  # as readers without interviews get them, whoever asks


def steps(actor: Actor, round_: Round, wanted: Wanted) -> list[Step]:
    """The steps in which all these figures are read, in their order: from above to below."""
    if wanted.unit_id is not None:
        level = get_unit(wanted.unit_id).level
        return [Step(level, wanted.unit_id)] if wanted.level in {None, level} else []
    place = get_project(round_.project_id).org_unit_id
    if place is None:
        return []
    # A province may have been several on another day.
    places = [place] if wanted.on is None else [m.unit.id for m in on_date(place, wanted.on)]
    levels = [level for level in WHOLE if level != "district" or wanted.on]
    found = [Step(level, one) for level in levels for one in places]
    for one in places:
        found += [Step("village", unit_id) for unit_id in _communes(actor, round_, one, wanted)]
    return [step for step in found if wanted.level in {None, step.level}]


def _communes(actor: Actor, round_: Round, place: int, wanted: Wanted) -> Sequence[int]:
    """Communes, and villages whose commune the reader does not see, as of the day that is read."""
    if wanted.level in WHOLE:
        return []
    day = _day(actor, round_, place, wanted)
    known = [one.id for one in places_of(actor, round_.project_id, place, "commune", day)]
    inhabited = {row[0] for row in driver().execute(WITH_VILLAGES, {"units": known, "on": day})}
    communes = [unit_id for unit_id in known if unit_id in inhabited]
    own = actor.units("indicator.read", round_.project_id)
    return communes + [unit_id for unit_id in own if get_unit(unit_id).level == "village"]


def _day(actor: Actor, round_: Round, place: int, wanted: Wanted) -> date:
    if wanted.on is not None:
        return wanted.on
    release = wanted.release
    if release is None and (
        wanted.given_out or not reads_interviews(actor, place, round_.project_id)
    ):
        release = newest_release(round_.id)
    return local_date(release.released_at) if release else today()


def read_step(actor: Actor, round_: Round, step: Step, wanted: Wanted) -> list[Figure]:
    """The figures of a step, as far as the reader's rights go."""
    return find_figures(
        actor,
        round_=round_,
        unit_id=step.unit_id,
        level=step.level,
        indicator=wanted.indicator,
        by=wanted.by,
        release=wanted.release,
        on=wanted.on,
        given_out=wanted.given_out,
    )


def walk(actor: Actor, round_: Round, wanted: Wanted) -> Iterator[Figure]:
    """All these figures, one after the other."""
    for step in steps(actor, round_, wanted):
        yield from read_step(actor, round_, step, wanted)
