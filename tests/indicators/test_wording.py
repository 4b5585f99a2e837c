"""Expressions in words, in both languages."""

import pytest

from app.i18n import in_language
from app.indicators.definitions import Indicator
from app.indicators.wording import word


def said(definition, numerator, language="en", **more):
    indicator = Indicator("I", "1", "household", numerator, **more)
    with in_language(language):
        return word(indicator, definition)


@pytest.mark.parametrize(
    ("text", "english", "vietnamese"),
    [
        ("${net} = '1'", "“Net?” is “Yes”", "“Net?” là “Yes”"),
        ("'2' != ${net}", "“Net?” is not “No”", "“Net?” không phải là “No”"),
        ("${word} = ''", "“Word” was left blank", "“Word” để trống"),
        ("${word} != ''", "“Word” was answered", "“Word” có trả lời"),
        ("selected(${kinds}, '1')", "“Fibre” is chosen in “Kinds”", "chọn “Fibre” ở câu “Kinds”"),
        ("${income} >= 2", "“Income” ≥ 2", "“Income” ≥ 2"),
        (
            "(${net} = '1' or ${net} = '8') and ${income} > 3 * 2",
            "(“Net?” is “Yes” or “Net?” is “Don't know”) and “Income” > (3 × 2)",
            "(“Net?” là “Yes” hoặc “Net?” là “Don't know”) và “Income” > (3 × 2)",
        ),
        ("not(${net} = '1')", "not (“Net?” is “Yes”)", "không phải (“Net?” là “Yes”)"),
        (
            "count(${m}[${m_phone} = '2']) >= 1",
            "the number of “Member” with “Phone” is “Smart” ≥ 1",
            "số “Member” có “Phone” là “Smart” ≥ 1",
        ),
        (
            "if(${net} = '1', ${spent}, '')",
            "if “Net?” is “Yes” then “Spent”, else no answer",
            "nếu “Net?” là “Yes” thì “Spent”, nếu không thì không có câu trả lời",
        ),
        ("coalesce(${spent}, 0)", "“Spent” (where it is missing: 0)", "“Spent” (nếu thiếu: 0)"),
        (
            "number(format-date(today(), '%Y')) - ${income}",
            "the year of the day of the interview − “Income”",
            "năm của ngày phỏng vấn − “Income”",
        ),
        (
            "checklist(1, -1, ${net} = '1', ${pay} = '2')",
            "at least 1 of: “Net?” is “Yes”; “Paid?” is “App”",
            "ít nhất 1 trong số: “Net?” là “Yes”; “Paid?” là “App”",
        ),
        ("indicator('X')", "what X says", "kết quả của X"),
        ("-${income} div 2", "−“Income” ÷ 2", "−“Income” ÷ 2"),
        ("pow(${income}, 2)", "pow(“Income”; 2)", "pow(“Income”; 2)"),
        ("checklist(1, 3, ${net} = '1')", "checklist(1; 3; “Net?” is “Yes”)", None),
    ],
)
def test_an_expression_in_words(definition, text, english, vietnamese):
    assert said(definition, text).numerator == english
    assert said(definition, text, "vi").numerator == vietnamese or vietnamese is None


def test_a_blank_cell_says_nothing_and_parts_are_told_by_code(definition):
    found = said(definition, "indicator('X')", parts=(("X", "${net} = '1'"),))
    assert (found.eligible, found.denominator) == ("", "")
    assert found.parts == (("X", "“Net?” is “Yes”"),)
