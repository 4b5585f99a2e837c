"""PURE. How invented people live with phones, accounts and the Internet, and what they answer.

Better off, younger and better schooled means more of everything, loosely; somebody who answers for
another knows less. The codes are those of the questionnaires' choice lists.
"""

import random
from collections.abc import Sequence

from app.demo.chance import happens, logistic
from app.demo.people import ADULT, Household, Member

YES, NO, DONT_KNOW, REFUSED = "1", "2", "8", "9"
SELF, PROXY = "1", "2"
SMARTPHONE, FEATURE_PHONE, NO_PHONE = "2", "1", "0"
Answers = dict[str, str]


def yes_no(rng: random.Random, score: float, *, unsure: float = 0.01, private: float = 0.0) -> str:
    """Yes or no by the score; sometimes not known, or not said."""
    yes = (1 - unsure - private) * logistic(score)
    shares = (yes, 1 - unsure - private - yes, unsure, private)
    return rng.choices((YES, NO, DONT_KNOW, REFUSED), shares)[0]


def several(rng: random.Random, codes: Sequence[str], score: float, nothing: str = "") -> str:
    """Some of the codes, as a form writes several choices; `nothing` when there is none."""
    chosen = [code for code in codes if happens(rng, logistic(score))]
    return " ".join(chosen) or nothing


def member_answers(rng: random.Random, member: Member, source: str) -> Answers:
    """The roster's short questions about one person."""
    unsure = 0.01 if source == SELF else 0.06
    phone = _phone(rng, member, unsure)
    online = _online(rng, member, phone, unsure)
    skill = member.skill + (0.8 if online == "1" else -1.2)

    def ask(score: float, *, private: float = 0.0) -> str:
        return yes_no(rng, score, unsure=unsure, private=private)

    grown = member.age >= ADULT
    return {
        "m_phone": phone,
        "m_net3": online,
        "m_acc_bank": ask(skill + (0.9 if grown else -1.5), private=0.01),
        "m_acc_other": ask(skill - 0.9, private=0.01),
        "m_pay12": ask(skill + 0.1),
        "m_vneid": _vneid(rng, skill + (1.2 if grown else -0.6), unsure),
        "m_esign": ask(skill - 2.2),
        "m_tr12": ask(skill * 0.3 - 0.8),
        "m_cert": ask(skill - 1.4),
        "m_ps": _public_service(rng, skill, unsure),
    }


def _phone(rng: random.Random, member: Member, unsure: float) -> str:
    if happens(rng, unsure / 2):
        return DONT_KNOW
    if happens(rng, logistic(1.6 + 1.1 * member.skill)):
        return SMARTPHONE
    return FEATURE_PHONE if happens(rng, 0.55) else NO_PHONE


def _online(rng: random.Random, member: Member, phone: str, unsure: float) -> str:
    if happens(rng, unsure / 2):
        return DONT_KNOW
    if happens(rng, logistic(2.4 + member.skill if phone == SMARTPHONE else member.skill - 2.5)):
        return "1"
    return "2" if happens(rng, 0.2) else "3"


def _vneid(rng: random.Random, score: float, unsure: float) -> str:
    if happens(rng, unsure):
        return DONT_KNOW
    if happens(rng, logistic(score)):
        return "2"
    return rng.choice("01")


def _public_service(rng: random.Random, skill: float, unsure: float) -> str:
    if happens(rng, unsure):
        return DONT_KNOW
    if happens(rng, 0.45):
        return "4"
    if happens(rng, logistic(skill - 0.6)):
        return rng.choice("112")
    return rng.choice("233")


def home_answers(rng: random.Random, household: Household, *, has_smartphone: bool) -> Answers:
    """Power, signal, Internet and devices of a home."""
    village, means = household.village, household.means
    passed = happens(rng, village.fibre)
    answers = {"power": "1" if happens(rng, 0.97) else "2", "signal": village.signal}
    if happens(rng, 0.2):
        answers["signal"] = rng.choice(("0", "1", "2", "3", DONT_KNOW))
    answers |= _internet(rng, means, passed=passed, mobile=has_smartphone)
    if "1" in answers.get("net_types", "").split():
        answers["fibre_isp"] = rng.choices(("1", "2", "3", DONT_KNOW), (4, 5, 1, 0.3))[0]
    else:
        known = happens(rng, 0.94)
        answers["fibre_avail"] = (YES if passed else NO) if known else DONT_KNOW
        answers["why_nofibre"] = several(rng, "23457", means - 1, "5") if passed else "1"
    answers["devices"] = _devices(rng, means, has_smartphone=has_smartphone)
    return answers


def _internet(rng: random.Random, means: float, *, passed: bool, mobile: bool) -> Answers:
    if happens(rng, 0.015):
        return {"net_any": rng.choice((DONT_KNOW, DONT_KNOW, REFUSED))}
    if happens(rng, 0.01):
        return {"net_any": YES, "net_types": DONT_KNOW}
    types = []
    if passed and happens(rng, logistic(0.9 + 1.2 * means)):
        types.append("1")
    if mobile and happens(rng, 0.8):
        types.append("3")
    if not types and happens(rng, 0.1):
        types.append(rng.choice("467"))
    return {"net_any": YES, "net_types": " ".join(types)} if types else {"net_any": NO}


def _devices(rng: random.Random, means: float, *, has_smartphone: bool) -> str:
    owned = ["1"] if has_smartphone else []
    for code, score in (("2", 0.2), ("3", means - 1.6), ("4", means - 2), ("5", means), ("6", 0.0)):
        if happens(rng, logistic(score)):
            owned.append(code)
    return " ".join(owned) or "0"


def bills(rng: random.Random, household: Household) -> Answers:
    """How the household pays, whether it sells online and was helped by the village's group."""
    means = household.means
    answers = {}
    for name, due, score in (
        ("pay_elec", 0.98, means + 0.6),
        ("pay_water", 0.35, means),
        ("pay_school", 0.55, means + 0.2),
        ("pay_health", 0.6, means - 0.7),
    ):
        answers[name] = _paid(rng, due, score)
    answers["sell_online"] = yes_no(rng, means - 2.2)
    answers["tcn_visit"] = yes_no(rng, -0.5, unsure=0.03)
    return answers


def _paid(rng: random.Random, due: float, score: float) -> str:
    if happens(rng, 0.02):
        return DONT_KNOW
    if not happens(rng, due):
        return "7"
    return rng.choice("222346") if happens(rng, logistic(score)) else "1"
