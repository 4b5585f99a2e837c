"""Checking indicators against their questionnaire."""

from dataclasses import replace

import pytest
from lxml import etree

from app.indicators.checks import check_indicators, faults_of
from app.indicators.evaluate import compile_indicators
from app.xforms.definition import Field

ADULTS = {"unit": "m", "eligible": "${m_age} >= 18", "numerator": "${m_phone} = '2'"}
BY = "| breakdowns |\n| | name | expression | label |\n| | g | {} | G |\n"


@pytest.fixture
def errors(read, definition):
    """The errors of a workbook, as "sheet!cell: message"."""

    def check(*rows, more=""):
        found = check_indicators(read(*rows, more=more), definition)
        return [str(finding) for finding in found if finding.severity == "error"]

    return check


def test_a_sound_indicator_has_no_findings(read, definition):
    assert check_indicators(read(ADULTS), definition) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"numerator": "${m_phnoe} = '2'"},
            "F2: There is no question m_phnoe; is m_phone meant? At character 1 (${m_phnoe} =",
        ),
        (
            {"numerator": "${m_phone} = '3'"},
            "F2: '3' is not in the choices of ${m_phone} (list phone: 0, 1, 2, 8), at character 14",
        ),
        ({"eligible": "${m_age}"}, "E2: ${m_age} is not a condition: compare it with a value"),
        ({"eligible": "${m_age} >="}, "E2: A value is expected, not the end, at character 12."),
        ({"denominator": "${word}"}, "G2: ${word}, which is a text, is not a number"),
        ({"numerator": "${m_phone}"}, "F2: ${m_phone}, which is a choice, is not a number"),
        ({"numerator": "''"}, "F2: Nothing is not a number"),
        ({"denominator": "0"}, "G2: Nothing can be divided by 0, at character 1 (0)."),
        ({"numerator": "${m}"}, "F2: A repeat; take count()"),
        ({"unit": "family"}, "D2: The unit family is not household, person, village or a repeat."),
        ({"unit": "main"}, "D2: The unit main is not household, person, village or a repeat."),
        ({"unit": "household"}, "F2: Asked of each member: ${m_phone} has one answer per row"),
        ({"numerator": "${n_smart}"}, "F2: ${n_smart} is a total made on the phone"),
    ],
)
def test_a_fault_names_cell_and_place(errors, row, message):
    found = errors({**ADULTS, **row})
    assert found[-1].startswith("indicators!" + message)


def test_all_faults_of_all_indicators_are_named(errors):
    found = errors({"numerator": "${a} = 1", "eligible": "${b} = 1"}, {"numerator": "${c} = 1"})
    assert [text.partition(":")[0] for text in found] == [
        "indicators!E2",
        "indicators!F2",
        "indicators!F3",
    ]


@pytest.mark.parametrize(
    ("numerator", "names"),
    [
        ("selected(${kinds}, '1')", "kinds"),
        ("${net} = '1' and selected(${kinds}, '1') and count-selected(${kinds}) > 1", "kinds"),
        ("${net} = '1'", ""),
        ("count(${m}[${m_phone} = '2'])", ""),
    ],
)
def test_whoever_uses_a_skipped_question_says_what_that_means(errors, numerator, names):
    message = f"indicators!H2: Say what it means when {names} was not asked: 0, missing or out."
    assert errors({"numerator": numerator}) == ([message] if names else [])
    for choice in ("0", "missing", "out"):
        assert errors({"numerator": numerator, "irrelevant": choice}) == []


@pytest.fixture
def with_condition(definition):
    """The questionnaire with members that are asked for only where there is a net."""
    fields = tuple(
        replace(item, relevant_if="${net} = '1'") if item.name == "m" else item
        for item in definition.fields
    )
    return replace(definition, fields=fields)


@pytest.mark.parametrize("numerator", ["count(${m})", "sum(${m_age})", "count(${m}) > 1"])
def test_whoever_counts_a_skipped_repeat_says_what_that_means(read, with_condition, numerator):
    found = check_indicators(read({"numerator": numerator}), with_condition)
    assert [str(item) for item in found] == [
        "indicators!H2: Say what it means when m was not asked: 0, missing or out."
    ]
    for choice in ("0", "missing", "out"):
        sheet = read({"numerator": numerator, "irrelevant": choice})
        assert check_indicators(sheet, with_condition) == []


@pytest.mark.parametrize(
    ("net", "choice", "expected"),
    [
        ("2", "0", (1, 0.0, 0, 0)),
        ("2", "missing", (0, 0.0, 1, 0)),
        ("2", "out", None),
        ("1", "0", (1, 0.0, 0, 0)),  # asked, and there were none
        ("1", "missing", (1, 0.0, 0, 0)),
        ("1", "out", (1, 0.0, 0, 0)),
        ("8", "0", (0, 0.0, 0, 1)),
        ("8", "out", (0, 0.0, 0, 1)),
    ],
)
def test_a_repeat_that_was_not_asked_is_what_the_sheet_says(
    read, with_condition, net, choice, expected
):
    sheet = read({"numerator": "count(${m})", "irrelevant": choice})
    evaluator = compile_indicators(sheet.indicators, with_condition)
    root = etree.fromstring(f"<ho><main><net>{net}</net></main></ho>")
    cells = evaluator.evaluate(root, interview_date="2026-11-22")
    found = [(cell.n, cell.y, cell.irrelevant, cell.dont_know) for cell in cells]
    assert found == ([] if expected is None else [expected])


def test_without_a_gate_the_consent_is_a_condition_like_others(read, definition):
    sheet = read({"numerator": "${net} = '1'"})
    found = check_indicators(sheet, replace(definition, settings={}))
    assert [str(finding) for finding in found if finding.severity == "error"] == [
        "indicators!H2: Say what it means when net was not asked: 0, missing or out."
    ]


def test_out_is_not_said_of_members(read, definition):
    fields = tuple(
        replace(item, relevant_if="../m_age > 3") if item.name == "m_phone" else item
        for item in definition.fields
    )
    sheet = read({"numerator": "count(${m}[${m_phone} = '2'])", "irrelevant": "out"})
    found = [str(item) for item in check_indicators(sheet, replace(definition, fields=fields))]
    assert found == [
        "indicators!H2: Out cannot be said of m_phone, a question of members: 0 or missing."
    ]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "${m_sexx}",
            "There is no question m_sexx; is m_sex meant? At character 1 (${m_sexx}), in",
        ),
        ("if(${kinds} = '1', '1', '2')", "${kinds} holds several choices"),
        ("${m_sex} = '3'", "'3' is not in the choices"),
    ],
)
def test_a_fault_of_a_breakdown_stands_in_its_own_cell(errors, expression, message):
    found = errors({**ADULTS, "by": "g"}, more=BY.format(expression))
    assert len(found) == 1
    assert found[0].startswith(f"breakdowns!B2: {message}")
    assert found[0].endswith("in rows of m.")


@pytest.mark.parametrize(
    ("expression", "severity", "message"),
    [
        ("${word}", "warning", "Each answer to ${word} is a group of its own, which everybody"),
        ("concat(${net}, if(${net} = '1', ${word}, ''))", "warning", "Each answer to ${word} is"),
        ("${income}", "warning", "Each answer to ${income} is a group of its own"),
        ("${n15} > 3", "warning", "A condition makes groups named true and false: to name them"),
        ("${head}", "error", "${head} is personal, and everybody reads the names of groups"),
        ("coalesce(${head}, 'x')", "error", "${head} is personal, and everybody reads"),
        ("${spot}", "error", "Each answer to ${spot} would be a group of its own: put answers"),
    ],
)
def test_a_breakdown_does_not_tell_single_answers(read, definition, expression, severity, message):
    new = Field("head", "head", "text", pii="personal"), Field("spot", "spot", "geopoint")
    definition = replace(definition, fields=(*definition.fields, *new))
    found = check_indicators(
        read({"numerator": "1", "by": "g"}, more=BY.format(expression)), definition
    )
    assert [(item.severity, str(item.place)) for item in found] == [(severity, "breakdowns!B2")]
    assert found[0].text.startswith(message)


@pytest.mark.parametrize(
    "expression",
    [
        "if(${head} = '', 'none', 'some')",
        "if(string-length(${word}) > 3, 'long', 'short')",
        "if(selected(${kinds}, '1'), 'fibre', 'other')",
        "${ethnic}",
        "${n15}",
        "format-date(today(), '%Y')",
    ],
)
def test_groups_that_are_put_together_tell_nothing(read, definition, expression):
    new = Field("head", "head", "text", pii="personal"), Field("ethnic", "e", "select_one", pii="x")
    definition = replace(definition, fields=(*definition.fields, *new))
    assert (
        check_indicators(
            read({"numerator": "1", "by": "g"}, more=BY.format(expression)), definition
        )
        == []
    )


def test_a_breakdown_that_no_indicator_names_is_checked_too(errors):
    [found] = errors({"numerator": "1"}, more=BY.format("${m_sxe}"))
    assert found.startswith("breakdowns!B2: There is no question m_sxe; is m_sex meant?")
    assert errors({"numerator": "1"}, more=BY.format("${m_sex}")) == []
    assert errors({"numerator": "1"}, more=BY.format("${net}")) == []


def test_a_date_is_not_what_a_row_is_worth(errors):
    found = errors({"numerator": "today()", "denominator": "today() - date('2026-01-01')"})
    [found] = found
    assert found.startswith("indicators!F2: A date is no number: subtract dates to get days")


def test_a_breakdown_must_fit_the_unit(errors):
    rows = [{**ADULTS, "by": "g"}, {"numerator": "${net} = '1'", "by": "g"}]
    (found,) = errors(*rows, more=BY.format("${m_sex}"))
    assert found.startswith("breakdowns!B2: Asked of each member: ${m_sex}")
    assert found.endswith("in rows of household.")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| | fone | | 8 | dont_know |", "A7: There is no choice list fone."),
        ("| | phone | | 7 | dont_know |", "C7: 7 is not in the list: 0, 1, 2, 8."),
        ("| | | m_aeg | 99 | refused |", "B7: There is no question m_aeg."),
        ("| | | signal | 7 | refused |", "C7: 7 is not in the list: 0, 1, 3, 8."),
    ],
)
def test_missing_codes_must_exist(errors, row, message):
    assert errors(ADULTS, more=row + "\n") == [f"missing!{message}"]


def test_an_answer_that_sounds_missing_is_a_warning(read, definition):
    sheet = read({"numerator": "${pay} = '2'"}, {"numerator": "${signal} = '3'"})
    sheet.missing = [code for code in sheet.missing if code.list != "pay"]
    (found,) = check_indicators(sheet, definition)
    assert (found.severity, found.text) == (
        "warning",
        "8 of the list pay sounds like no answer; if so, say it in the sheet missing.",
    )


def test_a_condition_nobody_understands_is_a_warning(read, definition):
    condition = "instance('x')/root/item[1] = 1"
    fields = tuple(
        replace(item, relevant_if=condition) if item.name == "kinds" else item
        for item in definition.fields
    )
    sheet = read({"numerator": "selected(${kinds}, '1')", "irrelevant": "0"})
    (found,) = check_indicators(sheet, replace(definition, fields=fields))
    assert found.severity == "warning"
    assert found.text.startswith("Blank answers of main/kinds count as not asked")


def test_faults_of_the_sheets_are_among_the_findings(errors):
    assert errors({**ADULTS, "version": "x"}) == [
        "indicators!B2: A version is a whole number from 1."
    ]


def test_what_another_version_of_the_questionnaire_breaks(read, definition):
    (indicator,) = read({**ADULTS, "by": "g"}, more=BY.format("${m_sex}")).indicators
    assert faults_of(indicator, definition) == []
    fewer = {**definition.choices, "phone": {"0": {}, "1": {}}}
    fields = tuple(item for item in definition.fields if item.name not in {"m_age", "m_sex"})
    faults = faults_of(indicator, replace(definition, choices=fewer, fields=fields))
    assert [str(fault) for fault in faults] == [
        "eligible: there is no question m_age",
        "numerator: '2' is not in the choices of ${m_phone} (list phone: 0, 1)",
        "breakdown g: there is no question m_sex",
    ]
    no_repeat = tuple(
        item for item in definition.fields if item.repeat is None and item.name != "m"
    )
    (fault,) = faults_of(indicator, replace(definition, fields=no_repeat))
    assert str(fault) == "unit: there is no repeat m"
