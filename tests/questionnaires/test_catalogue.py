"""The catalogue of the society pillar is defined in data, each figure with worked cases."""

from collections import Counter, defaultdict

import pytest

from app.indicators.cases import run_cases
from app.indicators.checks import check_indicators
from app.indicators.partners import Partners
from app.indicators.shares import kind_of
from app.indicators.sheet import read_indicators

CATALOGUE = {
    "xhs_lap_ds_ho": {},
    "xhs_ho": {
        **dict.fromkeys(("XHS-02", "XHS-03", "XHS-04", "XHS-05", "XHS-06b"), "household"),
        **dict.fromkeys(("XHS-13", "XHS-14", "XHS-15", "XHS-16", "XHS-24"), "household"),
        **dict.fromkeys(("XHS-01", "XHS-07", "XHS-07b", "XHS-10", "XHS-10b", "XHS-10c"), "m"),
        **dict.fromkeys(("XHS-11", "XHS-11b", "XHS-12", "XHS-17", "XHS-17b", "XHS-18"), "m"),
        **dict.fromkeys(("XHS-19", "XHS-19b"), "m"),
    },
    "xhs_kynang": dict.fromkeys(("XHS-08", "XHS-08b", "XHS-09", "XHS-25"), "person"),
    "xhs_dichvu": dict.fromkeys(("XHS-20", "XHS-21", "XHS-22"), "person"),
    "xhs_thon": dict.fromkeys(("XHS-06a", "XHS-23", "XHS-26"), "village"),
}
CORE = {
    "XHS-01", "XHS-03", "XHS-04", "XHS-09", "XHS-10", "XHS-11", "XHS-12", "XHS-17", "XHS-18",
    "XHS-19", "XHS-23", "XHS-24", "XHS-26",
}  # fmt: skip
ADULTS = {
    "XHS-01", "XHS-09", "XHS-10", "XHS-10b", "XHS-10c", "XHS-17", "XHS-18", "XHS-19", "XHS-19b",
    "XHS-21",
}  # fmt: skip


@pytest.fixture
def indicators(workbooks):
    """Every indicator of every form, by code."""
    return {row.text("code"): row for book in workbooks.values() for row in book.rows("indicators")}


def test_every_form_has_its_indicators_and_their_units(workbook, code):
    found = {row.text("code"): row.text("unit") for row in workbook.rows("indicators")}
    assert found == CATALOGUE[code]


def test_the_catalogue_is_whole(indicators):
    numbers = {code[4:6] for code in indicators}
    assert {f"{number:02}" for number in range(1, 27)} <= numbers


def test_only_the_figure_of_two_forms_joins_them(indicators):
    joins = {code: row.text("join") for code, row in indicators.items() if row.text("join")}
    assert joins == {"XHS-25": "xhs_dichvu"}


def test_the_core_of_2026_says_so(indicators):
    core = {code for code, row in indicators.items() if "core 2026" in row.text("note")}
    assert core == CORE


def test_all_but_the_members_of_groups_are_shares(compiled):
    """However they are written: XHS-09 is an if() that may come out blank."""
    partners = Partners({code: form.definition for code, form in compiled.items()})
    kinds = {
        indicator.code: kind_of(indicator, partners.whole(form.definition, indicator.join))
        for form in compiled.values()
        for indicator in read_indicators(form.workbook).indicators
    }
    assert [code for code, kind in kinds.items() if kind != "prop"] == ["XHS-26"]


def test_every_indicator_has_a_name_in_both_languages(indicators):
    for row in indicators.values():
        assert row.text("label::Tiếng Việt (vi)"), row.number
        assert row.text("label::English (en)"), row.number
    names = Counter(row.text("label::Tiếng Việt (vi)") for row in indicators.values())
    assert names.most_common(1)[0][1] == 1


def test_adults_are_told_by_year_of_birth_on_the_day_of_the_interview(indicators):
    aged = {
        code
        for code, row in indicators.items()
        if "number(format-date(today(), '%Y'))" in row.text("eligible")
        and row.text("eligible").split(" and ")[0].endswith(">= 18")
    }
    assert aged == ADULTS


def test_every_indicator_is_tried_with_yes_with_no_and_without_an_answer(workbook):
    cases = defaultdict(list)
    for row in workbook.rows("indicator_tests"):
        cases[row.text("code")].append(row)
    for row in workbook.rows("indicators"):
        sums = [
            (case.text("numerator"), case.text("denominator")) for case in cases[row["code"].text]
        ]
        assert any(y not in {"", "0"} for y, _ in sums), row["code"].text
        assert any(float(y) < float(x) for y, x in sums if y), row["code"].text
        assert ("", "") in sums, row["code"].text


def test_checks_find_nothing_and_every_case_comes_out(compiled, code):
    form = compiled[code]
    sheet = read_indicators(form.workbook)
    assert len(sheet.cases) == len(form.workbook.rows("indicator_tests"))
    partners = Partners({other: found.definition for other, found in compiled.items()})
    assert check_indicators(sheet, form.definition, partners) == []
    assert run_cases(sheet, form.definition, partners) == []


def test_every_answer_that_means_there_is_none_is_declared(workbook):
    declared = {(row.text("list"), row.text("code")) for row in workbook.rows("missing")}
    for row in workbook.rows("choices"):
        says_nothing = row.text("label::English (en)") in {"Don't know", "Don't remember"}
        if says_nothing:
            assert (row.text("list_name"), row.text("name")) in declared, row.number
