"""A questionnaire becomes an XForm, or every mistake in it is told with its cell."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.xforms.compile import compile_xlsform
from app.xforms.document import ID_LIMIT
from app.xforms.problems import FormRefused, Place
from tests.xforms.sheets import SETTINGS, compiled, refusals, xpath

SHEETS = """
| survey     |
|            | type    | name   | label::Việt (vi) | label::En (en) | pii      | relevant      |
|            | integer | people | Hộ có mấy người? | People         |          |               |
|            | text    | head   | Tên chủ hộ       | Head           | personal | ${people} > 0 |
| indicators |
|            | code   | numerator |
|            | XHS-01 | ${people} |
"""


def test_the_xform_is_utf8_and_says_who_it_is() -> None:
    form = compiled(SHEETS)
    assert form.xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<h:html')
    assert "Hộ có mấy người?".encode() in form.xml
    assert xpath(form, "//h:title/text()") == ["Hộ"]
    assert xpath(form, "//x:data/@id | //x:data/@version") == ["ho", "1"]
    assert xpath(form, "string(//x:bind[@nodeset='/data/head']/@relevant)") == " /data/people  > 0"
    assert (form.definition.xml_form_id, form.definition.version) == ("ho", "1")


def test_our_own_sheets_and_columns_stay_in_the_workbook_and_out_of_the_form() -> None:
    form = compiled(SHEETS)
    assert form.workbook.rows("indicators")[0].text("numerator") == "${people}"
    assert b"XHS-01" not in form.xml
    assert b"pii" not in form.xml
    assert form.warnings == ()


def test_a_workbook_and_its_markdown_make_the_same_form() -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet = None
    for line in (SHEETS + SETTINGS).strip().splitlines():
        name, *cells = (cell.strip() or None for cell in line.strip("|").split("|"))
        if name:
            sheet = book.create_sheet(name)
        if any(cells):
            sheet.append([float(cell) if cell == "1" else cell for cell in cells])
    stream = io.BytesIO()
    book.save(stream)
    form = compile_xlsform(stream.getvalue(), ".xlsx", default_form_id="x")
    assert form.xml == compiled(SHEETS).xml


def test_the_form_id_may_come_from_the_file_name() -> None:
    settings = "| settings |\n| | version |\n| | 1 |"
    assert compiled(SHEETS, settings).definition.xml_form_id == "tệp"
    with pytest.raises(FormRefused, match="Give the form a form_id"):
        compile_xlsform((SHEETS + settings).encode(), ".md", default_form_id="")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_sheets() -> None:
    told = refusals(
        """
        | survey  |
        |         | type                   | name | label       | relevant  | calculation | pii    |
        |         | integer                | a    | A           | ${nobody} |             |        |
        |         | integre                | b    | B           |           |             |        |
        |         | select_one missing     | c    | C           |           |             |        |
        |         | select_one yn          |      | D           |           |             |        |
        |         | calculate              | e    |             |           | ${gone}     |        |
        |         | text                   | a    | again       |           |             |        |
        |         | text                   | 1x   | X           |           |             |        |
        |         | text                   | bare |             |           |             |        |
        |         | text                   | head | Head        |           |             | secret |
        |         | begin repeat           | m    | M           | ${lost}   |             |        |
        |         | text                   | who  | Who ${lost} |           |             |        |
        |         | end repeat             |      |             |           |             |        |
        |         | select_one_from_file v | v    | V           |           |             |        |
        | choices |
        |         | list_name | name | label |
        |         | yn        | 1    | Yes   |
        |         | yn        | 1    | Again |
        |         | yn        |      | No    |
        """,
        """
        | settings |
        |          | form_title | form_id | org_unit | registers |
        |          | T          | ho      | nowhere  | persons   |
        """,
    )
    assert [line.partition(":")[0] for line in told] == [
        "survey!D2",
        "survey!A3",
        "survey!A4",
        "survey!B5",
        "survey!E6",
        "survey!B7",
        "survey!B8",
        "survey!B9",
        "survey!F10",
        "survey!D11",
        "survey!C12",
        "survey!A14",
        "choices!B3",
        "choices!B4",
        "settings!2",
        "settings!C2",
        "settings!D2",
    ]
    assert told[0] == (
        "survey!D2: The 'relevant' value is invalid. Reference variables must contain a name from"
        " the 'survey' sheet. Could not find the name 'nobody'."
    )
    assert (
        told[14] == "settings!2: Give the form a version, and a new one whenever the form changes."
    )
    assert (
        told[15] == "settings!C2: The setting org_unit names no question of the survey: 'nowhere'."
    )


def test_mistakes_in_settings_and_entities_are_told_beside_those_of_the_survey() -> None:
    told = refusals(
        """
        | survey   |
        |          | type | name | label   |
        |          | text | a    | ${gone} |
        | entities |
        |          | list_name | label   |
        |          | trees     | ${lost} |
        """,
        """
        | settings |
        |          | form_id | version | instance_name        |
        |          | ho      | 1       | concat(${nobody}, 1) |
        """,
    )
    assert [line[-9:-1] for line in told] == ["e 'gone'", "e 'lost'", "'nobody'"]
    assert [line.partition(":")[0] for line in told] == ["survey!C2", "entities!B2", "settings!C2"]


def test_a_setting_names_one_question_not_several() -> None:
    told = refusals(
        """
        | survey |
        |        | type        | name | label |
        |        | begin group | g    | G     |
        |        | text        | a    | A     |
        |        | end group   |      |       |
        |        | text        | a    | A     |
        """,
        """
        | settings |
        |          | form_id | version | household_key |
        |          | ho      | 1       | a             |
        """,
    )
    assert told == [
        "settings!C2: The setting household_key names several questions of the survey: 'a'."
    ]


def test_a_survey_without_questions_is_refused() -> None:
    assert (
        refusals("| survey |\n| | type | name |\n")[0]
        == "survey: The survey asks nothing: add a question."
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("| | begin group | g | G |", "survey!A2: Unmatched 'begin_group'."),
        ("| | text | a | A |\n| | end group | | |", "survey!A3: Unmatched 'end_group'."),
        ("| | range | r | R | | start=a |", "survey!E2: The 'parameters' value is invalid."),
        ("| | select_one_external x | a | A |", "survey!A2: select_one_external needs an old kind"),
        ("| | calculate | c | |", "survey!2: Missing calculation."),
        ("| | text | a | A ${b |", "survey!C2: The 'label' value is invalid."),
    ],
)
def test_a_mistake_is_told_with_its_cell(rows: str, told: str) -> None:
    found = refusals(f"| survey |\n| | type | name | label | relevant | parameters |\n{rows}\n")
    assert found[0].startswith(told)


def test_sheets_may_be_missing_or_misnamed() -> None:
    [no_survey, no_version] = refusals("| sruvey |\n| | type | name |", "")
    assert "similar names were found: 'sruvey'" in no_survey
    assert (
        no_version
        == "settings!2: Give the form a version, and a new one whenever the form changes."
    )


def test_long_ids_and_versions_are_refused() -> None:
    long = "x" * (ID_LIMIT + 1)
    settings = f"| settings |\n| | form_id | version |\n| | {long} | {long} |"
    assert refusals(SHEETS, settings) == [
        f"settings!B2: The form's version is longer than {ID_LIMIT} characters.",
        f"settings!A2: The form's id is longer than {ID_LIMIT} characters.",
    ]


def test_a_form_whose_interviews_would_have_no_id_is_refused() -> None:
    settings = "| settings |\n| | version | omit_instanceID |\n| | 1 | yes |"
    [told] = refusals(SHEETS, settings)
    assert told == "settings: The form has no meta/instanceID: interviews need their own id."


def test_files_that_a_phone_could_not_tell_apart_are_refused() -> None:
    [told] = refusals("""
        | survey |
        |        | type | name | label | image   |
        |        | note | a    | A     | hoa.png |
        |        | note | b    | B     | Hoa.png |
        |        | note | c    | C     | hoa.png |
    """)
    assert told == "These files would be one on the phone, rename one: Hoa.png, hoa.png."


def test_warnings_have_their_cells_and_do_not_stop_the_form() -> None:
    form = compiled("""
        | survey  |
        |         | type          | name  | label |
        |         | image         | photo | Photo |
        |         | begin group   | g     |       |
        |         | select_one yn | yes   | Yes   |
        |         | end group     |       |       |
        | choices |
        |         | list_name | name | label |
        |         | yn        | 1    |       |
    """)
    places = [warning.place for warning in form.warnings]
    assert places == [Place("survey", "2"), Place("choices", "C2")]
    assert {warning.severity for warning in form.warnings} == {"warning"}


def test_blank_rows_do_not_shift_the_places() -> None:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in (["type", "name", "label"], [], [], ["text", "a", "${nobody}"]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(FormRefused) as refused:
        compile_xlsform(stream.getvalue(), ".xlsx", default_form_id="x")
    assert refused.value.findings[0].place == Place("survey", "C4")


# fmt: off
cells = st.sampled_from([
    "", "text", "integer", "begin repeat", "end repeat", "begin group", "end group", "note", "yes",
    "select_one yn", "calculate", "a", "b", "${a}", "${b} + 1", "1 +", ". > 1", "A & <b>",
])
# fmt: on


@hypothesis_settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(cells, min_size=6, max_size=6), max_size=8))
def test_whatever_the_sheets_they_are_compiled_or_refused_with_reasons(
    rows: list[list[str]],
) -> None:
    header = "| survey |\n| | type | name | label | relevant | calculation | required |\n"
    content = header + "".join(f"| | {' | '.join(row)} |\n" for row in rows) + SETTINGS
    try:
        form = compile_xlsform(content.encode(), ".md", default_form_id="x")
    except FormRefused as refusal:
        messages = [finding.message for finding in refusal.findings]
        assert messages, content
        assert not [text for text in messages if "cannot be compiled" in text], content
    else:
        assert form.definition.fields, content
