"""The authoring guide keeps up with the code."""

import re
from pathlib import Path

import pytest

from app.indicators import sheet
from app.xforms.expressions.compiler import NAMES

GUIDE = (Path(__file__).parents[2] / "docs/indicators.md").read_text()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_function_is_in_the_guide(name):
    assert re.search(rf"`[^`]*\b{re.escape(name)}\(", GUIDE)


@pytest.mark.parametrize(
    "name",
    sorted({*sheet.COLUMNS, *(column for known in sheet.COLUMNS.values() for column in known)}),
)
def test_every_sheet_and_column_is_in_the_guide(name):
    assert re.search(rf"`{name}`|\| {name} \|", GUIDE)
