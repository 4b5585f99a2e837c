"""Figures as CSV: every column, numbers that machines read, texts that spreadsheets do not run."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from app.indicators.figures import Base, Figure
from app.indicators.table import COLUMNS, figure_row, figures_csv, harmless

COUNTED = Base(
    expected=5.0, n=5, waiting=0, unresolved=0, refused=0, villages=1, villages_left_out=0,
    frame_left_out=0, first_on=date(2026, 11, 1), last_on=date(2026, 11, 2),
    computed_at=datetime(2026, 11, 3, 4, 5, 6, 789, tzinfo=UTC),
)  # fmt: skip


def figure(**changes):
    said = {
        "unit_id": 1, "unit_code": "23872", "unit_name": "Ia Dom", "level": "commune",
        "round": "2026-1", "indicator": "XHS-01", "version": "1", "labels": {}, "breakdown": "",
        "breakdown_value": "", "numerator": 3.0, "denominator": 5.0, "n": 5,
        "missing": dict.fromkeys(("dont_know", "refused", "blank", "irrelevant"), 0),
        "base": COUNTED, "value": 0.6, "se": 0.0, "ci": (0.6, 0.6), "ci_method": "census",
    }  # fmt: skip
    return Figure(**said | changes)


def rows(*figures):
    return list(csv.DictReader(io.StringIO(figures_csv(figures))))


def test_every_column_is_there_even_without_figures():
    assert figures_csv([]).strip().split(",") == list(COLUMNS)
    assert list(figure_row(figure())) == list(COLUMNS)


def test_numbers_have_a_decimal_point_and_what_is_not_there_is_empty():
    (row,) = rows(figure(value=None, numerator=None, denominator=None, se=None, ci=None))
    assert (row["value"], row["numerator"], row["ci_low"]) == ("", "", "")

    (row,) = rows(figure())
    assert (row["value"], row["se"], row["ci_low"], row["status"]) == ("0.6", "0.0", "0.6", "final")
    assert row["as_of"] == "2026-11-03T04:05:06+00:00"
    assert (row["by"], row["by_value"]) == ("", "")


def test_a_group_of_a_breakdown_is_named_even_when_its_value_is_blank():
    (row,) = rows(figure(breakdown="sex", breakdown_value="1"))
    assert (row["by"], row["by_value"]) == ("sex", "1")


@pytest.mark.parametrize(
    ("said", "too_wide"),
    [
        ({}, False),  # everybody was counted
        ({"ci": (0.0, 1.0), "se": 0.4, "ci_method": "kg"}, True),
        ({"ci": (0.4, 0.7), "se": 0.08, "ci_method": "logit"}, True),
        ({"ci": (0.4, 0.69), "se": 0.08, "ci_method": "logit"}, False),
        ({"value": 2.0, "ci": (0.7, 3.3), "se": 0.61, "ci_method": "t"}, True),
        ({"value": 2.0, "ci": (0.8, 3.2), "se": 0.59, "ci_method": "t"}, False),
        ({"ci": None, "se": None, "ci_method": None, "suppressed": "margin"}, None),
    ],
)
def test_a_figure_whose_interval_says_little_is_marked_final_or_not(said, too_wide):
    one = figure(**said)

    assert (one.status, one.is_imprecise) == ("final", too_wide)
    assert rows(one)[0]["imprecise"] == {True: "true", False: "false", None: ""}[too_wide]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%"])
def test_texts_that_look_like_formulas_get_a_quote_in_front(sign):
    text = f"{sign}cmd()"

    assert harmless(text) == f"'{text}"
    assert rows(figure(unit_name=text))[0]["unit_name"] == f"'{text}"


def test_other_texts_and_negative_numbers_stay_as_they_are():
    assert harmless("Ia Dom, “xã”") == "Ia Dom, “xã”"
    (row,) = rows(figure(unit_name='Ia "Dom", a\nb', numerator=-3.0))
    assert (row["unit_name"], row["numerator"]) == ('Ia "Dom", a\nb', "-3.0")
