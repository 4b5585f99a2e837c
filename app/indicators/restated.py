"""What a release changed: each figure before and after."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.actors import Actor
from app.clock import local_date
from app.db import db
from app.errors import Problem
from app.indicators.calibrated import totals_for
from app.indicators.figures import Figure
from app.indicators.hiding import families_of, hide
from app.indicators.places import Place, places_of
from app.indicators.queries import find_figures
from app.indicators.release_queries import newest_release, rule_of
from app.indicators.releases import check, freeze, look_at_frozen
from app.indicators.sum_models import Release
from app.indicators.withhold import reads_interviews
from app.projects.queries import get_project
from app.rounds.models import Round

LEVELS = ("province", "commune")


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure as it was given out before (None: not at all), and as it is now."""

    before: Figure | None
    after: Figure


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would be: nothing, since nothing is different; or not possible, and why."""

    changes: list[Restated]
    villages: int = 0  # whose state would be taken over
    is_different: bool = False
    problem: Problem | None = None


def before_of(made: Release) -> Release | None:
    """The release before this one."""
    statement = select(Release).filter_by(round_id=made.round_id, version=made.version - 1)
    return db.session.scalar(statement)


def restated(
    actor: Actor, round_: Round, made: Release, *, by: str | None = "", interval: bool = True
) -> list[Restated]:
    """Figures of the province and its communes that a release gave another value, n or error.

    As far as the reader's rights go; what a release withholds from them stays withheld. Intervals
    cost most of it.
    """
    unit_id = get_project(round_.project_id).org_unit_id
    if unit_id is None:
        return []
    before, found = before_of(made), []
    for level in LEVELS:
        asked = {"round_": round_, "unit_id": unit_id, "level": level, "by": by}
        asked["interval"] = interval
        was = {}
        if before is not None:
            was = {_key(f): f for f in find_figures(actor, release=before, **asked)}  # type: ignore[arg-type]
        for after in find_figures(actor, release=made, **asked):  # type: ignore[arg-type]
            earlier = was.get(_key(after))
            if _told(after) != (earlier and _told(earlier)) and (earlier or after.n):
                found.append(Restated(earlier, after))
    return found


def changed_villages(
    actor: Actor, round_: Round, made: Release
) -> list[tuple[Place, tuple[int, int, int]]]:
    """Villages that a release took over anew: households added, removed, with other answers.

    Those of which the reader may read interviews: elsewhere such numbers would tell how many people
    are behind a figure that is withheld.
    """
    unit_id = get_project(round_.project_id).org_unit_id
    if unit_id is None:
        return []
    day = local_date(made.released_at)
    villages = places_of(actor, round_.project_id, unit_id, "village", day, "submission.read")
    return [
        (village, tuple(made.changes[str(village.id)]))
        for village in villages
        if str(village.id) in made.changes
    ]


def preview(
    round_: Round, actor: Actor, *, final: bool = False, reason: str | None = None
) -> Preview:
    """What a release would give out now: it is made, looked at, and taken back.

    What it withholds matters to those alone who have no access to interviews; to others a first
    release, which leaves all villages as they are, shows the figures of now.
    """
    place = get_project(round_.project_id).org_unit_id
    is_staff = place is not None and reads_interviews(actor, place, round_.project_id)
    how = {"final": final, "reason": reason}
    is_first = newest_release(round_.id) is None and not totals_for(round_.id)
    nested = db.session.begin_nested()
    try:
        if is_staff and is_first:
            check(round_, None, rule_of(round_.project_id), **how)  # type: ignore[arg-type]
            return Preview(_all_of_now(actor, round_, place), is_different=True)
        made = freeze(round_, actor, **how)  # type: ignore[arg-type]
        if made is None:
            return Preview([])
        look_at_frozen()
        for family in () if is_staff else families_of(made):
            hide(made, round_, family)
        changes = restated(actor, round_, made, interval=False)
        return Preview(changes, len(made.changes), is_different=True)
    except Problem as problem:
        return Preview([], problem=problem)
    finally:
        nested.rollback()


def _all_of_now(actor: Actor, round_: Round, place: int | None) -> list[Restated]:
    if place is None:
        return []
    asked = {"round_": round_, "unit_id": place, "interval": False}
    found = (find_figures(actor, level=level, **asked) for level in LEVELS)  # type: ignore[arg-type]
    return [Restated(None, figure) for figures in found for figure in figures if figure.n]


def _key(figure: Figure) -> tuple[int, str, str, str]:
    return (figure.unit_id, figure.indicator, figure.breakdown, figure.breakdown_value)


def _told(figure: Figure) -> tuple[object, ...]:
    return (figure.value, figure.n, figure.se, figure.suppressed, figure.version)
