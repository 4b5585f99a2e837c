"""Scorecards as workbooks: what is read, and every fault with its cell."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from app.i18n import gettext, in_language
from app.scorecards.definitions import Definition
from app.scorecards.read import read_scorecard
from app.xforms.problems import FormRefused
from app.xforms.workbook import read_workbook

ROOT = Path(__file__).parents[2]
GUIDE = re.compile(r"```\n(\| settings \|.*?)```", re.DOTALL)
SETTINGS = """
| settings |
| | code | version | year | label | total | due_on |
| | CDS | 1 | 2026 | Xã hội số | {total} | {due_on} |
"""
COLUMNS = ("code", "label", "group", "indicator", "points", "rule", "target", "each", "steps")


def workbook(*rows, more="", total="", due_on="", settings=SETTINGS):
    """A scorecard with these criteria; what a row does not say is made up."""
    lines = [settings.format(total=total, due_on=due_on), "| criteria |"]
    lines.append(f"| | {' | '.join((*COLUMNS, 'evidence'))} |")
    for number, row in enumerate(rows, 1):
        said = {"code": f"C{number}", "label": "L", "points": "20", "rule": "proportional", **row}
        cells = (said.get(name, "") for name in (*COLUMNS, "evidence"))
        lines.append(f"| | {' | '.join(cells)} |")
    return read_workbook(("\n".join(lines) + more).encode(), ".md")


def faults(*rows, **said):
    return [str(finding) for finding in read_scorecard(workbook(*rows, **said)).findings]


def test_a_workbook_becomes_a_definition():
    book = workbook(
        {"rule": "target", "target": "80%", "indicator": "XHS-01"},
        {"rule": "steps", "steps": "1=5;  4 = 20; 2=10", "evidence": "yes"},
        total="40",
        due_on="15/12/2026",
    )
    said = read_scorecard(book).definition

    assert said.points == 40
    assert said.due_on.isoformat() == "2026-12-15"
    first, second = said.criteria
    assert (first.target, first.indicator) == (Fraction(4, 5), "XHS-01")
    assert [(step.at, step.points) for step in second.steps] == [(1, 5), (2, 10), (4, 20)]
    assert second.evidence
    assert Definition.from_json(json.loads(json.dumps(said.to_json()))) == said


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"code": "1x"}, "criteria!A2: Begin a code with a letter"),
        ({"label": ""}, "criteria!A2: The criterion has no label"),
        ({"code": ""}, "criteria!A2: code is missing: fill it."),
        ({"points": "0"}, "criteria!E2: Write points above 0"),
        ({"points": "viele"}, "criteria!E2: Write a number"),
        ({"points": "1.000"}, "criteria!E2: Write numbers without separators of thousands"),
        ({"rule": "linear"}, "criteria!F2: Write one of: proportional, target, steps"),
        ({"rule": "target"}, "criteria!G2: The rule target needs this, such as 80%."),
        ({"rule": "target", "target": "0"}, "criteria!G2: Write a number above 0."),
        ({"rule": "steps"}, "criteria!I2: The rule steps needs this, such as 4=20"),
        ({"rule": "count"}, "criteria!H2: The rule count needs this, such as 5."),
        ({"target": "80%"}, "criteria!G2: This belongs to the rule target, not to proportional"),
        ({"rule": "steps", "steps": "4:20"}, "criteria!I2: Write value=points"),
        ({"rule": "steps", "steps": ";"}, "criteria!I2: Write value=points"),
        ({"rule": "steps", "steps": "1=2=3"}, "criteria!I2: Write value=points"),
        ({"rule": "steps", "steps": "1=20; 2=10"}, "criteria!I2: A higher value must give more"),
        ({"rule": "steps", "steps": "1=10; 1=20"}, "criteria!I2: A higher value must give more"),
        ({"rule": "steps", "steps": "1=10"}, "criteria!I2: The highest step gives 10.00"),
        ({"rule": "role", "indicator": "X"}, "criteria!D2: The rule role is about what the"),
        ({"group": "NT"}, "criteria!C2: There is no group NT"),
        ({"evidence": "ja"}, "criteria!J2: Write yes where a file must prove it"),
    ],
)
def test_a_fault_names_its_cell_and_what_to_write(row, fault):
    found = faults(row)

    assert any(text.startswith(fault) for text in found), found
    assert read_scorecard(workbook(row)).definition is None


def test_a_code_stands_once_and_the_total_is_that_of_the_rows():
    assert faults({"code": "A"}, {"code": "A"}) == [
        "criteria!A3: Row 2 has this code already: choose another."
    ]
    assert faults({}, {}, total="300") == [
        "settings!E2: The criteria have 40.00 points together, not 300.00. Correct one of the two."
    ]


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("| settings |\n| | code | version | year |\n| | A | x | 2026 |\n", "settings!B2"),
        ("| settings |\n| | code | version | year |\n| | A | 1 | 26 |\n", "settings!C2"),
        ("| settings |\n| | code | version | year |\n| | A | 1 |  |\n", "settings!C2"),
        ("| settings |\n| | code | version | year |\n| | - | 1 | 2026 |\n", "settings!A2"),
        (SETTINGS.replace("{due_on}", "30/2/2026"), "settings!F2: Write a day as 2026-12-15"),
        (SETTINGS + "| | B | 1 | 2026 | | | |\n", "settings!A3: Delete this row"),
    ],
)
def test_settings_are_checked(settings, fault):
    assert any(text.startswith(fault) for text in faults({}, settings=settings))


def test_a_group_stands_once():
    more = "\n| groups |\n| | code | label |\n| | G | A |\n| | G | B |"
    assert faults({}, more=more) == ["groups!A3: Row 2 has this code already: choose another."]


def test_a_misspelt_sheet_is_a_warning():
    found = read_scorecard(workbook({}, more="\n| scorecard_test |\n| | code |\n| | C1 |"))

    (finding,) = found.findings
    assert str(finding).startswith("scorecard_test: The sheet means nothing here (known: settings,")
    assert found.definition is not None


def test_points_are_told_with_the_readers_decimal_mark():
    (found,) = read_scorecard(workbook({}, {}, total="300")).findings

    assert "40,00" in found.told(gettext)
    with in_language("en"):
        assert "40.00" in found.told(gettext)


def test_a_misspelt_column_is_a_warning():
    found = read_scorecard(workbook({}, more="\n| scorecard_tests |\n| | cod | value | points |"))

    assert [str(finding) for finding in found.findings] == [
        "scorecard_tests!A1: The column cod means nothing here (known: code, points, value)."
    ]
    assert found.definition is not None


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("C1 | 1/4 | 6", "scorecard_tests!C2: This value gives 5.00 points by the rule."),
        ("C9 | 1/4 | 5", "scorecard_tests!A2: There is no criterion “C9”."),
        ("C1 | 5/4 | 5", "scorecard_tests!B2: The part is larger than the whole."),
        ("C1 | 1/4 |", "scorecard_tests!C2: points is missing"),
    ],
)
def test_a_worked_case_that_does_not_come_out_is_a_fault(case, fault):
    more = f"\n| scorecard_tests |\n| | code | value | points |\n| | {case} |"

    assert any(text.startswith(fault) for text in faults({}, more=more))


@pytest.mark.parametrize(
    "text", ["| survey |\n| | type |\n", "| settings |\n| | code |\n| | A |\n"]
)
def test_another_workbook_is_refused_as_a_whole(text):
    with pytest.raises(FormRefused, match="A scorecard needs rows in the sheet"):
        read_scorecard(read_workbook(text.encode(), ".md"))


def test_the_shipped_pillar_has_300_points_and_no_fault():
    path = ROOT / "forms" / "scorecards" / "xa_hoi_so_2026.xlsx"
    sheet = read_scorecard(read_workbook(path.read_bytes(), ".xlsx"))

    assert sheet.findings == []
    assert sheet.definition.points == 300
    assert all(set(one.labels) == {"vi", "en"} for one in sheet.definition.criteria)


def test_the_guides_example_is_a_scorecard_with_every_rule():
    (example,) = GUIDE.findall((ROOT / "docs" / "scorecards.md").read_text("utf-8"))
    sheet = read_scorecard(read_workbook(example.encode(), ".md"))

    assert sheet.findings == []
    assert len({criterion.rule for criterion in sheet.definition.criteria}) == 6
