"""Sheets written by hand are what a spreadsheet takes them for."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from app.exports.sheet import names_row, rows
from app.exports.workbook import FOOT, HEAD, members, sheet_of
from app.exports.zipped import archive, squeeze
from app.i18n import in_language


def read(lines, names=("a", "b", "c")):
    """The sheet of figures after it was written and opened."""
    piece = squeeze(HEAD + names_row(names).encode() + rows(lines, 1).encode())
    sheet = sheet_of(1, piece, len(piece.packed), (piece.packed,))
    with in_language("en"):
        content = b"".join(archive(members([sheet], [("Round", "=1+1")], ["value"])))
    assert content.count(FOOT) == 0  # deflated like all else
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Figures", "About", "Columns"]
    assert book["About"]["B1"].value == "=1+1"
    assert book["About"]["B1"].data_type == "s"
    return book["Figures"]


def test_numbers_texts_and_instants_are_what_they_were():
    noon = datetime(2026, 11, 26, 5, 0, 30, 999, tzinfo=UTC)
    sheet = read([[0.1, -3, None], ["làng <Đê & B>", "=SUM(A1)", noon], [1e-300, 10**15, ""]])
    assert [*sheet.values] == [
        ("a", "b", "c"),
        (0.1, -3, None),
        ("làng <Đê & B>", "=SUM(A1)", datetime(2026, 11, 26, 12, 0, 30)),  # noqa: DTZ001
        (1e-300, 10**15, ""),
    ]
    assert sheet["B3"].data_type == "s"
    assert sheet["C3"].is_date
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert sheet.freeze_panes == "A2"


def test_yes_and_no_are_what_a_spreadsheet_takes_for_them():
    sheet = read([[True, False, 1]])
    assert [*sheet.values][1] == (True, False, 1)
    assert [cell.data_type for cell in sheet[2]] == ["b", "b", "n"]


@pytest.mark.parametrize("text", ["a\nb", "a\tb", " a ", "a\r\nb", "𠀀", "'=1"])
def test_spaces_and_line_ends_stay(text):
    assert read([[text]])["A2"].value == text


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb", "a\ud800b", "a\ufffeb"])
def test_what_xml_has_no_place_for_is_left_out(text):
    assert read([[text]])["A2"].value == "ab"


def test_the_twenty_seventh_column_is_aa():
    assert read([list(range(28))], [str(n) for n in range(28)])["AB2"].value == 27
