"""Misuse that is refused when a workbook is checked."""

import pytest

from app.xforms.expressions.tokens import ExpressionError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # codes and selects
        ("${a} = '3'", "'3' is not in the choices of ${a} (list yndk: 1, 2, 8, 9) (character 8)"),
        ("'x' != ${a}", "'x' is not in the choices"),
        ("${a} = 3", "'3' is not in the choices"),
        ("${a} = '01'", "'01' is not in the choices"),
        ("selected(${types}, '4')", "'4' is not in the choices of ${types}"),
        ("selected(${a}, '7')", "'7' is not in the choices"),
        ("'7' = selected-at(${types}, 0)", "'7' is not in the choices of ${types} (list nt: 1, 2"),
        ("${a} < '2'", "choices have no order"),
        ("'1' >= ${a}", "choices have no order"),
        ("${a} > 1", "choices have no order"),
        ("${types} <= 2", "choices have no order"),
        ("${types} = '1'", "write selected(${types}, 'code')"),
        ("${n} = ${a}", "a number is compared with ${a}, which is a choice"),
        ("selected(${n}, '1')", "${n} is not a select"),
        ("selected(${word}, 'x')", "${word} is not a select"),
        ("count-selected(${day})", "${day} is not a select"),
        # dates and texts
        ("${day} < '2026-01-01'", "write date(${day})"),
        ("${day} >= today()", "write date(${day})"),
        ("${today} < ${day}", "write date(${today})"),
        ("date(${day}) < '2026-01-01'", "texts have no order"),
        ("date(${day}) = '2026-01-01'", "write date(…) around the text"),
        ("date(${day}) < 5", "a date is compared with a number"),
        ("${day} = 'soon'", "'soon', which is not a date"),
        ("date(${word}) = today()", "${word} is not a date"),
        ("date('soon') = today()", "'soon' is not a date"),
        ("format-date(${n}, '%Y') = '2'", "${n} is not a date"),
        ("${word} < 'b'", "texts have no order"),
        ("'10' > ${word}", "texts have no order"),
        # numbers
        ("${n} = 'seven'", "'seven', which is not a number"),
        ("${n} = ${word}", "a number is compared with ${word}, which is a text"),
        ("${word} = 1", "a number is compared with ${word}, which is a text"),
        ("sum(${age}) = ''", "a number is compared with nothing"),
        ("${word} + 1 = 2", "${word}, which is a text, is not a number"),
        ("${types} * 2 = 2", "${types}, which is several choices, is not a number"),
        ("-${a} = 2", "write number(…)"),
        ("${n} div 0 = 1", "nothing can be divided by 0 (character 10)"),
        ("${n} mod 0.0 = 1", "nothing can be divided by 0"),
        ("'' + 1 = 2", "nothing is not a number"),
        ("min(${n}, ${word}) = 2", "${word}, which is a text"),
        ("sum(${phone}) = 2", "${phone}, which is a choice, is not a number"),
        ("date(${n}) = today()", "${n} is not a date"),
        ("number(${clock}) = 1", "${clock} is a time, not a number: write decimal-time(${clock})"),
        ("int(${spot}) = 1", "${spot}, which is a text, is not a number"),
        ("decimal-time(${word}) = 1", "${word} is not a date"),
        ("boolean(${a})", "${a} is not a condition"),
        ("checklist(1, 2, ${a})", "${a} is not a condition"),
        # patterns and digests
        ("regex(${word}, '[a-z&&[^b]]')", "&& has no meaning"),
        ("regex(${word}, 'a[b[c]d]')", r"[ is written \["),
        ("digest(${word}, 'SHA-3')", "digest() knows MD5, SHA-1"),
        ("digest(${word}, 'MD5', 'octal')", "digest() writes 'base64' or 'hex'"),
        # conditions
        ("not(${a})", "${a} is not a condition: compare it with a value (character 5)"),
        ("${a} and ${b} = '1'", "${a} is not a condition"),
        ("if(${n}, 1, 0) = 1", "${n} is not a condition"),
        ("if(count(${m}), 1, 0) = 1", "a number is not a condition"),
        ("(${n} = 1) = count(${m}[${age} > 3])", "a number is not a condition"),
        ("count(${m}[${age} > 3]) > (${n} = 1)", "a condition has no order"),
        ("count(${m}[${age}]) = 1", "${age} is not a condition"),
        ("(${a} = '1') > 0", "a condition has no order"),
        ("${n} > ''", "nothing has no order"),
        ("(${a} = '1') = 'true'", "a text is not a condition"),
        ("if(${a} = '1', 'x', 5) = 'x'", "if() gives a number and a text: they must be alike"),
        ("coalesce(${a} = '1', ${word}) = 'x'", "coalesce() gives a condition and a text"),
    ],
)
def test_a_fault_is_named(faults, text, message):
    found = faults(text)
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("${nn} = 1", 0, "there is no question nn"),
        ("1 = ${words}", 4, "there is no question words; is word meant?"),
        ("${thanks} = 1", 0, "the note thanks has no answer"),
        ("${main} = 1", 0, "the group main has no answer"),
        ("${age} = 1", 0, "asked of each member: ${age}"),
        ("not(${m})", 4, "a repeat; take count()"),
        ("${m} = 1", 0, "a repeat; take count()"),
        ("selected(${phone}, '1')", 9, "asked of each member"),
        ("sum(${n}) = 1", 4, "sum() runs over the members of a repeat, not over ${n}"),
        ("sum(1) = 1", 4, "sum() runs over the members of a repeat, not over a number"),
        ("sum(${m}) = 1", 4, "a question of the members"),
        ("count(${n}) = 1", 6, "count() runs over the members"),
        ("${age}[1 = 1] = 1", 0, "only a repeat"),
        ("${n}[1 = 1] = 1", 0, "only a repeat"),
        ("position(..) = 1", 0, "position(..) is the place of a member"),
        ("count(${m}[position(..) = position()]) = position()", 41, "position(..) is the place"),
        ("frist(1)", 0, "there is no function frist()"),
        ("IF(1 = 1, 1, 2)", 0, "is if() meant?"),
        ("is-selected(${types}, '1')", 0, "is selected() meant?"),
        ("enclosed-area(${spot})", 0, "is area() meant?"),
        ("${last-saved#n} = 1", 0, "${last-saved#n} is an answer of another interview"),
        ("${other#n} = 1", 0, "name the form other in the column join"),
        ("net = 1", 0, "a question is written ${net}"),
        ("count-select(${types})", 0, "is count-selected() meant?"),
        ("1 + random()", 4, "random() differs from call to call"),
        ("now() > 1", 0, "now() differs"),
        ("not()", 0, "not() takes 1 values, not 0"),
        ("if(1 = 1, 2)", 0, "if() takes 3 values, not 2"),
        ("round(1, 2, 3)", 0, "round() takes 1 to 2 values, not 3"),
        ("concat()", 0, "concat() takes 1 or more values, not 0"),
        ("today(1)", 0, "today() takes 0 values"),
        ("selected(${a})", 0, "selected() takes 2 values, not 1"),
        ("selected('1', '1')", 9, "selected() looks at a question"),
        ("regex(${word}, ${word})", 15, "the pattern of regex() is written in quotes"),
        ("regex(${word}, 'a(')", 15, "the pattern cannot be read at its character 2"),
        (
            "regex(${word}, '\\p{L}+')",
            15,
            r"\p{…} is not known in patterns here",
        ),
        ("format-date(today(), '%b %H')", 21, "format-date() cannot write %b %H here"),
        ("format-date-time(today(), '%j')", 26, "format-date-time() cannot write %j here"),
        ("randomize(${m})", 0, "randomize() differs"),
        ("jr:choice-name('1', '${a}') = 'x'", 0, "compare the code"),
        ("pulldata('t', 'a', 'b', ${a})", 0, "add a calculate question"),
        ("count(instance('t')/root/item[x = ${a}]) = 1", 6, "instance() looks into a file"),
        ("instance('t')/root/x = 1", 0, "add a calculate question"),
        ("instance('t')[x = 1] = 1", 0, "add a calculate question"),
        ("property('deviceid') = 'x'", 0, "is about the phone"),
        ("checklist(1, 2)", 0, "checklist() takes 3 or more values"),
        ("weighted-checklist(1, 2, ${n} = 1, 1, ${n} = 2)", 0, "a weight behind each condition"),
        ("join(', ')", 0, "join() takes 2 or more values"),
        ("join(', ', ${m})", 11, "a question of the members"),
        ("count-non-empty(${m})", 16, "count-non-empty() counts answers"),
        ("indexed-repeat(${age}, 1, 1)", 23, "takes a question, its repeat"),
        ("indexed-repeat(${age}, ${m})", 0, "indexed-repeat() takes 3 or more values"),
        ("indexed-repeat(${hours}, ${m}, 1)", 0, "from the outer to the inner"),
        ("indexed-repeat(${n}, ${m}, 1)", 0, "from the outer to the inner"),
        ("../x = 1", 0, "there is no question ../x"),
        ("instance('t') = 1", 0, "instance() looks into a file"),
    ],
)
def test_what_has_no_meaning_is_refused_with_its_place(faults, text, at, message):
    with pytest.raises(ExpressionError) as refusal:
        faults(text)
    assert message in str(refusal.value.why)
    assert refusal.value.at == at


def test_several_faults_are_all_named(faults):
    found = faults("${a} > 1 and ${b} = '5' and not(${n})")
    places = [fault.rpartition("(")[2] for fault in found]
    assert places == ["character 1)", "character 21)", "character 33)"]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("number(${a}) >= 2", ""),
        ("${file} = 'anything'", ""),  # lists in files are not known here
        ("${twice} = 'x' or ${twice} > 3", ""),
        ("selected(${twice}, 'x')", ""),
        ("date(${day}) <= today()", ""),
        ("${day} = '2026-01-01'", ""),
        ("${n} = ''", ""),
        ("${a} = ${b}", ""),
        ("sum(${age}) > 100", ""),
        ("${age} > 3 and ${phone} = '1' and ${a} = '1'", "m"),
        ("if(${a} = '1', 1, '') = 1", ""),
    ],
)
def test_what_is_meant_is_not_refused(faults, text, unit):
    assert faults(text, unit) == []


def test_a_members_own_answer_is_not_a_sum(faults):
    with pytest.raises(ExpressionError, match="one member's own answer"):
        faults("sum(${age}) > 1", "m")


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("${n} == 1", 5, "'==' is written '=' here"),
        ("${n} <> 1", 5, "'<>' is written '!=' here"),
        ("${n} = 1 && ${n} = 2", 9, "'&&' is written 'and' here"),
        ("${n} = 1 & ${n} = 2", 9, "'&' is written 'and' here"),
        ("${n} = 1 || ${n} = 2", 9, "'||' is written 'or' here"),
        ("${n} = 1 AND ${n} = 2", 9, "'AND' is written 'and' here"),
        ("(${n} = 1 Or ${n} = 2)", 10, "'Or' is written 'or' here"),
        ("!(${n} = 1)", 0, "'!' is written 'not(…)' here"),
        ("${n} / 2", 5, "'/' is written 'div' here"),
        ("${n} % 2", 5, "'%' is written 'mod' here"),
        ("if(${n} = 1; 2; 3)", 11, "';' is written ',' here"),
        ("${n} = 1,5", 7, "'1,5' is written '1.5' here"),
    ],
)
def test_a_habit_from_another_language_is_put_right(faults, text, at, message):
    with pytest.raises(ExpressionError) as caught:
        faults(text)
    assert (caught.value.at, str(caught.value.why)) == (at, message)
