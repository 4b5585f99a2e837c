"""Test cases of a workbook, run when it is checked."""

import pytest
from lxml import etree

from app.indicators.answers import AnswersError, build_interview
from app.indicators.cases import run_cases

ADULTS = {"unit": "m", "eligible": "${m_age} >= 18", "numerator": "${m_phone} = '2'"}
ROSTER = (
    "n15=3; m[1]/m_age=46; m[1]/m_phone=2; m[2]/m_age=40; m[2]/m_phone=8;"
    " m[3]/m_age=17; m[3]/m_phone=2"
)


@pytest.fixture
def found(read, definition):
    """What a case of one indicator finds."""

    def run(row, answers, eligible="", numerator="", denominator=""):
        more = "| indicator_tests |\n| | code | answers | eligible | numerator | denominator |\n"
        more += f"| | I1 | {answers} | {eligible} | {numerator} | {denominator} |\n"
        sheet = read(row, more=more)
        assert sheet.findings == []
        return [str(finding) for finding in run_cases(sheet, definition)]

    return run


@pytest.mark.parametrize(
    ("row", "case"),
    [
        (ADULTS, (ROSTER, "2", "1", "1")),
        (ADULTS, (ROSTER, "", "1", "1")),
        (ADULTS, ("m[1]/m_age=17; m[1]/m_phone=2", "0", "", "")),
        (ADULTS, ("n15=1; m[1]/m_age=30; m[1]/m_phone=8", "1", "", "")),
        ({"numerator": "${net} = '1'"}, ("net=1", "1", "1", "1")),
        ({"numerator": "${net} = '1'"}, ("net=2;", "1", "0", "1.0")),
        ({"numerator": "${net} = '1'"}, ("net=8", "1", "", "")),
        ({"numerator": "${income} div 3"}, ("income=1", "", "0.33333333333", "1")),
        ({"numerator": "${income} div 2"}, ("income=1", "", "0,5", "1")),
        ({"numerator": "${income} = ''"}, ("income=", "1", "1", "1")),
        ({"numerator": "count-selected(${tools})"}, ("tools=1 2", "", "2", "1")),
        (
            {"numerator": "number(format-date(today(), '%Y'))"},
            ("today=2026-06-30", "1", "2026", "1"),
        ),
    ],
)
def test_a_case_that_holds_finds_nothing(found, row, case):
    assert found(row, *case) == []


@pytest.mark.parametrize(
    ("row", "case", "messages"),
    [
        (
            ADULTS,
            (ROSTER, "3", "2", "1"),
            ["C2: 3 is expected, and 2 is found.", "D2: 2 is expected, and 1 is found."],
        ),
        (
            {"numerator": "${net} = '1'"},
            ("net=8", "1", "0", "1"),
            [
                "D2: 0 is expected, and no row that counts is found.",
                "E2: 1 is expected, and no row that counts is found.",
            ],
        ),
        (
            {"numerator": "${net} = '1'"},
            ("net=2", "0", "", "1"),
            [
                "C2: 0 is expected, and 1 is found.",
                "D2: No row that counts is expected here, and 0 is found.",
            ],
        ),
        (
            {"numerator": "${net} = '1'"},
            ("net=1", "yes", "1", "1"),
            ["C2: What is expected is a number, not yes."],
        ),
        (
            {"numerator": "${net} = '1'"},
            ("net=1", "1", "nan", "inf"),
            [
                "D2: What is expected is a number, not nan.",
                "E2: What is expected is a number, not inf.",
            ],
        ),
        (
            {"numerator": "${net} = '1'"},
            ("net", "1", "1", "1"),
            ["B2: An answer is written question=value, not net."],
        ),
    ],
)
def test_a_case_that_fails_says_what_was_expected_and_what_was_found(found, row, case, messages):
    assert found(row, *case) == [f"indicator_tests!{message}" for message in messages]


def test_cases_of_a_faulty_indicator_wait_until_it_is_mended(found):
    assert found({"numerator": "${nothing_like_it} = 1"}, "net=1", "1", "1", "1") == []
    assert found({"numerator": "1", "unit": "family"}, "net=1", "1", "1", "1") == []


def test_answers_become_an_interview(definition):
    root = build_interview("m[2]/m_age = 30; net=1 ;tools=1 2; word=a=b;", definition)
    assert etree.tostring(root).decode() == (
        "<ho><main><m/><m><m_age>30</m_age></m><net>1</net><tools>1 2</tools>"
        "<word>a=b</word></main></ho>"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nett=1", "There is no question nett."),
        ("main=1", "There is no question main."),
        ("m=1", "There is no question m."),
        ("=1", "There is no question ."),
        ("a b=1", "There is no question a b."),
        ("m_age=1", "m_age is written m[1]/m_age."),
        ("m/m_age=1", "m/m_age is written m[1]/m_age."),
        ("x[1]/m_age=1", "x[1]/m_age is written m[1]/m_age."),
        ("m[1]/m[1]/m_age=1", "m[1]/m[1]/m_age is written m[1]/m_age."),
        ("m[0]/m_age=1", "m[0]/m_age is written m[1]/m_age."),
        ("m[1]/net=1", "m[1]/net is written net."),
        ("net=1; net=2", "net is answered twice."),
        ("net=7", "7 is not in the choices of net (1, 2, 8, 9)."),
        ("tools=1 9", "9 is not in the choices of tools (1, 2, 8)."),
        ("net=1 2", "1 2 is not in the choices of net (1, 2, 8, 9)."),
        ("n15=two", "two is no answer to n15, which is written as 12."),
        ("n15=1, net=2", "1, net=2 is no answer to n15, which is written as 12."),
        ("m[1]/m_age=17.5", "17.5 is no answer to m_age, which is written as 12."),
        ("income=much", "much is no answer to income, which is written as 12.5."),
        ("today=30/6/2026", "30/6/2026 is no answer to today, which is written as 2026-06-30."),
    ],
)
def test_answers_must_fit_the_questionnaire(definition, text, message):
    with pytest.raises(AnswersError) as refusal:
        build_interview(text, definition)
    assert str(refusal.value) == message
