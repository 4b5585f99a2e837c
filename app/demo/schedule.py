"""PURE. Who visits which village, and when: each surveyor's interviews over the days."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from app.clock import PROGRAMME_ZONE
from app.demo.interviews import APPROVE, Interview
from app.demo.people import Household
from app.demo.places import COMMUNES, VILLAGES, Village

SURVEYORS_PER_COMMUNE = 2
BEGINS = time(7, 30)
WORKING_MINUTES = 570


def surveyor_of(village: Village) -> int:
    """Position of the surveyor whose territory the village is in."""
    commune = COMMUNES.index(village.commune)
    half = sum(other.commune == village.commune for other in VILLAGES) / SURVEYORS_PER_COMMUNE
    return commune * SURVEYORS_PER_COMMUNE + int((village.number - 1) // half)


def planned(
    form: str, village: Village, household: Household | None, decision: str = APPROVE
) -> Interview:
    """An interview that has no time yet."""
    not_yet = datetime.min.replace(tzinfo=PROGRAMME_ZONE)
    return Interview(form, village, household, surveyor_of(village), not_yet, decision=decision)


def timed(interviews: Iterable[Interview], first: date, days: int) -> list[Interview]:
    """The interviews at their time: each surveyor's evenly over the working hours of the days."""
    each: dict[int, list[Interview]] = {}
    for interview in interviews:
        each.setdefault(interview.surveyor, []).append(interview)
    done = []
    for surveyor, own in sorted(each.items()):
        a_day = -(-len(own) // days)
        for position, interview in enumerate(own):
            day = first + timedelta(position // a_day)
            minute = position % a_day * WORKING_MINUTES // a_day
            start = datetime.combine(day, BEGINS, PROGRAMME_ZONE)
            start += timedelta(minutes=minute, seconds=(surveyor * 17 + position * 23) % 60)
            done.append(replace(interview, start=start))
    return sorted(done, key=lambda interview: (interview.start, interview.surveyor))
