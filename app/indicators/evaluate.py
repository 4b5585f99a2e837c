"""Evaluates indicators on one interview: what it adds to each figure it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from app.indicators.cells import Cell, Cells, add
from app.indicators.definitions import Indicator
from app.indicators.formula import Formula, Group, compile_breakdown, compile_formula, unit_scope
from app.xforms.definition import FormDefinition
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.dates import to_day
from app.xforms.expressions.meaning import Run
from app.xforms.expressions.plan import Plan, read_interview
from app.xforms.expressions.rows import Row
from app.xforms.expressions.strict import constant
from app.xforms.join import MARK

__all__ = ["Cell", "Evaluator", "compile_indicators", "gate_of", "text_at"]
GATE = ("visit_result", "consent")  # settings that name questions; both are 1 in a full interview


@dataclass(slots=True)
class _Unit:
    """What is evaluated on the rows of one scope.

    Indicators share their breakdowns, and mostly whom they are about: both are looked at once per
    row. With each formula stand its indicator's place, and where its condition and groups stand.
    """

    path: str
    formulas: list[tuple[int, Formula, int, list[int]]] = field(default_factory=list)
    eligible: dict[object, Run] = field(default_factory=dict)
    keys: list[object] = field(default_factory=list)
    groups: list[tuple[str, Run]] = field(default_factory=list)

    def add(self, index: int, formula: Formula, groups: list[Group]) -> None:
        """Takes an indicator in; raises the fault of a breakdown without meaning."""
        self.eligible.setdefault(formula.eligible_key, formula.eligible or constant(True))
        condition = list(self.eligible).index(formula.eligible_key)
        self.formulas.append((index, formula, condition, [self.place(group) for group in groups]))

    def place(self, group: Group) -> int:
        """Where the group of a row stands; raises the fault of one without meaning."""
        if group.run is None:
            raise group.faults[-1]
        if group.key not in self.keys:
            self.keys.append(group.key)
            self.groups.append((group.breakdown.name, group.run))
        return self.keys.index(group.key)


class Evaluator:
    """Indicators of one version of a questionnaire, ready for its interviews."""

    def __init__(self, plan: Plan, units: list[_Unit]) -> None:
        self._plan = plan
        self._conditions = plan.in_order()
        self._units = units

    def evaluate(self, root: etree._Element, *, interview_date: str) -> list[Cell]:
        """What a complete interview adds to the figures; `interview_date` is an ISO date."""
        cells: Cells = {}
        rows = read_interview(self._plan, self._conditions, root, to_day(interview_date))
        for unit in self._units:
            for row in rows.get(unit.path, ()):
                _add_row(cells, unit, row)
        return list(cells.values())


def compile_indicators(indicators: Sequence[Indicator], definition: FormDefinition) -> Evaluator:
    """Compiles checked indicators for the interviews of one version of a questionnaire.

    Raises ExpressionError or ValueError for what `check_indicators` would have found.
    """
    plan = Plan(definition, frozenset(gate_of(definition)))
    units: dict[str, _Unit] = {}
    for index, indicator in enumerate(indicators):
        _enter(units, plan, index, indicator)
    settle(plan)
    return Evaluator(plan, list(units.values()))


def gate_of(definition: FormDefinition) -> dict[str, str]:
    """The questions that open the interview, or both that are joined, by name, with their paths."""
    settings = definition.settings.items()
    names = [name for setting, name in settings if setting.rpartition(MARK)[2] in GATE]
    found = [definition.field(name) for name in names]
    return {item.name: item.path for item in found if item}


def _enter(units: dict[str, _Unit], plan: Plan, index: int, indicator: Indicator) -> None:
    scope = unit_scope(plan, indicator.unit)
    if scope is None:
        raise ValueError(f"{indicator.code}: there is no repeat {indicator.unit}")
    formula = compile_formula(indicator, plan, scope)
    if formula.broken:
        raise formula.broken
    unit = units.setdefault(scope.path, _Unit(scope.path))
    groups = [compile_breakdown(indicator, item, plan, scope) for item in indicator.by]
    unit.add(index, formula, groups)


def _add_row(cells: Cells, unit: _Unit, row: Row) -> None:
    groups = [(name, run(row)) for name, run in unit.groups]
    eligible = [run(row) for run in unit.eligible.values()]
    for index, formula, condition, by in unit.formulas:
        inside = eligible[condition]
        if inside is False:
            continue
        worth = formula.worth(row) if inside is True else inside
        add(cells, (index, "", ""), worth)
        for place in by:
            name, value = groups[place]
            if value.__class__ is tuple:  # of several groups, the row is in each
                for one in value:
                    add(cells, (index, name, one), worth)
            else:
                add(cells, (index, name, value if value.__class__ is str else ""), worth)


def text_at(root: etree._Element, path: str) -> str:
    """The answer at a path, trimmed; namespaces do not matter."""
    element: etree._Element | None = root
    for name in path.split("/"):
        if element is None:
            return ""
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return "" if element is None else (element.text or "").strip()
