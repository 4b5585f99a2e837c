"""The compiler's messages find the cell they are about, also when they do not name it."""

import pytest

from app.xforms.locate import locate
from app.xforms.problems import Place
from app.xforms.workbook import read_workbook

BOOK = read_workbook(
    """
| Survey   |
|          | type                  | name  | label::Việt (vi) | relevance | parameters | calculate |
|          | select_multiple crops | crops | Cây              |           |            |           |
|          | note                  |       | Ghi chú          |           |            |           |
|          | calculate             | sum   |                  |           |            | 1         |
| choices  |
|          | list_name | name   | label  |
|          | crops     | cà phê | Cà phê |
| settings |
|          | version | name |
|          | 1       | 2x   |
""".encode(),
    ".md",
)


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("[row : 2] On the 'survey' sheet, the 'relevant' value is invalid.", "Survey!D2"),
        (
            "[row : 2] On the 'survey' sheet, the 'parameters (value)' value is invalid.",
            "Survey!E2",
        ),
        ("[row : 2] On the 'survey' sheet, the 'trigger' value is invalid.", "Survey!2"),
        ("[row : 4] Missing calculation.", "Survey!F4"),
        ("[row : 2] List name not in choices sheet: crops", "Survey!A2"),
        ("[row : 1] On the 'settings' sheet, the 'name' value is invalid.", "settings!B2"),
        ("[row : unknown] On the 'survey' sheet, the 'parameters' value is invalid.", "Survey"),
        ("The survey element named 'generated_note_name_3' has no label or hint.", "Survey!C3"),
        ("The question ${sum} is not user-visible.", "Survey!B4"),
        ("Unknown question type 'calculate'.", "Survey!A4"),
        ("Choice names with spaces: See [cà phê] in [crops]", "Survey!B2"),
        ("Invalid headers provided for sheet: 'choices'. Rename one.", "choices"),
        ("Something else.", ""),
    ],
)
def test_a_message_finds_its_cell(message: str, place: str) -> None:
    [finding] = locate(message, BOOK, "error")
    assert str(finding.place) == place


def test_what_the_place_says_is_not_said_again() -> None:
    [finding] = locate(
        "[row : 2] On the 'survey' sheet, the 'name' value is\n bad.", BOOK, "warning"
    )
    assert (finding.message, finding.severity) == ("The 'name' value is bad.", "warning")


def test_a_message_about_several_rows_becomes_several() -> None:
    found = locate(
        "[row : 2] On the 'choices' sheet, the 'name' value is invalid.\n"
        "[row : 3] On the 'choices' sheet, the 'name' value is invalid.",
        BOOK,
        "error",
    )
    assert [item.place for item in found] == [Place("choices", "B2"), Place("choices", "B3")]
