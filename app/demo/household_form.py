"""PURE. Answers to the household form: its members one by one, then the home and its bills."""

import random
from collections.abc import Sequence

from app.demo import habits
from app.demo.answers import Answers, Row
from app.demo.chance import happens, numbers_of
from app.demo.interviews import EDIT, SECOND, Interview
from app.demo.people import ADULT, Household, Member
from app.demo.person_forms import picked


def answer(interview: Interview, household: Household, seed: int, pick_seed: str) -> Answers:
    """The questions behind the consent; a corrected version differs in what figures look at."""
    variant = interview.variant if interview.variant == SECOND else ""
    rng = numbers_of(seed, household.key, variant)
    year = interview.start.year
    members = [_member(rng, number, who, year) for number, who in enumerate(household.members, 1)]
    home = _home(rng, household, members)
    if interview.variant == EDIT and members:
        _correct(members[0], home)
    return {
        "lang": "jra" if household.jrai and happens(rng, 0.4) else "vi",
        "interp": "1" if household.jrai and happens(rng, 0.15) else "2",
        "hh_size": str(household.size),
        "n15": str(len(members)),
        **home,
        **habits.bills(rng, household),
        "gps": _somewhere(rng, household) if happens(rng, 0.3) else "",
        "photo": photo_name(interview) if interview.with_photo else "",
        **_totals(members, pick_seed),
    }


def photo_name(interview: Interview) -> str:
    """Named by the moment it was taken, as Collect does."""
    return f"{int(interview.start.timestamp() * 1000)}.png"


def _member(rng: random.Random, number: int, member: Member, year: int) -> dict[str, str]:
    # Whoever opens the door answers; the others when they happen to be at home.
    source = habits.SELF if number == 1 or happens(rng, 0.4) else habits.PROXY
    said = habits.member_answers(rng, member, source)
    age = year - member.birth_year
    return {
        "m_no": str(number),
        "m_label": member.label,
        "m_sex": member.sex,
        "m_yob": str(member.birth_year),
        "m_age": str(age),
        "m_is18": str(int(age >= ADULT)),
        "m_src": source,
        **said,
        "m_smart": str(int(said["m_phone"] == habits.SMARTPHONE)),
    }


def _home(rng: random.Random, household: Household, members: Sequence[Row]) -> habits.Answers:
    smart = any(row["m_phone"] == habits.SMARTPHONE for row in members)
    return habits.home_answers(rng, household, has_smartphone=smart)


def _correct(first: dict[str, str], home: habits.Answers) -> None:
    smart = first["m_phone"] != habits.SMARTPHONE
    account = habits.YES not in (first["m_acc_bank"], first["m_acc_other"])
    first["m_phone"] = habits.SMARTPHONE if smart else habits.FEATURE_PHONE
    first["m_smart"] = str(int(smart))
    first["m_acc_bank"] = habits.YES if account else habits.NO
    first["m_acc_other"] = habits.NO
    had_fibre = "1" in home.get("net_types", "").split()
    for question in ("net_types", "fibre_isp", "fibre_avail", "why_nofibre"):
        home.pop(question, None)
    if had_fibre:
        home.update(net_any=habits.NO, fibre_avail=habits.YES, why_nofibre="2")
    else:
        home.update(net_any=habits.YES, net_types="1", fibre_isp="2")


def _totals(members: Sequence[Row], pick_seed: str) -> Answers:
    """Sums for the surveyor, and who is drawn; without members the form keeps an empty row."""
    totals: Answers = {
        "m": members or [{}],
        "n18": str(sum(row["m_is18"] == "1" for row in members)),
        "n_smart15": str(sum(row["m_smart"] == "1" for row in members)),
        "roster_check": "",
    }
    if not members:
        return totals
    number = picked(pick_seed, len(members))
    return totals | {
        "pick_seed": pick_seed,
        "pick_no": str(number),
        "pick_label": members[number - 1]["m_label"],
        "pick_note": "",
    }


def _somewhere(rng: random.Random, household: Household) -> str:
    """A point in the hills between the invented villages: latitude, longitude, altitude, metres."""
    north = 13.70 + household.village.number * 0.02 + rng.uniform(-0.006, 0.006)
    east = 107.50 + int(household.village.commune) % 7 * 0.03 + rng.uniform(-0.006, 0.006)
    return f"{round(north, 5)} {round(east, 5)} {rng.randint(380, 460)}.0 {rng.randint(4, 20)}.0"
