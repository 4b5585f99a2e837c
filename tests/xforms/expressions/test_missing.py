"""Missing answers: Kleene's logic, and every operator and function with a blank in it."""

import pytest

T, F, M = "${a} = '1'", "${b} = '1'", "${c} = '1'"
ANSWERS = {"a": "1", "b": "2", "c": "8"}
DK = "dont_know"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{T} and {T}", True),
        (f"{T} and {F}", False),
        (f"{F} and {T}", False),
        (f"{T} and {M}", DK),
        (f"{M} and {T}", DK),
        (f"{F} and {M}", False),
        (f"{M} and {F}", False),
        (f"{M} and {M}", DK),
        (f"{M} and {T} and {F}", False),
        (f"{T} or {T}", True),
        (f"{F} or {F}", False),
        (f"{T} or {M}", True),
        (f"{M} or {T}", True),
        (f"{F} or {M}", DK),
        (f"{M} or {F}", DK),
        (f"{M} or {M}", DK),
        (f"{M} or {F} or {T}", True),
        (f"not({T})", False),
        (f"not({F})", True),
        (f"not({M})", DK),
        (f"if({M}, 1, 1)", DK),
        (f"if({T}, 1, {M})", 1),
        (f"if({F}, {M}, 0)", 0),
        (f"({M}) = ({T})", DK),
        (f"({M}) + 1", DK),
        (f"coalesce({M}, {T})", True),
        (f"checklist(1, -1, {T}, {M})", True),
        (f"checklist(2, -1, {T}, {M})", DK),
        (f"checklist(2, -1, {F}, {M})", False),
        (f"checklist(0, 1, {T}, {T}, {M})", False),
        (f"checklist(-1, 1, {T}, {M})", DK),
        (f"weighted-checklist(3, -1, {T}, 3, {M}, 5)", True),
        (f"weighted-checklist(3, -1, {T}, 3, {M}, 0 - 1)", DK),
        (f"weighted-checklist(9, -1, {T}, 3, {M}, 5)", False),
        (f"weighted-checklist(3, -1, {T}, number(${{c}}), {F}, 5)", DK),
        (f"boolean({M})", DK),
    ],
)
def test_a_missing_answer_counts_only_where_it_could_change_the_result(value, text, expected):
    assert value(text, **ANSWERS) == expected


@pytest.mark.parametrize("answer", [None, "", "  ", "\n\t"], ids=["absent", "", "spaces", "lines"])
@pytest.mark.parametrize(
    "text",
    [
        "${a} = '1'",
        "${a} != '1'",
        "not(${a} = '1')",
        "${a} = ${b}",
        "${a} = '8'",
        "${a} != '8'",
        "selected(${a}, '1')",
        "selected(${a}, '8')",
        "count-selected(${types}) = 1",
        "selected(${types}, '1')",
        "selected-at(${types}, 0)",
        "${n} = 0",
        "${n} != 0",
        "${n} < 1",
        "${n} <= 1",
        "${n} > 1",
        "${n} >= 1",
        "0 = ${n}",
        "${n} + 1",
        "1 - ${n}",
        "-${n}",
        "${n} * 0",
        "0 div ${n}",
        "${n} mod 2",
        "number(${n})",
        "int(${n})",
        "round(${n})",
        "abs(${n})",
        "pow(${n}, 0)",
        "min(${n}, 1)",
        "string(${n})",
        "concat('x', ${word})",
        "string-length(${word})",
        "contains(${word}, 'x')",
        "starts-with('x', ${word})",
        "normalize-space(${word})",
        "substr(${word}, 0)",
        "translate(${word}, 'a', 'b')",
        "regex(${word}, '.*')",
        "boolean-from-string(${word})",
        "date(${day}) <= today()",
        "format-date(${day}, '%Y')",
        "${twice} > 1",
        "${twice} = 'x'",
        "if(${n} > 1, 'x', 'y')",
        "${word}",
        "${types}",
        "${file} = 'x'",
        "coalesce(${n}, '')",
    ],
)
def test_blank_and_absent_are_missing_everywhere(value, text, answer):
    names = ("a", "b", "n", "word", "day", "twice", "file")
    given = {} if answer is None else dict.fromkeys(names, answer)
    types = {} if answer is None else {"net": "1", "types": answer}
    assert value(text, **given, **({"net": "1"} | types)) == "blank"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("${a} = ''", "", True),
        ("${a} = ''", "8", False),
        ("${a} != ''", "2", True),
        ("${a} != ''", "", False),
        ("'' = ${a}", "", True),
        ("${a} = '8'", "8", True),
        ("${a} = '8'", "9", False),
        ("${a} != '8'", "9", True),
        ("${a} = '8'", "1", False),
        ("${a} = '1'", "8", "dont_know"),
        ("${a} != '1'", "9", "refused"),
        ("${a} = 8", "8", True),
        ("${a} = '1' or ${a} = '8'", "8", True),
    ],
)
def test_asking_whether_there_is_an_answer_is_decided(value, text, code, expected):
    assert value(text, a=code) == expected


@pytest.mark.parametrize(
    ("text", "ticked", "expected"),
    [
        ("selected(${types}, '1')", "1 8", True),
        ("selected(${types}, '2')", "1 8", "dont_know"),
        ("selected(${types}, '8')", "1 8", True),
        ("selected(${types}, '8')", "1 2", False),
        ("selected(${types}, '1')", "8", "dont_know"),
        ("not(selected(${types}, '1'))", "8", "dont_know"),
        ("count-selected(${types})", "1 8", "dont_know"),
        ("count-selected(${types})", "1 2", 2),
        ("selected-at(${types}, 0)", "1 8", "dont_know"),
        ("selected(${types}, string(1))", "1 8", "dont_know"),
        ("${types} = ''", "8", False),
        ("selected(${types}, '1')", "11 12", False),
    ],
)
def test_dont_know_among_several_choices(value, text, ticked, expected):
    assert value(text, net="1", types=ticked) == expected


def test_of_several_reasons_the_first_is_told(value):
    both = "${a} = '1' and ${b} = '1'"
    assert value(both, a="9", b="8") == "dont_know"
    assert value(both, a="", b="9") == "refused"
    assert value("${later} = 1 and ${a} = '1'", n="0", a="") == "irrelevant"
    assert value("${n} + ${d} + ${later}", n="", d="1", later="1") == "blank"


def test_five_areas_of_skill(value):
    """Kleene for composites: surely 0 beats unknown, unknown beats 1."""
    area = "(${a} = '1' or ${b} = '1') and (${c} = '1' or ${avail} = '1')"
    assert value(area, a="1", b="8", c="2", avail="1") is True
    assert value(area, a="2", b="2", c="8", avail="8") is False
    assert value(area, a="1", b="8", c="2", avail="8") == "dont_know"
    assert value(area, a="2", b="", c="1", avail="2") == "blank"


def test_codes_that_are_in_no_list_are_answers_like_others(value):
    assert value("${a} = '1'", a="77") is False
    assert value("selected(${types}, '1')", net="1", types="77") is False
