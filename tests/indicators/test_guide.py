"""The authoring guide keeps up with the code, and every example in it is tried out."""

import re

import pytest

from app.i18n import gettext, in_language
from app.indicators import sheet
from app.indicators.answers import build_interview
from app.indicators.breakage import check_workbook
from app.indicators.composites import NAME, put_in
from app.indicators.formula import take_number
from app.indicators.missing import codes_by_question
from app.indicators.partners import Partners
from app.indicators.sheet import read_indicators
from app.xforms.compile import compile_xlsform
from app.xforms.expressions.coercion import as_number, as_operand, as_text
from app.xforms.expressions.compiler import NAMES, Compiler
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.dates import to_day
from app.xforms.expressions.meaning import Kind
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan, read_interview
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.workbook import read_workbook
from tests.guide import ANSWERS, GUIDE, JOINED, QUESTIONS, WHOLE


def rows(head: str) -> list[list[str]]:
    """The rows of the tables whose second column has this head."""
    tables = re.findall(rf"^\| [^|]+ \| {head} \|.*\n\|-.*\n((?:\|.*\n)+)", GUIDE, re.MULTILINE)
    return [line[2:-2].split(" | ") for table in tables for line in table.splitlines()]


FUNCTIONS = [(row[2].strip("`"), row[3]) for row in rows("gives")]
REFUSED = [
    (cell, row[1], row[3]) for row in rows("unit") for cell in re.findall(r"`(.*?)`", row[0])
]
INSTEAD = [(cell, row[1]) for row in rows("unit") for cell in re.findall(r"`(.*?)`", row[2])]
# Small words of English sentences; names of functions and columns may stand in Vietnamese ones.
ENGLISH = re.compile(r"\b(?:the|is|are|not|which|write|with|at character|in rows of|meant)\b(?!\()")
COMPOSITES = re.findall(r"^\| [^|`]+ \| `([^`]*indicator\([^`]*)` \|$", GUIDE, re.MULTILINE)


@pytest.fixture(scope="module")
def definition():
    return compile_xlsform(QUESTIONS.encode(), ".md", default_form_id="guide").definition


@pytest.fixture(scope="module")
def missing():
    return codes_by_question(read_indicators(read_workbook(WHOLE[0].encode(), ".md")).missing)


def compiled(definition, missing, text, unit="household"):
    """The meaning of an expression, and its compiler."""
    plan = Plan(definition)
    scope = plan.top if unit == "household" else plan.scope(definition.field(unit).path)
    compiler = Compiler(plan, scope, scope.path, missing)
    return compiler.meaning(parse(text)), compiler


def check(definition, missing, text, unit):
    """The faults of an expression as a numerator."""
    meaning, compiler = compiled(definition, missing, text, unit)
    if meaning.kind is Kind.TEXT:
        as_text(meaning)
    else:
        take_number(meaning, compiler.faults)
    phones_total = any(item.calculation for item, _ in compiler.used.values())
    return [*compiler.faults, *(["is a total made on the phone"] if phones_total else [])]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_function_is_in_the_guide_with_an_example(name):
    assert re.search(rf"`[^`]*\b{re.escape(name)}\(", GUIDE)
    assert any(re.search(rf"(?<![\w-]){re.escape(name)}\(", row[0]) for row in rows("gives"))


@pytest.mark.parametrize(("text", "result"), FUNCTIONS)
def test_an_example_gives_what_the_guide_says(definition, missing, text, result):
    meaning, compiler = compiled(definition, missing, text)
    run = as_number(meaning) if meaning.kind is Kind.NUMBER else meaning.run
    settle(compiler.plan)
    plan, root = compiler.plan, build_interview(ANSWERS, definition)
    day = to_day(root.findtext("today"))
    found = run(read_interview(plan, plan.in_order(), root, day)[""][0])
    assert not compiler.faults
    if result in {"true", "false"}:
        assert found is (result == "true")
    elif result.startswith('"'):
        assert found == result.strip('"')
    else:
        assert found == pytest.approx(float(result), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("text", "unit", "message"), REFUSED)
def test_what_the_guide_says_is_refused_is_refused(definition, missing, text, unit, message):
    try:
        faults = check(definition, missing, text, unit)
    except ExpressionError as error:
        faults = [error]
    assert message in str(faults[0])


@pytest.mark.parametrize(("text", "unit", "message"), REFUSED)
def test_a_vietnamese_reader_is_told_in_vietnamese(text, unit, message):
    row = f"| | X | 1 | Thử | {unit} | {text.replace('|', ' ')} | 0 |"
    head = "| indicators |\n| | code | version | label | unit | numerator | irrelevant |\n"
    form = compile_xlsform((QUESTIONS + head + row).encode(), ".md", default_form_id="guide")
    found = check_workbook(form.workbook, form.definition, [])
    with in_language("vi"):
        told = [gettext(finding.message, **finding.details) for finding in found]
    assert any(message.lower() in finding.text.lower() for finding in found)
    for vietnamese, finding in zip(told, found, strict=True):
        assert vietnamese != finding.text
        assert ENGLISH.findall(vietnamese) == []
        assert ("?" in vietnamese) == ("?" in finding.text)


@pytest.mark.parametrize(("text", "unit"), INSTEAD)
def test_what_the_guide_says_instead_is_not(definition, missing, text, unit):
    assert check(definition, missing, text, unit) == []


@pytest.mark.parametrize("text", COMPOSITES)
def test_composites_have_a_meaning(definition, missing, text):
    found = read_indicators(read_workbook(WHOLE[0].encode(), ".md")).indicators
    parts = {item.code: item.numerator for item in found}
    plan = Plan(definition)
    compiler = Compiler(plan, plan.top, codes=missing)
    as_operand(compiler.meaning(put_in(parse(text), parts)), compiler.faults)
    assert f"{NAME}(" in text
    assert compiler.faults == []


@pytest.mark.parametrize("text", WHOLE, ids=["household", "person", "village"])
def test_every_workbook_of_the_guide_could_be_published(text):
    form = compile_xlsform(text.encode(), ".md", default_form_id="guide")
    assert [str(finding) for finding in check_workbook(form.workbook, form.definition, [])] == []
    assert read_indicators(form.workbook).cases


def test_the_two_forms_of_the_guide_that_are_joined_could_be_published():
    own, other = (compile_xlsform(text.encode(), ".md", default_form_id="guide") for text in JOINED)
    partners = Partners({"guide_s": other.definition}, are_all=True)
    found = check_workbook(own.workbook, own.definition, [], partners)
    assert [str(finding) for finding in found] == []
    assert read_indicators(own.workbook).cases


@pytest.mark.parametrize(
    "name",
    sorted({*sheet.COLUMNS, *(column for known in sheet.COLUMNS.values() for column in known)}),
)
def test_every_sheet_and_column_is_in_the_guide(name):
    assert re.search(rf"`{name}`|\| {name} \|", GUIDE)
