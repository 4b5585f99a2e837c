"""Writes the invented people down, with all that was planned for them, before anything is sent.

`people.json` is the truth that the figures are compared with; `count_people.py` reads it.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from app.demo import earlier
from app.demo.interviews import HOUSEHOLD, SERVICES, SKILLS, Interview, household_code
from app.demo.people import OCCUPIED
from app.demo.places import VILLAGES
from app.demo.plan import Plan
from app.demo.questionnaires import answer

HOME_ANSWERS = ("net_any", "net_types")
MEMBER_ANSWERS = ("m_yob", "m_phone", "m_acc_bank", "m_acc_other")
PERSON_ANSWERS = {
    SKILLS: ("p_sex", "p_yob", "net_last"),
    SERVICES: ("p_sex", "p_yob", "protect"),
}


def people_file(folder: Path) -> Path:
    """Where they stand in the demo's folder."""
    return folder / "people.json"


def first_day(folder: Path) -> date | None:
    """The day on which the people of this folder were invented, None when they were not yet."""
    path = people_file(folder)
    return date.fromisoformat(read(folder)["day"]) if path.exists() else None


def read(folder: Path) -> dict[str, Any]:
    """The people as written."""
    people: dict[str, Any] = json.loads(people_file(folder).read_text(encoding="utf-8"))
    return people


def write(folder: Path, plan: Plan, village_ids: Mapping[str, str], round_code: str) -> None:
    """Write them in one rename; `village_ids` gives the server's id of each village by key."""
    turns = [(earlier.CODE, turn) for turn in plan.earlier]
    turns += [(round_code, turn) for turn in plan.turns]
    people = {
        "invented": True,
        "seed": plan.seed,
        "day": plan.day.isoformat(),
        "round": round_code,
        "villages": {village_ids[village.key]: village.commune for village in VILLAGES},
        "old_communes": {village_ids[village.key]: village.old_commune for village in VILLAGES},
        "households": [
            {
                "code": household_code(village_ids[house.village.key], house.number),
                "village": village_ids[house.village.key],
                "occupied": house.dwelling == OCCUPIED,
            }
            for house in plan.households
        ],
        "interviews": [
            {"round": code, "turn": turn}
            | _interview(plan.seed, interview, village_ids[interview.village.key])
            for turn, (code, interviews) in enumerate(turns, 1)
            for interview in interviews
        ],
    }
    draft = people_file(folder).with_suffix(".new")
    draft.write_text(json.dumps(people, ensure_ascii=False, indent=0), encoding="utf-8")
    draft.replace(people_file(folder))


def _interview(seed: int, interview: Interview, village_id: str) -> dict[str, Any]:
    household = interview.household
    return {
        "instance": interview.instance_id(seed),
        "replaces": interview.replaced_id(seed),
        "form": interview.form,
        "village": village_id,
        "household": household and household_code(village_id, household.number),
        "on": interview.start.date().isoformat(),
        "decision": interview.decision,
        **(_said(seed, interview, village_id) if interview.form == HOUSEHOLD else {}),
        **(_say(seed, interview, village_id) if interview.form in PERSON_ANSWERS else {}),
    }


def _said(seed: int, interview: Interview, village_id: str) -> dict[str, Any]:
    """What a household answered to the questions of the figures that are compared."""
    said: dict[str, Any] = {"visit_result": interview.result}
    found = answer(interview, seed, village_id, "", pick_seed="0")
    said["consent"] = found.get("consent")
    if interview.is_complete:
        said |= {question: found.get(question, "") for question in HOME_ANSWERS}
        household = interview.household
        assert household is not None
        rows: Any = found["m"] if household.members else []
        said["members"] = [{name: row[name] for name in MEMBER_ANSWERS} for row in rows]
    return said


def _say(seed: int, interview: Interview, village_id: str) -> dict[str, Any]:
    """What each member would answer, should the server draw that one."""
    said: dict[str, Any] = {"visit_result": interview.result, "consent": interview.consent}
    household = interview.household
    assert household is not None
    if interview.is_complete:
        members = len(household.members)
        found = [
            answer(interview, seed, village_id, "", pick_seed=str((number + 0.5) / members))
            for number in range(members)
        ]
        names = PERSON_ANSWERS[interview.form]
        said["persons"] = [{name: one.get(name, "") for name in names} for one in found]
    return said


def draws_file(folder: Path) -> Path:
    """Where the numbers stand that decide who of a household is asked."""
    return people_file(folder).with_name("draws.json")
