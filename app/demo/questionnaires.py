"""PURE. What an interview answers, question by question; what would not be asked is not there.

The forms' calculations are done here as a phone does them. "" is a question that was asked and
left blank, or a note that was shown.
"""

from datetime import timedelta

from app.demo import household_form, person_forms, village_form
from app.demo.answers import Answers
from app.demo.interviews import (
    DISAGREED,
    HELD,
    HOUSEHOLD,
    LISTING,
    REFUSES,
    Interview,
    household_code,
)  # fmt: skip
from app.demo.people import ADULT, OCCUPIED, Household

MINUTES = {LISTING: 4, HOUSEHOLD: 11}  # of the household's time; the others take nine
SHORT_VISIT = 2


def answer(
    interview: Interview, seed: int, village_id: str, enumerator: str, pick_seed: str = ""
) -> Answers:
    """Everything that the interview answers; `pick_seed` is the household's number in the list."""
    found = _frame(interview, village_id, enumerator)
    household = interview.household
    if household is None:
        return found | village_form.answer(interview, seed, village_id)
    code = household_code(village_id, household.number)
    if interview.form == LISTING:
        return found | _listing(household, code)
    found |= {"hh_id": code, "remark": ""}
    if interview.form == HOUSEHOLD:
        found |= {"instanceName": f"{code} · {interview.visit}", "visit_no": str(interview.visit)}
        found |= _visit(interview)
        return found | (
            household_form.answer(interview, household, seed, pick_seed)
            if interview.is_complete
            else {}
        )
    number = person_forms.picked(pick_seed, len(household.members))
    member = household.members[number - 1]
    found |= {"instanceName": f"{code} · {number}"}
    found |= person_forms.drawn(household, pick_seed, number)
    found |= _visit(interview, minor=interview.start.year - member.birth_year < ADULT)
    return found | (person_forms.answer(interview, member, seed) if interview.is_complete else {})


def _frame(interview: Interview, village_id: str, enumerator: str) -> Answers:
    minutes = MINUTES.get(interview.form, 9) if interview.is_complete else SHORT_VISIT
    end = interview.start + timedelta(minutes=minutes)
    return {
        "start": interview.start.isoformat(timespec="milliseconds"),
        "end": end.isoformat(timespec="milliseconds"),
        "today": interview.start.date().isoformat(),
        "username": enumerator.lower(),
        "commune_code": interview.commune_code,
        "village_id": village_id,
        "enum_code": enumerator,
    }


def _listing(household: Household, code: str) -> Answers:
    found: Answers = {
        "hh_no": str(household.number),
        "dwell_status": household.dwelling,
        "hh_code": code,
        "hh_known": "",
        "note_code": "",
        "instanceName": code,
    }
    if household.dwelling != OCCUPIED:
        return found
    return found | {
        "head_label": household.head,
        "landmark": household.landmark,
        "hh_size": str(household.size),
        "n15": str(len(household.members)),
        "n18": str(sum(member.age >= ADULT for member in household.members)),
        "poor": household.poor,
    }


def _visit(interview: Interview, *, minor: bool = False) -> Answers:
    found: Answers = {"visit_result": interview.result}
    if interview.result == HELD:
        found |= {"consent_text": "", "consent": interview.consent}
        if interview.is_complete:
            found["consent_how"] = "3" if minor else "1"
    if interview.result == REFUSES or interview.consent == DISAGREED:
        found["refuse_reason"] = "1239"[interview.start.minute % 4]
    return found
