"""PURE. Answers to the village form: its people, its coverage and its community digital group."""

import random

from app.demo.answers import Answers
from app.demo.chance import happens, numbers_of
from app.demo.interviews import Interview

MOST_SIGNAL = 4
SOME_HOUSES, MOST_HOUSES = 0.15, 0.8  # that a cable passes


def answer(interview: Interview, seed: int, village_id: str) -> Answers:
    """Everything the village head tells about the quarter of the interview."""
    rng = numbers_of(seed, interview.subject, "village")
    start, village = interview.start, interview.village
    quarter = (start.month + 2) // 3
    households = village.weight * rng.randint(18, 26)
    return {
        "v_year": str(start.year),
        "v_quarter": str(quarter),
        "period": f"{start.year}-Q{quarter}",
        "instanceName": f"{village_id} · {start.year}-Q{quarter}",
        "role": rng.choice("1123"),
        **_people(rng, households, interview),
        **_coverage(rng, interview, households),
        **_group(rng, households),
        "a_ftth": str(int(households * village.fibre * 0.6)) if happens(rng, 0.5) else "",
        "a_vneid": "",
        "a_doc": "",
        "remark": "",
    }


def _people(rng: random.Random, households: int, interview: Interview) -> Answers:
    people = int(households * rng.uniform(3.4, 4.4))
    asked = int(people * rng.uniform(0.66, 0.74))
    return {
        "v_hh": str(households),
        "v_pop": str(people),
        "v_15": str(asked),
        "v_18": str(int(asked * 0.93)),
        "v_date": interview.start.date().replace(day=1).isoformat(),
        "v_src": rng.choice("1123"),
        "v_poor": str(int(households * max(0.02, 0.2 - 0.15 * interview.village.means))),
    }


def _coverage(rng: random.Random, interview: Interview, households: int) -> Answers:
    village = interview.village
    best = int(village.signal)
    return {
        "sig_viettel": str(best),
        "sig_vina": str(max(best - rng.randint(0, 1), 0)),
        "sig_mobi": "8" if happens(rng, 0.2) else str(max(best - rng.randint(0, 2), 0)),
        "hh_nosig": str(int(households * (MOST_SIGNAL - best) * 0.05)),
        "fibre_cover": _cable(village.fibre),
        "wifi_public": "1" if happens(rng, 0.5) else "2",
        "n_qr": str(max(0, int(6 * (village.means + 1) + rng.randint(-2, 3)))),
    }


def _cable(share: float) -> str:
    if share > SOME_HOUSES:
        return "2" if share > MOST_HOUSES else "1"
    return "0"


def _group(rng: random.Random, households: int) -> Answers:
    if happens(rng, 0.1):
        return {"t_exists": "2"}
    members = rng.randint(4, 9)
    older = rng.randint(0, members // 2)
    return {
        "t_exists": "1",
        "t_n": str(members),
        "t_fem": str(rng.randint(1, members // 2)),
        "t_60": str(older),
        "t_u35": str(rng.randint(0, members - older)),
        "t_smart": str(members - older // 2),
        "t_train": str(rng.randint(0, members)),
        "t_sessions": str(rng.choice((0, 0, 1, 2, 3, 5))),
        "t_hh": str(int(households * rng.uniform(0, 0.4))),
        "t_people": str(rng.randint(0, 120)),
        "t_diff": " ".join(sorted(rng.sample("12345679", 2))),
    }
