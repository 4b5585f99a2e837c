"""PURE. The demo's field work: who visits whom, when, what comes of it, and what is decided.

It happens in three turns, each decided by the reviewers before the next begins: listing the
dwellings (and the villages' own form), visiting the listed households, and mending. Before them, an
earlier round of one commune is played.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.demo.chance import happens, numbers_of
from app.demo.earlier import plan_earlier
from app.demo.interviews import (
    ABSENT,
    APPOINTMENT,
    APPROVE,
    DISAGREED,
    EDIT,
    GONE,
    HOUSEHOLD,
    LEAVE,
    LISTING,
    MOVED,
    REFUSES,
    REJECT,
    SECOND,
    SERVICES,
    SKILLS,
    UNREACHABLE,
    VILLAGE,
    Interview,
)  # fmt: skip
from app.demo.people import OCCUPIED, Household, invent_households
from app.demo.places import VILLAGES, Village
from app.demo.schedule import planned, timed

ROUND_DAYS = 35  # that have passed of the round when the demo begins
LISTING_DAYS = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is going to happen, known before the first byte is sent."""

    seed: int
    day: date  # on which the demo was first played; nothing happens later
    households: tuple[Household, ...]
    earlier: tuple[tuple[Interview, ...], ...]  # turns of the earlier round
    turns: tuple[tuple[Interview, ...], ...]  # those of this one, each in the order of time

    @property
    def interviews(self) -> tuple[Interview, ...]:
        """All of them, turn after turn."""
        return tuple(interview for turn in (*self.earlier, *self.turns) for interview in turn)


def make_plan(seed: int, households: int, day: date) -> Plan:
    """Plans the field work of the weeks before `day`; the same arguments give the same plan."""
    begins = round_begins(day)
    people = tuple(invent_households(seed, households, begins.year))
    listing = [_about_village(seed, village) for village in VILLAGES]
    listing += [_listed(seed, household) for household in people]
    listed = {interview.subject for interview in listing if interview.decision == APPROVE}
    visited = [house for house in people if house.dwelling == OCCUPIED and house.key in listed]
    visits = [visit for house in visited for visit in _visits(seed, house)]
    first = timed(listing, begins, LISTING_DAYS)
    second = timed(visits, begins + timedelta(LISTING_DAYS + 2), ROUND_DAYS - LISTING_DAYS - 4)
    later = [change for visit in second for change in _changes(seed, visit)]
    earlier = plan_earlier(seed, people, begins.year)
    return Plan(seed, day, people, earlier, (tuple(first), tuple(second), tuple(later)))


def round_begins(day: date) -> date:
    """The first day of the round that is under way on `day`."""
    return day - timedelta(ROUND_DAYS)


def _about_village(seed: int, village: Village) -> Interview:
    rng = numbers_of(seed, village.key, "plan")
    return planned(VILLAGE, village, None, decision=_decision(rng, 88, 8, 4))


def _listed(seed: int, household: Household) -> Interview:
    rng = numbers_of(seed, household.key, "listing")
    decision = _decision(rng, 960, 25, 15)
    return planned(LISTING, household.village, household, decision=decision)


def _visits(seed: int, household: Household) -> Iterator[Interview]:
    """What happens at one listed household, in order; the forms of one visit share its number."""
    rng = numbers_of(seed, household.key, "plan")
    outcome = rng.choices(
        ("complete", "unvisited", ABSENT, MOVED, GONE, UNREACHABLE, REFUSES, "disagrees"),
        (860, 30, 30, 15, 6, 9, 25, 15),
    )[0]
    if outcome == "unvisited":
        return
    visit = planned(HOUSEHOLD, household.village, household)
    if outcome == "complete" and happens(rng, 0.12):
        yield replace(visit, result=rng.choice((ABSENT, APPOINTMENT)))
        visit = replace(visit, visit=2)
    if outcome == "disagrees":
        yield replace(visit, consent=DISAGREED)
    elif outcome != "complete":
        yield replace(visit, result=outcome)
    else:
        decision = _decision(rng, 93, 4, 3)
        yield replace(visit, decision=decision, with_photo=happens(rng, 0.05))
        yield from _persons(rng, visit)


def _persons(rng: random.Random, visit: Interview) -> Iterator[Interview]:
    assert visit.household is not None
    if not visit.household.members:
        return
    result = rng.choices(("1", ABSENT, REFUSES), (85, 10, 5))[0]
    for form in (SKILLS, SERVICES):
        yield replace(visit, form=form, result=result, decision=_decision(rng, 94, 4, 2))


def _changes(seed: int, visit: Interview) -> Iterator[Interview]:
    """Corrected versions, and a second interview with the same household on the next day."""
    if visit.form != HOUSEHOLD or not visit.is_complete or visit.decision == LEAVE:
        return
    rng = numbers_of(seed, visit.subject, "changes")
    if visit.decision == REJECT:
        if happens(rng, 0.6):
            yield replace(visit, variant=EDIT, decision=APPROVE)
    elif happens(rng, 0.05):
        yield replace(visit, variant=EDIT, decision=_decision(rng, 5, 3, 2))
    elif happens(rng, 0.02):
        again = visit.start + timedelta(days=1)
        decision = rng.choice((APPROVE, LEAVE))
        yield replace(visit, variant=SECOND, start=again, decision=decision, with_photo=False)


def _decision(rng: random.Random, approve: int, leave: int, reject: int) -> str:
    return rng.choices((APPROVE, LEAVE, REJECT), (approve, leave, reject))[0]
