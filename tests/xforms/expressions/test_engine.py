"""The server makes of an expression what the engine of phones (JavaRosa) makes of it.

Hundreds of expressions are put together at random, always the same ones. They agree wherever the
server has a value; it has none where an answer is missing (docs/indicators.md §3). Left out is what
is meant to differ: the time of a date and time, which phones drop when they compute; numbers that
phones write with an exponent; characters beyond the first 65,536, of which phones count two; tens
below zero, which phones round to one less.
"""

import math
import random
import re
import shutil
import subprocess
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from app.xforms.compile import compile_xlsform
from app.xforms.expressions.coercion import as_number, as_text
from app.xforms.expressions.compiler import NAMES, Compiler
from app.xforms.expressions.dates import to_day
from app.xforms.expressions.meaning import Kind
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan, read_interview
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import Missing

QUESTIONS = """
| survey |
| | type              | name   | label | repeat_count |
| | today             | today  |       |              |
| | integer           | n      | N     |              |
| | integer           | none   | None  |              |
| | decimal           | half   | Half  |              |
| | text              | word   | Word  |              |
| | text              | digits | Text  |              |
| | text              | empty  | Empty |              |
| | date              | day    | Day   |              |
| | time              | clock  | Clock |              |
| | dateTime          | moment | When  |              |
| | select_one code   | one    | One   |              |
| | select_multiple code | some | Some |              |
| | geotrace          | way    | Way   |              |
| | hidden            | calc   |       |              |
| | integer           | size   | Size  |              |
| | begin_repeat      | m      | M     | ${size}      |
| | integer           | age    | Age   |              |
| | decimal           | share  | Share |              |
| | select_one code   | phone  | Phone |              |
| | text              | name   | Name  |              |
| | date              | born   | Born  |              |
| | geopoint          | where  | Where |              |
| | begin_repeat      | k      | K     |              |
| | integer           | hours  | Hours |              |
| | end_repeat        |        |       |              |
| | end_repeat        |        |       |              |
| choices |
| | list_name | name | label |
| | code      | 0    | 0     |
| | code      | 1    | 1     |
| | code      | 2    | 2     |
| | code      | 01   | 01    |
| settings |
| | form_title | form_id | version |
| | Engine     | engine  | 1       |
"""
ANSWERS = """
<today>2026-06-30</today><n>7</n><none/><half>-2.5</half><word>Nậm  Dịch, 3</word>
<digits>12,50</digits><empty/><day>2026-02-03</day><clock>18:45:00.000+00:00</clock>
<moment>2026-02-03T10:30:15.250+00:00</moment><one>1</one><some>2 1</some>
<way>21.0 105.8 0.0 0.0;21.01 105.8 0.0 0.0;21.01 105.82 0.0 0.0;21.0 105.8 0.0 0.0</way>
<calc>14</calc><size>3</size>
<m><age>40</age><share>0.1</share><phone>1</phone><name>An</name><born>1986-02-28</born>
<where>21.0 105.8 0.0 0.0</where><k><hours>3</hours></k><k><hours>5</hours></k></m>
<m><age>12</age><share>0.2</share><phone>2</phone><name>Bé</name><born>2014-12-31</born>
<where>21.01 105.81 0.0 0.0</where><k><hours>1</hours></k></m>
<m><age>70</age><share>1.005</share><phone>1</phone><name>Cụ Tý</name><born>1956-01-01</born>
<where>21.02 105.83 0.0 0.0</where><k><hours>8</hours></k></m>
"""
MEMBERS = 3
# By kind of value, how expressions are put together: <kind> is any of that kind. Those of "member"
# are about one member of the repeat, those of "whole" about the interview.
GRAMMAR = {
    "number": """
        ${n} ; ${none} ; ${half} ; ${calc} ; 0 ; 1 ; 3 ; 0.5 ; 2.5 ; 0.1 ; 0.2 ; 1.005 ; 2.345 ; -1
        ; (<number> + <number>) ; (<number> - <number>) ; (<number> * <number>)
        ; (<number> div <number>) ; (<number> mod <number>) ; -<number> ; number(<text>)
        ; number(<truth>) ; number(<date>) ; number(${day}) ; number(${digits}) ; number(${one})
        ; int(<number>) ; int(<text>) ; round(<number>) ; round(<number>, 1) ; round(<number>, 2)
        ; round(abs(<number>), -1) ; abs(<number>) ; pow(<number>, 2) ; sqrt(<number>)
        ; round(pow(<number>, 0.5), 9) ; round(exp(<number>), 9) ; round(exp10(<number>), 6)
        ; round(log(<number>), 9) ; round(log10(<number>), 9) ; round(sin(<number>), 9)
        ; round(cos(<number>), 9) ; round(tan(<number>), 6) ; round(asin(<number>), 9)
        ; round(acos(<number>), 9) ; round(atan(<number>), 9) ; round(atan2(<number>, 2), 9) ; pi()
        ; min(<number>, <number>, 3) ; max(<number>, <number>, 3) ; string-length(<text>)
        ; count-selected(${some}) ; if(<truth>, <number>, <number>) ; coalesce(${none}, <number>)
        ; coalesce(${n}, <number>) ; (<date> - <date>) ; decimal-date-time(${day})
        ; round(decimal-date-time(${moment}), 6) ; decimal-time(${clock})
        ; round(decimal-time(${moment}), 6) ; round(distance(${way})) ; round(area(${way}))
        ; indexed-repeat(${age}, ${m}, 2) ; indexed-repeat(${hours}, ${m}, 1, ${k}, 2) ; <own>
        """,
    "whole": """
        count(${m}) ; count(${k}) ; sum(${age}) ; sum(${share}) ; sum(${hours}) ; min(${share})
        ; max(${age}) ; count-non-empty(${name}) ; count(${m}[<about>])
        ; round(distance(${where}), 3) ; round(area(${where}))
        """,
    "member": """
        ${age} ; ${share} ; position(..) ; count(${k}) ; sum(${hours}) ; max(${hours})
        ; count(${k}[${hours} > 3]) ; count(${k}[position() = 1])
        """,
    "about": """
        ${age} >= 18 ; ${phone} = '1' ; ${share} < 0.5 ; position() = 2 ; ${n} = 7
        ; contains(${name}, 'n') ; ${age} > 30 and ${phone} != '2'
        """,
    "text": """
        ${word} ; ${empty} ; ${one} ; ${some} ; ${calc} ; 'abc' ; '12.5' ; '12,5' ; '007' ; ' 7 '
        ; 'true' ; 'TRUE' ; '1' ; '1.2.3' ; '.5' ; '+5' ; '--1' ; string(<number>)
        ; string(<truth>) ; string(<date>) ; concat(<text>, <number>, <text>) ; concat(<text>)
        ; join('-', <text>, <text>) ; substr(<text>, 1) ; substr(<text>, 0, 2)
        ; substr(<text>, -2) ; substr(<text>, 1, -1) ; substr(<text>, 99) ; substr(<text>, -99, 2.9)
        ; substring-before(<text>, ' ') ; substring-before(<text>, <text>)
        ; substring-after(<text>, 'b') ; substring-after(<text>, <text>)
        ; normalize-space(<text>) ; translate(<text>, 'abc', 'AB') ; translate(<text>, 'aa', 'xyz')
        ; selected-at(${some}, 0) ; selected-at(${some}, 1.9) ; selected-at(${some}, 2)
        ; selected-at(${some}, -1) ; if(<truth>, <text>, <text>)
        ; coalesce(${empty}, <text>) ; coalesce(substr('abc', 3), <text>)
        ; format-date(<date>, '%Y-%m-%d') ; format-date(<date>, '%d/%n/%y %e')
        ; format-date-time(${moment}, '%H:%M:%S %3 %h') ; digest(<text>, 'MD5', 'hex')
        ; digest(<text>, 'SHA-1') ; digest(<text>, 'SHA-256', 'base64') ; digest(<text>, 'SHA-512')
        ; base64-decode('VGjDtG4=') ; indexed-repeat(${name}, ${m}, 3)
        """,
    "truth": """
        true() ; false() ; <number> = <number> ; <number> != <number> ; <number> < <number>
        ; <number> <= <number> ; <number> > <number> ; <number> >= <number> ; <text> = <text>
        ; <text> != <text> ; 0.1 + 0.2 = 0.3 ; (1 div 3) * 3 = 1 ; <number> * 3 = 0.3
        ; (<truth> and <truth>) ; (<truth> or <truth> or <truth>) ; not(<truth>)
        ; selected(${some}, '1') ; selected(${some}, '01') ; selected(${one}, '1')
        ; ${one} = '1' ; ${one} != '2' ; ${one} = '01' ; ${word} = '' ; ${empty} = ''
        ; ${none} != '' ; contains(<text>, <text>) ; starts-with(<text>, <text>)
        ; ends-with(<text>, <text>) ; regex(<text>, '[0-9]+') ; regex(<text>, '(a|N).*')
        ; regex(<text>, '.+3') ; boolean-from-string(<text>) ; boolean-from-string(<truth>)
        ; boolean(<number>) ; boolean(<truth>) ; checklist(1, 2, <truth>, <truth>, <truth>)
        ; checklist(-1, 1, <truth>, <truth>) ; checklist(2, -1, <truth>, <truth>, <truth>)
        ; weighted-checklist(1, 3, <truth>, <number>, <truth>, 2) ; <date> = <date>
        ; <date> < <date> ; <date> >= <date> ; ${day} = '2026-02-03'
        ; geofence('21.005 105.801', ${way}) ; if(<truth>, <truth>, <truth>)
        """,
    "date": """
        date(${day}) ; date('2026-03-01') ; date('1969-12-31') ; date(20000) ; date(-3.5)
        ; date(<date> + 30.5) ; date(<date> - 365.25 * 60) ; date-time(<date>)
        ; if(<truth>, <date>, <date>) ; coalesce(date('2026-03-01'), <date>)
        """,
}
CHOICES = {kind: " ".join(text.split()).split(" ; ") for kind, text in GRAMMAR.items()}
QUESTION = re.compile(r"\$\{(\w+)\}")
PLACE = re.compile(r"<(\w+)>")
# XPath's functions that the engine does not have, what the server adds, and the day of the test.
NOT_TRIED = {"floor", "ceiling", "substring", "intersects", "today"}
EXPONENT = re.compile(r"-?\d\.\d+E-?\d+")


def expressions(own: str) -> list[str]:
    """Always the same ones; `own` says what a row is."""
    draw = random.Random(f"expressions about the {own}")

    def put_in(text: str, depth: int) -> str:
        return PLACE.sub(lambda part: put_together(part[1], depth), text)

    def put_together(kind: str, depth: int) -> str:
        known = CHOICES[own if kind == "own" else kind]
        text = draw.choice(known if depth else [text for text in known if not PLACE.search(text)])
        return put_in(text, max(0, depth - 1))

    ways = [text for kind in ("number", own, "text", "truth", "date") for text in CHOICES[kind]]
    every = [put_in(text, depth) for text in ways for depth in (0, 1, 1, 2, 2)]
    return list(dict.fromkeys(every))


@pytest.fixture(scope="module")
def form():
    return compile_xlsform(QUESTIONS.encode(), ".md", default_form_id="engine")


@pytest.fixture(scope="module")
def engine(form, tmp_path_factory):
    """A function that gives what the engine makes of expressions, each with its node."""
    if not shutil.which("javac"):
        pytest.skip("the engine of phones needs Java")
    folder: Path = tmp_path_factory.mktemp("engine")
    (folder / "form.xml").write_bytes(answered(form.xml))
    jar = str(files("pyxform") / "validators/odk_validate/bin/ODK_Validate.jar")
    source = Path(__file__).with_name("Engine.java")
    subprocess.run(["javac", "-cp", jar, "-d", folder, source], check=True)

    def evaluate(lines: list[str]) -> list[str]:
        (folder / "expressions").write_text("\n".join(lines))
        command = ["java", "-Duser.timezone=UTC", "-cp", f"{jar}:{folder}", "Engine"]
        done = subprocess.run(
            [*command, folder / "form.xml", folder / "expressions"],
            capture_output=True, encoding="utf-8", check=True, timeout=120,
        )  # fmt: skip
        return done.stdout.splitlines()

    return evaluate


def answered(xml: bytes) -> bytes:
    """The form with the answers as what stands there when it is opened."""
    tree = etree.fromstring(xml)
    names = {"x": "http://www.w3.org/2002/xforms"}
    (data,) = tree.xpath("//x:model/x:instance[1]/*", namespaces=names)
    data[:] = etree.fromstring(f"<x xmlns='{names['x']}'>{ANSWERS}</x>")[:]
    for rule in tree.xpath(
        "//x:bind/@*[contains(name(), 'preload') or name() = 'calculate']", namespaces=names
    ):
        del rule.getparent().attrib[rule.attrname]
    for count in tree.xpath("//x:repeat/@*[name() != 'nodeset']", namespaces=names):
        del count.getparent().attrib[count.attrname]
    return etree.tostring(tree)


def ours(form, text, unit):
    """What the server makes of it in each row; None where it is refused."""
    plan = Plan(form.definition)
    scope = plan.scope(unit)
    compiler = Compiler(plan, scope, scope.path)
    try:
        meaning = compiler.meaning(parse(text))
    except ExpressionError:
        return None
    if compiler.faults:
        return None
    run = as_number(meaning) if meaning.kind is Kind.NUMBER else meaning.run
    if meaning.answer and meaning.kind is not Kind.NUMBER:
        run = as_text(meaning)
    root = etree.fromstring(f"<data>{ANSWERS}</data>")
    return [run(row) for row in read_interview(plan, [], root, to_day("2026-06-30"))[scope.path]]


def agree(found, told):
    kind, text = told[0], told[1:]
    if isinstance(found, Missing) or kind == "E":
        return isinstance(found, Missing)
    if isinstance(found, bool):
        return text == str(found).lower()
    if isinstance(found, float):
        return math.isclose(float(text), found, rel_tol=1e-9, abs_tol=1e-9)
    return EXPONENT.sub(lambda number: format(Decimal(number[0]), "f"), text) == found


def test_every_function_is_tried():
    everything = " ".join(text for texts in CHOICES.values() for text in texts)
    assert {name for name in NAMES if f"{name}(" not in everything} == NOT_TRIED


@pytest.mark.jdk
@pytest.mark.parametrize(("own", "unit"), [("whole", None), ("member", "m")])
def test_an_expression_comes_to_what_phones_make_of_it(form, engine, own, unit):
    nodes = [f"data#0/m#{place}/age#0" for place in range(MEMBERS)] if unit else ["data#0/n#0"]
    tried = [(text, found) for text in expressions(own) if (found := ours(form, text, unit))]
    paths = {item.name: f"/data/{item.path}" for item in form.definition.fields}
    absolute = [QUESTION.sub(lambda name: paths[name[1]], text) for text, _ in tried]
    told = iter(engine([f"{node}\t{text}" for text in absolute for node in nodes]))
    pairs = [(text, one, next(told)) for text, found in tried for one in found]
    assert [pair for pair in pairs if not agree(*pair[1:])] == []
    assert sum(not isinstance(found, Missing) for _, found, _ in pairs) > 400
