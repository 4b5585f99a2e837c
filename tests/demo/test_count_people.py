import ast
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app.demo import count_people, record
from app.demo.count_people import count
from app.demo.places import VILLAGES
from app.demo.plan import make_plan

SCRIPT = Path(count_people.__file__)


def interview(household, instance="i", *, members=(), fibre="1", **said):
    """A complete, approved interview of 2026; members are (birth year, phone, bank, other)."""
    return {
        "form": "xhs_ho", "round": "2026-1", "instance": instance, "replaces": None,
        "household": household, "village": "T-A", "on": "2026-11-01", "turn": 2,
        "decision": "approve", "visit_result": "1", "consent": "1",
        "net_any": "1", "net_types": fibre,
        "members": [
            dict(zip(("m_yob", "m_phone", "m_acc_bank", "m_acc_other"), member, strict=True))
            for member in members
        ],
    } | said  # fmt: skip


def people(*interviews, households=10):
    codes = [f"A{n}" for n in range(households)]
    listing = {"form": "xhs_lap_ds_ho", "round": "2026-1", "decision": "approve"}
    return {
        "round": "2026-1",
        "villages": {"T-A": "23872"},
        "old_communes": {"T-A": "23860"},
        "households": [{"code": code, "village": "T-A", "occupied": True} for code in codes],
        "interviews": [*({**listing, "household": code} for code in codes), *interviews],
    }


def value(found, indicator, place="T-A"):
    numerator, denominator = found.get((indicator, place), (0, 0))
    return numerator / denominator if denominator else None


def test_adults_by_year_of_birth_and_known_phones_count():
    members = [
        ("1980", "2", "1", "2"), ("1980", "8", "1", "2"), ("2009", "2", "1", "2"),
        ("2008", "0", "1", "2"),
    ]  # fmt: skip
    found = count(people(interview("A1", members=members)))

    assert value(found, "XHS-01") == 1 / 2  # the 17-year-old is outside, "don't know" is missing


@pytest.mark.parametrize(
    ("bank", "other", "expected"),
    [
        ("1", "2", 1),
        ("2", "1", 1),
        ("1", "8", 1),
        ("2", "2", 0),
        ("2", "8", None),
        ("9", "2", None),
    ],
)
def test_one_account_is_enough_and_an_unknown_answer_is_no_no(bank, other, expected):
    found = count(people(interview("A1", members=[("1980", "2", bank, other)])))

    assert value(found, "XHS-11") == expected


@pytest.mark.parametrize(
    ("net_any", "types", "expected"),
    [
        ("1", "1 3", 1),
        ("1", "3", 0),
        ("2", "", 0),
        ("8", "", None),
        ("9", "", None),
        ("1", "8", None),
    ],
)
def test_fibre(net_any, types, expected):
    found = count(people(interview("A1", net_any=net_any, net_types=types)))

    assert value(found, "XHS-03") == expected


def test_the_newest_approved_version_counts():
    first = interview("A1", "i1", fibre="1")
    waiting = interview("A1", "i2", fibre="3", replaces="i1", turn=3, decision="leave")

    assert value(count(people(first, waiting)), "XHS-03") == 1
    assert value(count(people(first, waiting | {"decision": "approve"})), "XHS-03") == 0
    rejected = first | {"decision": "reject"}
    assert value(count(people(rejected, waiting | {"decision": "approve"})), "XHS-03") == 0
    assert value(count(people(rejected, waiting)), "XHS-03") is None


def test_the_first_approved_complete_interview_of_a_household_counts():
    absent = interview("A1", "i0", visit_result="2", consent=None)
    first = interview("A1", "i1", fibre="1")
    second = interview("A1", "i2", fibre="3", turn=3)

    assert value(count(people(absent, first, second)), "XHS-03") == 1


def test_a_village_counts_by_the_households_it_is_thought_to_have():
    # 10 registered, 2 complete, 1 refused, 1 moved away: eligible 3 of 4 resolved, 6 unresolved,
    # so 3 + 6 * 3/4 = 7.5 households are thought to be there.
    found = count(people(
        interview("A1", "a"), interview("A2", "b", fibre="3"),
        interview("A3", "c", visit_result="4"), interview("A4", "d", visit_result="5"),
        interview("A5", "e", visit_result="2"),
    ))  # fmt: skip

    assert found["XHS-03", "T-A"] == (7.5 / 2, 7.5)
    assert found["XHS-03", "23872"] == (7.5 / 2, 7.5)


def test_a_household_that_disagrees_is_eligible():
    found = count(people(interview("A1", "a"), interview("A2", "b", consent="2"), households=2))

    assert found["XHS-03", "T-A"] == (2, 2)


def test_a_round_has_its_own_interviews_and_the_households_that_were_listed_until_then():
    found = people(interview("A1", "a"), interview("A2", "b", fibre="3"), households=3)
    found["households"].append({"code": "A9", "village": "T-A", "occupied": True})
    found["interviews"] += [
        {"form": "xhs_lap_ds_ho", "round": "2024-1", "decision": "approve", "household": code}
        for code in ("A1", "A9")
    ]
    found["interviews"].append(interview("A1", fibre="3", round="2024-1", on="2024-03-01"))

    # Of the two that were listed in 2024 one was interviewed and stands for both.
    assert count(found, "2024-1", "old_communes")["XHS-03", "23860"] == (0, 2)
    # Of the four of 2026 two were.
    assert count(found)["XHS-03", "23872"] == (2, 4)


def drawn(household, form, persons, **said):
    """An interview with one form for persons; `persons` is what each member would say."""
    common = {"p_sex": "1", "p_yob": "1980", "net_last": "", "protect": ""}
    told = [{**common, **person} for person in persons]
    return interview(household, f"{household}{form}") | {"form": form, "persons": told, **said}


def test_who_was_drawn_counts_with_both_forms_for_all_members_of_the_household():
    member = ("1980", "2", "1", "2")
    homes = [interview(f"A{n}", f"h{n}", members=[member] * n) for n in (1, 2, 3)]
    use = [
        drawn("A1", "xhs_kynang", [{"net_last": "1"}]),
        drawn("A2", "xhs_kynang", [{"net_last": "3"}, {"net_last": "1"}]),
        drawn("A3", "xhs_kynang", [{"net_last": "1"}] * 3),
    ]
    safety = [
        drawn("A1", "xhs_dichvu", [{"protect": "2 4"}]),
        drawn("A2", "xhs_dichvu", [{"protect": "0"}, {"protect": "3 5"}]),
    ]
    draws = {"A1": "0.9", "A2": "0.5", "A3": "0.1"}
    found = count(people(*homes, *use, *safety, households=6), draws=draws)
    # Two of six have both forms and stand for three households each: 3 · (1 · 0 + 2 · 1) of 3 · 3.
    assert found["XHS-25", "T-A"] == (6, 9)
    # A2's first member, who did not use the Internet lately, is outside.
    first = count(people(*homes, *use, *safety, households=6), draws={**draws, "A2": "0.4"})
    assert first["XHS-25", "T-A"] == (0, 3)
    # Nobody knows how many adults the third household has: its person does not count.
    alone = count(people(*homes[:1], *use, *safety, households=6), draws=draws)
    assert alone["XHS-25", "T-A"] == (0, 6)


def test_the_script_imports_nothing_of_the_product():
    imported = {
        name
        for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
    }

    assert imported <= set(sys.stdlib_module_names) | {"collections.abc"}


def test_the_script_runs_by_itself_on_what_the_demo_writes(tmp_path):
    plan = make_plan(1, 120, date(2026, 11, 22))
    ids = {village.key: f"T-{number:05}" for number, village in enumerate(VILLAGES)}
    record.write(tmp_path, plan, ids, "2026-1")
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, record.people_file(tmp_path)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    before = subprocess.run(
        [sys.executable, "-I", SCRIPT, record.people_file(tmp_path), "2024-1", "old"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    ).stdout  # fmt: skip

    places = {line.split("\t")[1] for line in before.splitlines()}
    assert {place for place in places if not place.startswith("T-")} == {"23860", "23869"}
    assert {row[0] for row in rows} == {"XHS-01", "XHS-03", "XHS-11"}
    assert {"23872", "T-00000"} <= {row[1] for row in rows}
    assert all(0 <= float(row[2]) <= 1 for row in rows if row[2] != "-")
    assert record.first_day(tmp_path) == date(2026, 11, 22)
