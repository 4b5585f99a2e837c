"""Counts beside figures by hand, and reading tables of them."""

from decimal import Decimal

import pytest

from app.counts.compare import put_beside
from app.counts.sheet import CountRow, read_counts
from app.errors import BadRequest
from tests.scorecards.test_scores import figure


def test_a_share_is_compared_in_points():
    both = put_beside(73, 100, figure(value=0.5))

    assert (both.counted, both.survey, both.is_share) == (0.73, 0.5, True)
    assert both.difference == pytest.approx(0.23)
    assert both.is_above(0.2)
    assert not both.is_above(0.25)
    assert not both.is_within
    assert put_beside(52, 100, figure(value=0.5)).is_within


def test_a_number_is_compared_with_the_surveys_estimate_of_it():
    # Half of 200 households: 100 ± 8; 130 lines are 30 % more.
    both = put_beside(130, None, figure(value=0.5, denominator=200.0))

    assert (both.counted, both.survey, both.is_share) == (130, 100.0, False)
    assert both.difference == pytest.approx(0.3)
    assert both.ci == pytest.approx((92, 108))


@pytest.mark.parametrize("found", [None, figure(value=None, se=None)])
def test_without_a_figure_there_is_no_difference(found):
    both = put_beside(10, 20, found)

    assert (both.counted, both.survey, both.difference) == (0.5, None, None)
    assert not both.is_above(0)


def test_a_survey_of_nobody_and_a_count_of_some():
    none = figure(value=0.0, denominator=200.0)

    assert put_beside(3, None, none).difference == 1.0
    assert put_beside(0, None, none).difference == 0.0


def test_headers_are_read_as_people_write_them():
    text = "Mã xã;Chỉ tiêu;Tử số;Mẫu số;Ghi chú\n23872;FIBRE;12,5;40;x\n\n23872;PHONE;7;;\n"
    sheet = read_counts(text.encode(), ".csv")

    assert sheet.rows == [
        CountRow(2, "23872", "FIBRE", Decimal("12.5"), Decimal(40)),
        CountRow(4, "23872", "PHONE", Decimal(7), None),
    ]
    assert sheet.problems == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (";FIBRE;1;2", ("unit", "missing")),
        ("23872;;1;2", ("indicator", "missing")),
        ("23872;FIBRE;;2", ("numerator", "missing")),
        ("23872;FIBRE;x;2", ("numerator", "number")),
        ("23872;FIBRE;-1;2", ("numerator", "number")),
        ("23872;FIBRE;1.200;2", ("numerator", "number")),
        ("23872;FIBRE;50%;", ("numerator", "number")),
        ("23872;FIBRE;999999999999999;2", ("numerator", "number")),
        ("23872;FIBRE;1;0", ("denominator", "zero")),
    ],
)
def test_each_wrong_row_is_named(row, problem):
    (found,) = read_counts(f"unit;indicator;numerator;denominator\n{row}".encode(), ".csv").problems

    assert (found.row, found.column, found.code) == (2, *problem)


def test_a_row_that_stands_twice():
    text = "unit,indicator,count\n23872,FIBRE,1\n23872,FIBRE,2\n"
    (found,) = read_counts(text.encode(), ".csv").problems

    assert (found.row, found.code) == (3, "twice")


@pytest.mark.parametrize(
    ("content", "suffix"),
    [(b"", ".csv"), (b"a,b\n1,2", ".csv"), (b"\xff\xfe", ".csv"), (b"PK", ".xlsx")],
)
def test_what_is_no_table_is_refused(content, suffix):
    with pytest.raises(BadRequest):
        read_counts(content, suffix)
