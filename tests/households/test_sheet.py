"""Spreadsheets of households: every mistake is told with its row, and nothing half is taken."""

import io

import openpyxl
import pytest

from app.errors import BadRequest
from app.households.sheet import ListedHousehold, read_households

HEAD = "village,number,label,size,n15,n18,poor,phone,latitude,longitude"


def read(*rows, head=HEAD):
    return read_households("\n".join([head, *rows]).encode(), "hộ.csv")


def test_a_whole_row():
    found = read('t-7f3k2,12,"Ông Páo, cạnh nhà văn hóa",5,4,3,1,0912 345 678,"13,98",108.0')

    assert found.problems == []
    assert found.households == [
        ListedHousehold(2, "T-7F3K2", 12, 5, 4, 3, "1", "Ông Páo, cạnh nhà văn hóa", None,
                        "0912345678", 13.98, 108.0)
    ]  # fmt: skip


def test_blank_rows_and_unknown_columns_are_passed_over():
    found = read("T-1,1,x", ",,", "T-1,2,y", head="village,number,màu nhà")

    assert [(one.row, one.number) for one in found.households] == [(2, 1), (4, 2)]


def test_headers_in_vietnamese_in_any_order_and_semicolons():
    found = read("3;T-1;Bà Mẩy", head="Số thứ tự;Mã thôn;Tên chủ hộ")

    assert (found.households[0].number, found.households[0].label) == (3, "Bà Mẩy")


def test_a_workbook_is_read_by_its_first_sheet():
    book = openpyxl.Workbook()
    for row in (["Thôn", "STT", "Số người"], ["T-1", 7, 4], ["T-1", "8", None]):
        book.active.append(row)
    book.create_sheet("khác").append(["bỏ qua"])
    content = io.BytesIO()
    book.save(content)

    found = read_households(content.getvalue(), "ho.XLSX")

    assert [(one.number, one.size) for one in found.households] == [(7, 4), (8, None)]


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",1", "village", "missing"),
        ("T-1,", "number", "from 1 to 2000"),
        ("T-1,0", "number", "from 1"),
        ("T-1,2001", "number", "2000"),
        ("T-1,1.5", "number", "whole"),
        ("T-1,mười", "number", "whole"),
        ("T-1,٣", "number", "whole"),
        ("T-1,99999999999", "number", "whole"),
        ("T-1,1,x,0", "size", "from 1 to 30"),
        ("T-1,1,x,31", "size", "30"),
        ("T-1,1,x,-1", "size", "whole"),
        ("T-1,1,x,4,5", "n15", "more than"),
        ("T-1,1,x,4,3,4", "n18", "more than"),
        ("T-1,1,x,3,,4", "n18", "more than"),
        ("T-1,1,x,,,,nghèo", "poor", "Write 1"),
        ("T-1,1,Páo 038123456789", "label", "identity"),
        ("T-1,1,CMND 123456789", "label", "identity"),
        ("T-1,1," + "x" * 201, "label", "too long"),
        ("T-1,1,x,,,,,12345", "phone", "telephone"),
        ("T-1,1,x,,,,,không có", "phone", "telephone"),
        ("T-1,1,x,,,,,,48.9,108", "latitude", "latitude"),
        ("T-1,1,x,,,,,,13.9,2.3", "longitude", "longitude"),
        ("T-1,1,x,,,,,,13.9,", "longitude", "longitude"),
        ("T-1,1,x,,,,,,bắc,108", "latitude", "latitude"),
        ("T-1,1,x,,,,,,nan,108", "latitude", "latitude"),
    ],
)
def test_what_can_be_wrong_with_a_row(row, column, words):
    found = read("T-9,9", row)

    assert [one.number for one in found.households] == [9]
    (problem,) = found.problems
    assert (problem.row, problem.column) == (3, column)
    assert words in problem.message % problem.details


def test_several_mistakes_of_a_row_are_all_told():
    assert len(read(",0,x,99").problems) == 3


def test_the_same_number_twice():
    (problem,) = read("T-1,1", "T-1,2", "t-1,1").problems

    assert (problem.row, problem.message % problem.details) == (
        4, "Row 2 has this village and number already.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "lacks the columns: village, number"),
        (b"village,size\n", "a.csv", "lacks the columns: number"),
        ("thôn,số".encode("utf-16"), "a.csv", "UTF-8"),
        (b"PK no zip", "a.xlsx", "readable .xlsx"),
        (b"village,number\n" + b"T-1,1\n" * 20_001, "a.csv", "up to 20000"),
    ],
)
def test_a_file_that_is_no_list(content, name, words):
    with pytest.raises(BadRequest, match=words):
        read_households(content, name)
