"""What a release changed: each figure before and after."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.actors import Actor
from app.clock import local_date
from app.db import db, driver
from app.indicators.figures import Figure
from app.indicators.places import Place, places_of
from app.indicators.queries import find_figures
from app.indicators.release_models import Release
from app.indicators.touched import LEVELS
from app.projects.queries import get_project
from app.rounds.models import Round

COMMUNES = """
select a.unit_id, a.ancestor_id from org_unit_ancestors a
join org_units u on u.id = a.ancestor_id and u.level = 'commune'
where a.unit_id = any(%s) and a.valid_from <= %s and (a.valid_to is null or a.valid_to >= %s)
"""

Numbers = tuple[int, int, int]  # households added, removed, with other answers


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure as it was given out before (None: not at all), and as it is now."""

    before: Figure | None
    after: Figure


def before_of(made: Release) -> Release | None:
    """The release before this one."""
    statement = select(Release).filter_by(round_id=made.round_id, version=made.version - 1)
    return db.session.scalar(statement)


def restated(
    actor: Actor,
    round_: Round,
    made: Release,
    *,
    places: Sequence[Place],
    indicator: str | None = None,
    interval: bool = True,
) -> list[Restated]:
    """Figures of places, the province and communes, that a release gave another value, n or error.

    As far as the reader's rights go; what a release withholds from them stays withheld. Intervals
    cost most of it.
    """
    unit_id = get_project(round_.project_id).org_unit_id
    before, found = before_of(made), []
    for level in LEVELS:
        among = {place.id for place in places if place.level == level}
        if unit_id is None or not among:
            continue
        asked = {
            "round_": round_, "unit_id": unit_id, "level": level, "among": among,
            "indicator": indicator, "interval": interval,
        }  # fmt: skip
        was = {}
        if before is not None:
            was = {_key(f): f for f in find_figures(actor, release=before, **asked)}  # type: ignore[arg-type]
        for after in find_figures(actor, release=made, **asked):  # type: ignore[arg-type]
            earlier = was.get(_key(after))
            if _told(after) != (earlier and _told(earlier)) and (earlier or after.n):
                found.append(Restated(earlier, after))
    return found


def changed_villages(actor: Actor, round_: Round, made: Release) -> list[tuple[Place, Numbers]]:
    """Villages that a release took over anew: households added, removed, with other answers.

    Those of which the reader may read interviews: elsewhere such numbers would tell how many people
    are behind a figure that is withheld.
    """
    unit_id = get_project(round_.project_id).org_unit_id
    if unit_id is None or not made.changes:
        return []
    day = local_date(made.released_at)
    villages = places_of(actor, round_.project_id, unit_id, "village", day, "submission.read")
    return [
        (village, tuple(made.changes[str(village.id)]))
        for village in villages
        if str(village.id) in made.changes
    ]


def by_commune(
    villages: Sequence[tuple[Place, Numbers]], made: Release
) -> dict[int, list[tuple[Place, Numbers]]]:
    """The same villages by the commune that they lay in on the day of the release."""
    day = local_date(made.released_at)
    ids = [village.id for village, _ in villages]
    around = dict(driver().execute(COMMUNES, (ids, day, day)).fetchall())
    found: dict[int, list[tuple[Place, Numbers]]] = defaultdict(list)
    for village, numbers in villages:
        found[around.get(village.id, 0)].append((village, numbers))
    return found


def _key(figure: Figure) -> tuple[int, str, str, str]:
    return (figure.unit_id, figure.indicator, figure.breakdown, figure.breakdown_value)


def _told(figure: Figure) -> tuple[object, ...]:
    return (figure.value, figure.n, figure.se, figure.suppressed, figure.version)
