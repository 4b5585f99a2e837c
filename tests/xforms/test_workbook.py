"""Workbooks are read cell by cell, and files that are none are refused in plain words."""

import contextlib
import datetime as dt
import io
import struct
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.xforms import excel
from app.xforms.problems import FormRefused, Place
from app.xforms.workbook import column_letter, read_workbook

Rows = list[list[object]]
EPOCH = dt.datetime.fromisoformat("1899-12-30")


def xlsx(**sheets: Rows) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(*cells: tuple[int, int, object]) -> bytes:
    """A workbook of the oldest kind that the reader knows: one sheet, records one after another."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def cell(row: int, column: int, value: object) -> bytes:
        place = struct.pack("<HH", row, column)
        if isinstance(value, bool):
            return record(0x05, place + bytes(3) + bytes([value, 0]))
        if value == "#REF!":
            return record(0x05, place + bytes(3) + bytes([0x17, 1]))
        if isinstance(value, dt.datetime):
            days = (value - EPOCH) / dt.timedelta(days=1)
            return record(0x03, place + bytes([0, 1, 0]) + struct.pack("<d", days))
        if isinstance(value, float):
            return record(0x03, place + bytes(3) + struct.pack("<d", value))
        text = str(value).encode("cp1258")
        return record(0x04, place + bytes(3) + bytes([len(text)]) + text)

    formats = b"".join(
        record(0x1E, bytes([len(text)]) + text) for text in (b"General", b"yyyy\\-mm\\-dd")
    )
    start = record(0x09, struct.pack("<HH", 2, 0x10)) + record(0x42, struct.pack("<H", 1258))
    return start + formats + b"".join(cell(*item) for item in cells) + record(0x0A, b"")


def refusal(content: bytes, suffix: str) -> str:
    with pytest.raises(FormRefused) as refused:
        read_workbook(content, suffix)
    return str(refused.value)


def test_every_cell_knows_its_place() -> None:
    book = read_workbook(
        xlsx(
            Survey=[["type", None, " label::Tiếng  Việt (vi) "], [], ["text", "x", " Tên\u00a0hộ "]]
        ),
        ".xlsx",
    )
    [row] = book.rows("survey")
    assert row.number == 3
    assert row["label::Tiếng Việt (vi)"].text == "Tên hộ"
    assert row["label::Tiếng Việt (vi)"].place == Place("Survey", "C3")
    assert list(row) == ["type", "label::Tiếng Việt (vi)"]  # the column without a header is none
    assert book.sheets["survey"].place(9, "type") == Place("Survey", "A9")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (2026010101.0, "2026010101"),
        (0.5, "0.5"),
        (True, "TRUE"),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (dt.datetime.fromisoformat("2026-01-31T07:30"), "2026-01-31 07:30:00"),
        (dt.time(7, 30), "07:30:00"),
        ("  ", ""),
    ],
)
def test_values_read_as_they_would_be_typed(value: object, text: str) -> None:
    book = read_workbook(xlsx(settings=[["version", "x"], [value, "y"]]), ".xlsx")
    assert book.rows("settings")[0].text("version") == text


def test_blank_formatted_rows_do_not_hide_what_comes_soon_after_but_end_a_sheet() -> None:
    rows: Rows = [["type"], ["text"], *([[]] * 900), ["note"]]
    assert [row.number for row in read_workbook(xlsx(survey=rows), ".xlsx").rows("survey")] == [
        2,
        903,
    ]
    rows = [["type"], ["text"], *([[]] * (excel.BLANK_RUN + 1)), ["note"]]
    assert len(read_workbook(xlsx(survey=rows), ".xlsx").rows("survey")) == 1


def test_a_failed_formula_and_a_doubled_header_are_told_with_their_cells() -> None:
    content = xlsx(choices=[["name", "label", "name"], ["1", "#REF!", "2"]])
    assert refusal(content, ".xlsx").splitlines() == [
        "choices!C1: The column 'name' is there twice: rename one.",
        "choices!B2: The cell's formula failed with #REF!: correct it.",
    ]


def test_a_character_no_xml_may_hold_is_told_with_its_cell() -> None:
    content = b"| survey |\n| | type | label |\n| | note | a\x08b |"
    assert refusal(content, ".md").startswith("survey!B2: The cell has a character")


def test_a_file_that_unpacks_to_very_much_is_refused_unread() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (excel.UNPACKED_LIMIT + 1))
    assert "it is too large" in refusal(stream.getvalue(), ".xlsx")


def test_one_long_text_in_very_many_cells_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "TEXT_LIMIT", 1_000)
    content = xlsx(survey=[["label"], *([["a" * 100]] * 11)])
    assert "too large" in refusal(content, ".xlsx")


def test_too_many_cells_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "CELL_LIMIT", 10)
    assert "too large" in refusal(xlsx(survey=[["label"], *([["a"]] * 10)]), ".xlsx")


@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
@settings(deadline=None)
@given(junk=st.binary(max_size=300), keep=st.integers(0, 5000))
def test_whatever_the_bytes_they_are_read_or_refused(suffix: str, junk: bytes, keep: int) -> None:
    content = GOOD_XLSX[:keep] + junk + GOOD_XLSX[keep + len(junk) :]
    with contextlib.suppress(FormRefused):
        assert read_workbook(content, suffix).sheets


GOOD_XLSX = xlsx(survey=[["type", "name"], ["text", "a"]], settings=[["version"], ["1"]])


def test_old_workbooks_are_read_alike() -> None:
    content = xls(
        (0, 0, "name"),
        (0, 1, "value"),
        *((row, 0, f"row {row}") for row in range(1, 5)),
        (1, 1, 1.0),
        (2, 1, True),
        (3, 1, dt.datetime.fromisoformat("2026-01-31")),
        (4, 1, "Nhà"),
    )
    [sheet] = read_workbook(content, ".xls").sheets.values()
    assert [row.text("value") for row in sheet.rows] == ["1", "TRUE", "2026-01-31", "Nhà"]
    assert sheet.rows[3]["value"].place.cell == "B5"
    assert "#REF!" in refusal(xls((0, 0, "name"), (1, 0, "#REF!")), ".xls")


def test_other_kinds_of_files_are_refused() -> None:
    assert "not '.docx'" in refusal(b"", ".docx")
    assert "not an .xlsx workbook" in refusal(b"type,name", ".xlsx")
    assert "not a readable .xls workbook" in refusal(b"PK type,name", ".xls")


def test_markdown_has_rows_counted_in_each_table() -> None:
    content = """
    Prose before | the table.
    | survey   |
    |          | type | name | label |
    | -------- | ------ | ------ | ----------- |
    |        | note | n    | a \\| b  |  # a comment
    # |      | text | gone |           |
    |        | text |      | no end
    | Choices |
    |         | list_name | name |
    """
    book = read_workbook(content.encode(), ".md")
    note, text = book.rows("survey")
    assert note["label"].text == "a | b"
    assert note["label"].place == Place("survey", "C2")
    assert (text.number, text.text("label")) == (3, "no end")
    assert book.sheets["choices"].columns == {"list_name": "A", "name": "B"}
    assert book.rows("choices") == []


def test_markdown_without_a_table_or_in_another_encoding_is_refused() -> None:
    assert "no table" in refusal(b"# A form", ".md")
    assert "not UTF-8" in refusal("| survey |\n| | hộ |".encode("utf-16"), ".md")


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    letters = [column_letter(index) for index in (0, 25, 26, 51, 52, 701, 702)]
    assert letters == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
