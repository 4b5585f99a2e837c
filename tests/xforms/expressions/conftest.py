"""A small questionnaire, and expressions evaluated on interviews of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from lxml import etree

from app.xforms.compile import compile_xlsform
from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.coercion import as_number, as_text
from app.xforms.expressions.compiler import Compiler
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.dates import to_day
from app.xforms.expressions.meaning import Kind
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan, read_interview
from app.xforms.expressions.values import Missing

SURVEY = """
| survey |                                |           |                              |
|        | type                           | name      | relevant                     |
|        | today                          | today     |                              |
|        | select_one yn                  | consent   |                              |
|        | begin_group                    | main      | ${consent} = '1'             |
|        | select_one yndk                | net       |                              |
|        | select_multiple nt             | types     | ${net} = '1'                 |
|        | select_one yndk                | avail     | not(selected(${types}, '1')) |
|        | select_one yndk                | a         |                              |
|        | select_one yndk                | b         |                              |
|        | select_one yndk                | c         |                              |
|        | select_one_from_file t.csv     | file      |                              |
|        | integer                        | n         |                              |
|        | decimal                        | d         |                              |
|        | text                           | word      |                              |
|        | date                           | day       |                              |
|        | time                           | clock     |                              |
|        | geopoint                       | spot      |                              |
|        | integer                        | later     | ${n} > 0                     |
|        | calculate                      | twice     |                              |
|        | note                           | thanks    |                              |
|        | integer                        | n15       |                              |
|        | begin_repeat                   | m         |                              |
|        | integer                        | age       | position(..) <= ${n15}       |
|        | select_one yndk                | phone     | position(..) <= ${n15}       |
|        | select_one yndk                | app       | ${phone} = '1'               |
|        | geopoint                       | where     |                              |
|        | begin_repeat                   | k         |                              |
|        | integer                        | hours     |                              |
|        | end_repeat                     |           |                              |
|        | end_repeat                     |           |                              |
|        | begin_repeat                   | visit     | ${net} = '1'                 |
|        | integer                        | minutes   |                              |
|        | begin_repeat                   | fault     | ${minutes} > 5               |
|        | select_one yndk                | cause     |                              |
|        | end_repeat                     |           |                              |
|        | end_repeat                     |           |                              |
|        | end_group                      |           |                              |
"""
CHOICES = """
| choices  |            |         |            |
|          | list_name  | name    | label      |
|          | yn         | 1       | Yes        |
|          | yn         | 2       | No         |
|          | yndk       | 1       | Yes        |
|          | yndk       | 2       | No         |
|          | yndk       | 8       | Don't know |
|          | yndk       | 9       | Refused    |
|          | nt         | 1       | Fibre      |
|          | nt         | 2       | Mobile     |
|          | nt         | 3       | Satellite  |
|          | nt         | 8       | Don't know |
| settings |            |         |            |
|          | form_title | form_id | version    |
|          | Try        | try     | 1          |
"""


def questionnaire() -> bytes:
    """The workbook: every question is labelled with its name, and `m` has `n15` members."""
    lines = []
    for line in SURVEY.strip().splitlines():
        name = line.split("|")[3].strip()
        head = name == "name"
        count = "repeat_count" if head else "${n15}" if name == "m" else ""
        sum_ = "calculation" if head else "${n} * 2" if name == "twice" else ""
        lines.append(f"{line} {'label' if head else name} | {count} | {sum_} |")
    return ("\n".join(lines) + CHOICES).encode()


DONT_KNOW, REFUSED = Missing("dont_know", "8"), Missing("refused", "9")
CODES = {"yndk": {"8": DONT_KNOW, "9": REFUSED}, "nt": {"8": DONT_KNOW}}


def codes(item: Field) -> dict[str, Missing]:
    return CODES.get(item.list or "", {})


@pytest.fixture(scope="session")
def definition() -> FormDefinition:
    return compile_xlsform(questionnaire(), ".md", default_form_id="try").definition


@dataclass
class Expression:
    """One expression, compiled in rows of the interview or of a repeat."""

    definition: FormDefinition
    text: str
    unit: str = ""
    nothing: bool = False
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plan = Plan(self.definition, frozenset({"consent"}))
        repeat = self.definition.field(self.unit)
        self.scope = self.plan.scope(repeat.path if repeat else None)
        compiler = Compiler(self.plan, self.scope, self.scope.path, codes, self.nothing)
        meaning = compiler.meaning(parse(self.text))
        self.kind = meaning.kind
        self.run = meaning.run
        if meaning.answer:
            self.run = as_number(meaning) if meaning.kind is Kind.NUMBER else as_text(meaning)
        self.faults = [str(fault) for fault in compiler.faults]
        self.unknown = settle(self.plan)

    def values(self, xml: str, day: str = "2026-11-22") -> list[Any]:
        """The value in each row; a missing one by its reason."""
        root = etree.fromstring(f"<data>{xml}</data>")
        rows = read_interview(self.plan, self.plan.in_order(), root, to_day(day))
        found = [self.run(row) for row in rows.get(self.scope.path, [])]
        return [item.reason if isinstance(item, Missing) else item for item in found]


@pytest.fixture
def value(definition) -> Callable[..., Any]:
    """The value of an expression where these questions of the group `main` are answered."""

    def evaluate(text: str, *, nothing: bool = False, **answers: str) -> Any:
        xml = "".join(f"<{name}>{answer}</{name}>" for name, answer in answers.items())
        found = Expression(definition, text, nothing=nothing).values(f"<main>{xml}</main>")
        return found[0]

    return evaluate


@pytest.fixture
def faults(definition) -> Callable[..., list[str]]:
    """What is wrong with an expression that has a meaning."""

    def check(text: str, unit: str = "") -> list[str]:
        return Expression(definition, text, unit).faults

    return check


@pytest.fixture
def members(definition) -> Callable[..., list[Any]]:
    """The values of an expression in the rows of a repeat, or in the interview around them."""

    def evaluate(text: str, xml: str, unit: str = "m", *, nothing: bool = False) -> list[Any]:
        return Expression(definition, text, unit, nothing).values(f"<main>{xml}</main>")

    return evaluate
