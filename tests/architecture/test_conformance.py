"""Every fact about OpenRosa clients has a test, or a reason why it needs none."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOOR = ROOT / "docs" / "openrosa.md"
TABLE = ROOT / "docs" / "openrosa-conformance.md"
FACTS = 153
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
ROWS = [(int(number), shown) for number, _, shown in ROW.findall(TABLE.read_text("utf-8"))]
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
REASON = re.compile(r"(client|holder|open): \S")


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of a file's tests."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_no_row_is_missing():
    assert [number for number, _ in ROWS] == list(range(1, FACTS + 1))


def test_the_counts_are_right():
    counted = Counter(found[1] if (found := REASON.match(shown)) else "shown" for _, shown in ROWS)
    told = re.findall(r"^\| .+ \| (\d+) \|$", DOOR.read_text("utf-8"), re.MULTILINE)[:4]
    kinds = ("shown", "holder", "client", "open")
    assert [int(number) for number in told] == [counted[kind] for kind in kinds]


@pytest.mark.parametrize(("number", "shown"), ROWS)
def test_a_row_names_tests_that_exist_or_says_why_not(number, shown):
    named = TEST.findall(shown)
    assert named or REASON.match(shown), number
    for file, test in named:
        assert test in names_in(ROOT / "tests" / file), f"{number}: {file}::{test}"
