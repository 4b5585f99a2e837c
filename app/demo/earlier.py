"""PURE. The round of 2024: one commune of today before the reform, when it was two.

Ia Dơk has had the code of the old Ia Kla since 1 July 2025, and its own old one is retired. The
households are those of today that stood there already, two years younger and with less fibre.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.demo.chance import happens, numbers_of
from app.demo.interviews import EARLIER, HELD, HOUSEHOLD, LISTING, MOVED, REFUSES, Interview
from app.demo.people import ASKED, OCCUPIED, Household
from app.demo.schedule import planned, timed

COMMUNE = "23869"  # Ia Dơk today
OLD_COMMUNE = "23860"  # Ia Dơk until 30 June 2025
YEAR = 2024
CODE = f"{YEAR}-1"
BEGINS, ENDS = date(YEAR, 3, 4), date(YEAR, 4, 30)
LISTING_DAYS, VISITING_DAYS = 10, 20
STOOD = 0.6  # share of today's houses that stood there
FIBRE = 0.45  # of the houses that a cable passes today

Turns = tuple[tuple[Interview, ...], tuple[Interview, ...]]


def plan_earlier(seed: int, people: Sequence[Household], year: int) -> Turns:
    """The listing of 2024 and the visits, of households that are as old as in `year`."""
    then = [
        _as_it_was(household, year - YEAR)
        for household in people
        if household.village.commune == COMMUNE
        and household.dwelling == OCCUPIED
        and happens(numbers_of(seed, household.key, EARLIER), STOOD)
    ]
    listing = timed((_interview(LISTING, house) for house in then), BEGINS, LISTING_DAYS)
    visits = timed(
        (replace(_interview(HOUSEHOLD, house), result=_result(seed, house)) for house in then),
        BEGINS + timedelta(LISTING_DAYS + 2),
        VISITING_DAYS,
    )
    return tuple(listing), tuple(visits)


def _interview(form: str, household: Household) -> Interview:
    return replace(planned(form, household.village, household), variant=EARLIER)


def _result(seed: int, household: Household) -> str:
    rng = numbers_of(seed, household.key, EARLIER, "visit")
    return rng.choices((HELD, REFUSES, MOVED), (90, 6, 4))[0]


def _as_it_was(household: Household, years: int) -> Household:
    """Whoever was not 15 yet is one of the children."""
    members = tuple(
        replace(member, age=member.age - years)
        for member in household.members
        if member.age - years >= ASKED
    )
    village = replace(household.village, fibre=household.village.fibre * FIBRE)
    children = household.children + len(household.members) - len(members)
    return replace(household, village=village, members=members, children=children)
