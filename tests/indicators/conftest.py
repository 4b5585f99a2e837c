"""A household questionnaire with a roster, and indicator sheets written as Markdown tables."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from app.indicators.cells import Cell
from app.indicators.evaluate import Evaluator, compile_indicators
from app.indicators.sheet import IndicatorSheet, read_indicators
from app.xforms.compile import compile_xlsform
from app.xforms.definition import FormDefinition
from app.xforms.workbook import read_workbook

FORM = """
| survey |  |  |  |  |
|  | type | name | label | relevant | {more}
|  | today | today |  |  |
|  | select_one visit | visit_result | Visit |  |
|  | select_one yn | consent | Agrees? | ${visit_result} = '1' |
|  | begin_group | main | Main | ${consent} = '1' |
|  | integer | n15 | 15+ |  |
|  | begin_repeat | m | Member |  | ${n15} |  |
|  | select_one sex | m_sex | Sex | position(..) <= ${n15} |
|  | integer | m_age | Age | position(..) <= ${n15} |
|  | select_one phone | m_phone | Phone | position(..) <= ${n15} |
|  | end_repeat |  |  |  |
|  | calculate | n_smart |  |  |  | count(${m}) |
|  | select_one signal | signal | Signal |  |
|  | select_one yndk | net | Net? |  |
|  | select_multiple kind | kinds | Kinds | ${net} = '1' |
|  | select_multiple kind | tools | Tools |  |
|  | select_one pay | pay | Paid? |  |
|  | decimal | income | Income |  |
|  | decimal | spent | Spent |  |
|  | text | word | Word |  |
|  | end_group |  |  |  |
| choices |  |  |  |  |
|  | list_name | name | label |  |
|  | visit | 1 | Done |  |
|  | visit | 4 | Refused |  |
|  | yn | 1 | Yes |  |
|  | yn | 2 | No |  |
|  | yndk | 1 | Yes |  |
|  | yndk | 2 | No |  |
|  | yndk | 8 | Don't know |  |
|  | yndk | 9 | Refused |  |
|  | sex | 1 | Man |  |
|  | sex | 2 | Woman |  |
|  | phone | 0 | None |  |
|  | phone | 1 | Keys |  |
|  | phone | 2 | Smart |  |
|  | phone | 8 | Don't know |  |
|  | signal | 0 | None |  |
|  | signal | 1 | 2G |  |
|  | signal | 3 | 4G |  |
|  | signal | 8 | Don't know |  |
|  | kind | 1 | Fibre |  |
|  | kind | 2 | Mobile |  |
|  | kind | 8 | Spam filter |  |
|  | pay | 1 | Cash |  |
|  | pay | 2 | App |  |
|  | pay | 7 | No bill |  |
|  | pay | 8 | Don't know |  |
| settings |  |  |  |  |
|  | form_id | form_title | version | name |
|  | ho | Household | 1 | ho |
""".replace("{more}", "repeat_count | calculation |")


MISSING = """
| missing |        |          |      |           |
|         | list   | question | code | reason    |
|         | yndk   |          | 8    | dont_know |
|         | yndk   |          | 9    | refused   |
|         | phone  |          | 8    | dont_know |
|         | signal |          | 8    | dont_know |
|         | pay    |          | 8    | dont_know |
"""
COLUMNS = ("code", "version", "label", "unit", "eligible", "numerator", "denominator")
MORE = ("irrelevant", "by", "weight", "join")


def indicators(*rows: dict[str, str]) -> str:
    """The sheet `indicators` with these rows; what a row does not say is made up."""
    names = (*COLUMNS, *MORE)
    lines = ["| indicators |", f"| | {' | '.join(names)} |"]
    for number, row in enumerate(rows, start=1):
        said = {"code": f"I{number}", "version": "1", "label": "L", "unit": "household", **row}
        lines.append(f"| | {' | '.join(said.get(name, '') for name in names)} |")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def definition() -> FormDefinition:
    found = compile_xlsform(FORM.encode(), ".md", default_form_id="ho").definition
    gate = {"visit_result": "visit_result", "consent": "consent"}
    return replace(found, settings={**found.settings, **gate})


@pytest.fixture
def read() -> Callable[..., IndicatorSheet]:
    """The indicator sheets of a workbook: rows of `indicators`, then other sheets as they are."""

    def sheets(*rows: dict[str, str], more: str = "") -> IndicatorSheet:
        text = indicators(*rows) + MISSING + more
        return read_indicators(read_workbook(text.encode(), ".md"))

    return sheets


@pytest.fixture
def evaluator(read, definition) -> Callable[..., Evaluator]:
    """Indicators ready to be evaluated, from rows of the sheet."""

    def compiled(*rows: dict[str, str], more: str = "") -> Evaluator:
        sheet = read(*rows, more=more)
        assert sheet.findings == []
        return compile_indicators(sheet.indicators, definition)

    return compiled


@pytest.fixture
def cells(evaluator) -> Callable[..., dict[str, Cell]]:
    """What an interview adds to one indicator, by group ("" for all rows)."""

    def evaluated(xml: str, more: str = "", **row: str) -> dict[str, Cell]:
        root = etree.fromstring(f"<ho><main>{xml}</main></ho>")
        found = evaluator(row, more=more).evaluate(root, interview_date="2026-11-22")
        return {f"{cell.breakdown}{cell.value}": cell for cell in found}

    return evaluated
