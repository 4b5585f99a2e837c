"""What a release changes, or would change, a page at a time: a province's is thousands of lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts.actors import Actor
from app.clock import now
from app.errors import NotAllowed, Problem
from app.indicators.calibrated import calibrate_release
from app.indicators.in_force import find_indicators
from app.indicators.places import Place
from app.indicators.release_models import Release
from app.indicators.releases import draw_up
from app.indicators.restated import (
    Numbers,
    Restated,
    before_of,
    by_commune,
    changed_villages,
    restated,
)
from app.indicators.taking import mark
from app.indicators.touched import all_places, places_touched
from app.indicators.withhold import reads_interviews
from app.projects.queries import get_project
from app.rounds.models import Round

LINES = 100  # figures of a page
VILLAGES = 50  # of which each has a line of its own; more are added up by commune
LOOKED_AT = 0  # the number of a release that is only looked at; none that is kept has it


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the changes are wanted: of one commune, of one indicator; all are None."""

    commune: int | None = None
    indicator: str | None = None
    page: int = 1

    @property
    def is_whole(self) -> bool:
        """Nothing is left out but by pages."""
        return self.commune is None and self.indicator is None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One page of the figures that are different, and what there is to choose from.

    Villages that were taken over anew have a line each (`villages`), or a line of their commune
    (`communes`: how many, and their households).
    """

    places: list[Place]
    indicators: list[str]
    changes: list[Restated]
    page: int
    pages: int
    villages: list[tuple[Place, Numbers]]
    communes: list[tuple[Place, int, Numbers]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would give out; nothing different, without an excerpt; or why it cannot."""

    excerpt: Excerpt | None = None
    problem: Problem | None = None


def excerpt(actor: Actor, round_: Round, made: Release, choice: Choice) -> Excerpt:
    """What a release changed, or one that is drawn up would, as far as a reader may see it."""
    touched, codes = _places(actor, round_, made), _codes(round_, made)
    places = [place for place in touched if choice.commune in {None, place.id}]
    at_once = _places_of(LINES, 1 if choice.indicator else len(codes))
    pages = max(1, -(-len(places) // at_once))
    page = min(choice.page, pages)
    shown = places[(page - 1) * at_once : page * at_once]
    changes = restated(
        actor, round_, made, places=shown, indicator=choice.indicator, interval=False
    )
    villages = changed_villages(actor, round_, made)
    within = by_commune(villages, made) if villages else {}
    if choice.commune is not None:
        villages = within.get(choice.commune, [])
    elif len(villages) > VILLAGES:
        villages = []
    communes = [] if villages else [
        (place, len(within[place.id]), _added(within[place.id]))
        for place in touched
        if place.id in within and choice.commune is None
    ]  # fmt: skip
    return Excerpt(touched, codes, changes, page, pages, villages, communes)


def changes_from(
    actor: Actor, round_: Round, made: Release, start: int, limit: int
) -> tuple[list[Restated], int | None]:
    """What a release changed after the first `start` places, and how many are told then.

    Of as many whole places as have at most `limit` figures, or of one; None: it was all.
    """
    places = _places(actor, round_, made)
    at_once = _places_of(limit, len(_codes(round_, made)))
    found: list[Restated] = []
    while start < len(places) and not found:
        found = restated(actor, round_, made, places=places[start : start + at_once])
        start += at_once
    return found, start if start < len(places) else None


def _places(actor: Actor, round_: Round, made: Release) -> list[Place]:
    """Places to look at: where something may have changed, for those who may know where."""
    province = get_project(round_.project_id).org_unit_id
    if province is not None and reads_interviews(actor, province, round_.project_id):
        return places_touched(actor, round_, made, before_of(made))
    # Where something changed may say more than the figures that are given out.
    return all_places(actor, round_, made)


def _codes(round_: Round, made: Release) -> list[str]:
    found, _ = find_indicators(round_.project_id, None, "", made)
    return sorted({indicator.code for indicator in found})


def _places_of(lines: int, indicators: int) -> int:
    return max(1, lines // max(1, indicators))


def preview(
    round_: Round, actor: Actor, choice: Choice, *, final: bool = False, reason: str | None = None
) -> Preview:
    """What a release would give out now: it is drawn up, looked at, and left at that.

    Nothing of it is stored: who gives figures out meanwhile waits for nobody who looks. For those
    who read all interviews, from whom nothing is withheld; others raise `NotAllowed`.
    """
    place = get_project(round_.project_id).org_unit_id
    if place is None or not reads_interviews(actor, place, round_.project_id):
        raise NotAllowed
    try:
        drawn = draw_up(round_, actor, final=final, reason=reason)
        if drawn is None:
            return Preview()
        made, taken = drawn
        made.id, made.released_at = LOOKED_AT, now()
        mark(taken.villages)
        calibrate_release(made)
        return Preview(excerpt(actor, round_, made, choice))
    except Problem as problem:
        return Preview(problem=problem)


def _added(villages: Sequence[tuple[Place, Numbers]]) -> Numbers:
    more, fewer, others = (sum(column) for column in zip(*(n for _, n in villages), strict=True))
    return more, fewer, others
