"""PURE. Answers to the two person forms: Internet and skills, and accounts and services."""

import random

from app.demo import habits
from app.demo.answers import Answers
from app.demo.chance import happens, logistic, numbers_of
from app.demo.habits import DONT_KNOW, NO, SELF, YES, several, yes_no
from app.demo.interviews import SKILLS, Interview
from app.demo.people import Household, Member


def picked(pick_seed: str, adults: int) -> int:
    """The number of the person to interview, computed as the forms compute it."""
    return int(float(pick_seed) * adults) + 1


def drawn(household: Household, pick_seed: str, number: int) -> Answers:
    """Who was drawn, on the day of the household form: its n15 is asked, not in the list yet."""
    adults = str(len(household.members))
    return {
        "list_n15": "", "list_pick": "", "list_seed": pick_seed,
        "ask_n15": adults, "n15": adults, "pick_no": str(number), "pick_note": "",
    }  # fmt: skip


def answer(interview: Interview, member: Member, seed: int) -> Answers:
    """The questions behind the consent."""
    who = f"{interview.subject}/{member.label}/{member.birth_year}"
    rng = numbers_of(seed, who, interview.form)
    age = interview.start.year - member.birth_year
    source = SELF if happens(rng, 0.95) else habits.PROXY
    found: Answers = {
        "p_sex": member.sex,
        "p_yob": str(member.birth_year),
        "p_age": str(age),
        "p_src": source,
        "lang": "vi",
    }
    if interview.form == SKILLS:
        return found | _skills(rng, member, source)
    return found | _services(rng, member)


def _skills(rng: random.Random, member: Member, source: str) -> Answers:
    found: Answers = {
        "p_edu": str(member.schooling),
        "p_literate": "1" if member.schooling > 1 or happens(rng, 0.6) else "2",
    }
    recent = _use(rng, member, found)
    if recent and source == SELF:
        found |= _done(rng, member.skill)
    trained = yes_no(rng, member.skill * 0.3 - 0.8)
    found["tr_12m"] = trained
    if trained == YES:
        found["tr_by"] = several(rng, "12367", -0.4, "1")
    found["tr_cert"] = yes_no(rng, member.skill - 1.4, unsure=0.03)
    found["tr_need"] = several(rng, "1234567", -0.8)
    return found


def _use(rng: random.Random, member: Member, found: Answers) -> bool:
    """Fills in the use of the Internet; whether it was used in the last three months."""
    ever = happens(rng, logistic(1.8 + member.skill))
    found["net_ever"] = YES if ever else NO
    last = ("1" if happens(rng, 0.92) else rng.choice("23")) if ever else ""
    if ever:
        found["net_last"] = last
    if last == "1":
        found["net_freq"] = rng.choices("123", (8, 2, 1))[0]
        found["net_dev"] = several(rng, "1235", 0.2, "1")
    else:
        found["why_no"] = several(rng, "1234578", -1, "2")
    return last == "1"


# Question: its choices, and how hard these are.
_DONE = {
    "s_info": ("1234", 0.2), "s_comm": ("123456", 0.3), "s_cont": ("1234567", 1.6),
    "s_safe": ("123456", 1.3), "s_prob": ("1234567", 0.8), "s_itu": ("12345", 1.5),
    "s_vn": ("12345678", -0.9),
}  # fmt: skip


def _done(rng: random.Random, skill: float) -> Answers:
    return {
        question: several(rng, codes, skill - hard, "0")
        for question, (codes, hard) in _DONE.items()
    }


def _services(rng: random.Random, member: Member) -> Answers:
    skill = member.skill
    found: Answers = {
        "acc_bank": yes_no(rng, skill + 0.9, private=0.01),
        "acc_wallet": yes_no(rng, skill - 0.9),
        "acc_mm": yes_no(rng, skill - 2),
    }
    if all(found[question] == NO for question in ("acc_bank", "acc_wallet", "acc_mm")):
        found["acc_why"] = several(rng, "1245679", -1, "1")
    found["pay_12m"] = several(rng, "12345678", skill - 1, "0")
    found["pay_freq"] = "0" if found["pay_12m"] == "0" else rng.choice("0123" + DONT_KNOW)
    found["pay_scam"] = yes_no(rng, -3.5)
    found["vneid"] = "2" if happens(rng, logistic(skill + 1.2)) else rng.choice("01")
    if found["vneid"] == "2":
        found["vneid_use"] = yes_no(rng, skill)
    found["esign"] = yes_no(rng, skill - 2.2, unsure=0.03)
    return found | _procedures(rng, skill) | _health_and_safety(rng, skill)


def _procedures(rng: random.Random, skill: float) -> Answers:
    found: Answers = {"ps_need": yes_no(rng, 0.2), "ps_feedback": yes_no(rng, skill - 1)}
    if found["ps_need"] != YES:
        return found
    how = rng.choices(("1", "2", "3", "2 3", DONT_KNOW), (2 * logistic(skill), 2, 3, 1, 0.1))[0]
    found["ps_how"] = how
    if set(how.split()) & {"1", "2"}:
        found["ps_helper"] = "1" if "1" in how else rng.choice("2345")
        found["ps_sat"] = rng.choices("12345", (1, 2, 5, 8, 3))[0]
    return found


def _health_and_safety(rng: random.Random, skill: float) -> Answers:
    return {
        "ehr": yes_no(rng, skill - 0.8, unsure=0.03),
        "tele": yes_no(rng, skill - 2.5),
        "buy_online": yes_no(rng, skill - 0.4),
        "protect": several(rng, "12345", skill - 0.6, "0"),
    }
