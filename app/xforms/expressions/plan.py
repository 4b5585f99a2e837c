"""What has to be read of an interview for some expressions, and which blanks were not asked.

A blank answer is "irrelevant" when the question's own relevance condition, or that of a group
around it, is surely false; when that depends on a missing answer it is missing for the same
reason; otherwise it was left blank. So "don't know" to a filter question never turns into "no" in
the question behind it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from lxml import etree

from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.meaning import Kind, Run, kind_of
from app.xforms.expressions.parser import parse
from app.xforms.expressions.rows import Row, Scope, read_rows
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Binary, Call, Junction, Node, Path, Question, walk
from app.xforms.expressions.values import BLANK, IRRELEVANT, Missing
from app.xforms.join import PARTNER

Codes = Callable[[Field], dict[str, Missing]]  # the answers of a question that mean missing
Key = tuple[str, int]  # path of a scope, and a slot in its rows
ASKED = "@asked"  # no element has this name


@dataclass(eq=False)
class Condition:
    """When the question or repeat of this slot was asked; `needs`: the slots to settle before."""

    field: Field
    scope: Scope
    slot: int
    codes: Codes
    holds: Run | None = None
    needs: frozenset[Key] = frozenset()


@dataclass(eq=False)
class Plan:
    """Scopes and slots for the expressions of one questionnaire, filled while they are compiled.

    `gate` are the questions whose answers are the same in every interview that is read at all
    (visit result, consent).
    """

    definition: FormDefinition
    gate: frozenset[str] = frozenset()
    top: Scope = field(default_factory=lambda: Scope(""))
    conditions: dict[Key, Condition] = field(default_factory=dict)
    unsettled: list[Condition] = field(default_factory=list)
    read: list[Field] = field(default_factory=list)
    by_path: dict[str, Field] = field(init=False)
    _sources: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_path = {item.path: item for item in self.definition.fields}

    def scope(self, repeat: str | None) -> Scope:
        """The scope of a repeat by its path, or of the interview itself."""
        if not repeat:
            return self.top
        around = self.scope(self.by_path[repeat].repeat)
        scope = around.repeat(repeat)
        if scope.limit is None:
            count = self._count(repeat)
            if count and (count.repeat or "") == around.path:
                scope.limit, _ = around.answer(count.path, {"": BLANK})
        return scope

    def slot(self, item: Field, codes: Codes) -> int:
        """Where the rows of its scope have the answer to a question."""
        scope = self.scope(item.repeat)
        # Several choices may be ticked beside "don't know"; selected() looks closer.
        special = {} if kind_of(item) is Kind.CODES else codes(item)
        slot, new = scope.answer(item.path, {"": BLANK, **special})
        if new:
            self.read.append(item)
        if new:
            self._ask(item, scope, slot, codes)
        return slot

    def asked(self, repeat: Field, codes: Codes) -> int | None:
        """Where the rows around a repeat have why there may be no members; None: always asked.

        BLANK: it was asked, and there are none. Else as a blank answer: not asked, or nobody knows.
        """
        if not self.sources(repeat):
            return None
        scope = self.scope(repeat.repeat)
        self.scope(repeat.path)
        slot, new = scope.answer(f"{repeat.path}/{ASKED}", {})
        if new:
            self._ask(repeat, scope, slot, codes)
        return slot

    def _ask(self, item: Field, scope: Scope, slot: int, codes: Codes) -> None:
        if self.sources(item):
            condition = Condition(item, scope, slot, codes)
            self.conditions[scope.path, slot] = condition
            self.unsettled.append(condition)

    def sources(self, item: Field) -> list[tuple[str, str]]:
        """The conditions that decide whether it is asked in a row of its scope: (path, text)."""
        if item.path not in self._sources:
            self._sources[item.path] = list(self._conditions_around(item))
        return self._sources[item.path]

    def find(self, node: Question | Path, base: str) -> Field | None:
        """The field a reference in the node at `base` means; None when there is none."""
        if isinstance(node, Question):
            return self.definition.field(node.name)
        steps = base.split("/") if base else []
        if node.steps[0] == "":
            home = steps[:1] if base.startswith(PARTNER) else []
            root = home[0].removeprefix(PARTNER) if home else self.definition.root
            steps = home if node.steps[1] == root else [""]
        for step in node.steps[2:] if node.steps[0] == "" else node.steps:
            steps = steps[:-1] if step == ".." else steps if step == "." else [*steps, step]
        return self.by_path.get("/".join(steps))

    def _conditions_around(self, item: Field) -> Iterator[tuple[str, str]]:
        # The rows of a repeat exist only where the repeat and what is around it are relevant.
        steps = item.path.split("/")
        first = item.repeat.count("/") + 1 if item.repeat else 0
        for length in range(first, len(steps)):
            holder = self.by_path.get("/".join(steps[: length + 1]))
            if holder and holder.relevant_if and not self._always_holds(holder):
                yield holder.path, holder.relevant_if

    def _always_holds(self, holder: Field) -> bool:
        try:
            return self._holds(parse(holder.relevant_if or ""), holder)
        except ExpressionError:
            return False

    def _holds(self, node: Node, holder: Field) -> bool:
        """Whether it holds in every row that is read: it is about the gate or the row's count."""
        match node:
            case Junction("and"):
                return all(self._holds(part, holder) for part in node.operands)
            case Binary("<=", Call("position"), Question() | Path() as count):
                limit = self._count(holder.repeat)
                return limit is not None and self.find(count, holder.path) is limit
        parts = [part for part, _ in walk(node) if isinstance(part, Question | Path)]
        found = [self.find(part, holder.path) for part in parts]
        return bool(found) and all(item and item.name in self.gate for item in found)

    def _count(self, repeat: str | None) -> Field | None:
        """The question that says how many members a repeat has."""
        return self.by_path.get(self.definition.repeat_counts.get(repeat or "", ""))

    def in_order(self) -> list[Condition]:
        """The conditions, each after those it depends on."""
        needs = {key: condition.needs for key, condition in self.conditions.items()}
        try:
            order = list(TopologicalSorter(needs).static_order())
        except CycleError:  # refused when a questionnaire is published; old ones may have it
            order = list(self.conditions)
        return [self.conditions[key] for key in order if key in self.conditions]


def read_interview(
    plan: Plan, order: list[Condition], root: etree._Element, day: float | Missing
) -> dict[str, list[Row]]:
    """All rows of an interview by scope, blanks told apart by why they are blank."""
    rows = read_rows(plan.top, root, day)
    for condition in order:
        for row in rows.get(condition.scope.path, ()):
            if row[condition.slot] is BLANK and condition.holds:
                row[condition.slot] = _why_blank(condition.holds(row))
    return rows


def _why_blank(asked: bool | Missing) -> Missing:
    if isinstance(asked, Missing):
        return Missing(asked.reason, unsure=True)
    return BLANK if asked else IRRELEVANT
