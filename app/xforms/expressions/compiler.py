"""From the tree of an expression to its meaning in the rows of a questionnaire's interviews."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import fmod, pi
from operator import add, itemgetter, mul, neg, sub

from app.xforms.definition import Field
from app.xforms.expressions import checklists, choosing, members
from app.xforms.expressions.coercion import answer_text, as_operand, as_truth, is_nothing
from app.xforms.expressions.comparisons import compare
from app.xforms.expressions.functions import FUNCTIONS, apply, check_count
from app.xforms.expressions.indexed import indexed_repeat
from app.xforms.expressions.meaning import NO_ANSWER, Answer, Faults, Kind, Meaning, Run, kind_of
from app.xforms.expressions.plan import Codes, Key, Plan
from app.xforms.expressions.rows import POSITION, Scope
from app.xforms.expressions.strict import constant, junction, one, several
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import (
    Binary,
    Call,
    Filtered,
    Junction,
    Negative,
    Node,
    Number,
    Path,
    Question,
    Text,
)
from app.xforms.expressions.unknown import REFUSED, no_answer, no_function
from app.xforms.expressions.values import BLANK, Missing, finite

Special = Callable[[int, Sequence[Meaning], Faults], Meaning]
_SPECIAL: dict[str, Special] = {
    "selected": choosing.selected,
    "count-selected": choosing.count_selected,
    "selected-at": choosing.selected_at,
    "if": choosing.choose,
    "coalesce": choosing.coalesce,
    "not": choosing.not_,
    "checklist": checklists.checklist,
    "weighted-checklist": checklists.weighted_checklist,
    "count": members.count,
    "count-non-empty": members.count_non_empty,
    "join": members.join,
    "concat": members.concat,
    "distance": members.measured("distance"),
    "area": members.measured("area"),
    "sum": members.total,
    "min": members.smallest,
    "max": members.largest,
}
_ARITHMETIC: dict[str, Callable[[float, float], float | Missing]] = {
    "+": lambda left, right: finite(add(left, right)),
    "-": lambda left, right: finite(sub(left, right)),
    "*": lambda left, right: finite(mul(left, right)),
    "div": lambda left, right: finite(left / right) if right else BLANK,
    "mod": lambda left, right: fmod(left, right) if right else BLANK,
}
_CONSTANTS = {"true": (Kind.TRUTH, True), "false": (Kind.TRUTH, False), "pi": (Kind.NUMBER, pi)}
NAMES = frozenset({*_SPECIAL, *FUNCTIONS, *_CONSTANTS, "today", "position", "indexed-repeat"})


@dataclass(slots=True)
class Compiler:
    """Gives meanings in one kind of row; what is wrong but not beyond meaning goes to `faults`.

    `base` is the path of the node that the expression belongs to, for `.` and relative paths;
    `codes` gives the answers that mean missing; `nothing` says that an irrelevant answer is known
    to be nothing.
    """

    plan: Plan
    scope: Scope
    base: str = ""
    codes: Codes = lambda _: {}
    nothing: bool = False
    faults: Faults = field(default_factory=list)
    # Questions in use, and whether as answers of members below the row at hand.
    used: dict[str, tuple[Field, bool]] = field(default_factory=dict)
    slots: set[Key] = field(default_factory=set)
    home: Scope | None = None  # the row at hand, where `scope` is that of members below it
    in_brackets: bool = False  # in the condition behind a repeat, about each of its members

    def meaning(self, node: Node) -> Meaning:
        """The meaning of a tree; raises ExpressionError where there is none."""
        match node:
            case Number() | Text():
                return _literal(node)
            case Question() | Path():
                return self._reference(node)
            case Filtered():
                return self._filtered(node)
            case Call():
                return self._call(node)
            case Junction():
                return self._junction(node)
            case Binary():
                return self._binary(node)
            case Negative():
                run = one(neg, as_operand(self.meaning(node.operand), self.faults))
                return Meaning(Kind.NUMBER, run, node.at)

    def _junction(self, node: Junction) -> Meaning:
        runs = [as_truth(self.meaning(part), self.faults) for part in node.operands]
        return Meaning(Kind.TRUTH, junction(runs, decisive=node.operator == "or"), node.at)

    def _binary(self, node: Binary) -> Meaning:
        left, right = self.meaning(node.left), self.meaning(node.right)
        if node.operator not in _ARITHMETIC:
            return Meaning(Kind.TRUTH, compare(node.operator, left, right, self.faults), node.at)
        if node.operator in {"div", "mod"} and is_nothing(right):
            self.faults.append(ExpressionError("nothing can be divided by 0", right.at))
        runs = [as_operand(part, self.faults) for part in (left, right)]
        return Meaning(Kind.NUMBER, several(_ARITHMETIC[node.operator], runs), node.at)

    def _call(self, node: Call) -> Meaning:
        if node.name in REFUSED:
            raise ExpressionError(REFUSED[node.name], node.at, name=node.name)
        if node.name == "position":
            return self._position(node)
        if node.name == "indexed-repeat":
            return indexed_repeat(self, node)
        parts = [self.meaning(part) for part in node.arguments]
        if node.name in _SPECIAL:
            return _SPECIAL[node.name](node.at, parts, self.faults)
        if node.name in FUNCTIONS:
            return apply(node.name, node.at, parts, self.faults)
        if node.name in NAMES:
            check_count(node.name, node.at, len(parts), 0, 0)
            return self._fixed(node)
        raise no_function(node, NAMES)

    def _fixed(self, node: Call) -> Meaning:
        if node.name == "today":
            levels = len(members.scopes_up(self.scope)) - 1
            return Meaning(Kind.DATE, members.climbed(itemgetter(POSITION), levels), node.at)
        kind, value = _CONSTANTS[node.name]
        return Meaning(kind, constant(value), node.at)

    def _position(self, node: Call) -> Meaning:
        """The place of a member: of the row at hand, or with more `..` of a row around it."""
        if self.in_brackets and not node.arguments:
            return Meaning(Kind.NUMBER, itemgetter(POSITION), node.at)
        steps = _steps(node.arguments[0]) if len(node.arguments) == 1 else ()
        # The expression of a row stands as if it were that of a question of the repeat.
        depth = self.base.count("/") + 1 + (self.base == self.scope.path) - len(steps)
        around = members.scopes_up(self.scope)[:-1]
        levels = [_depth(scope) for scope in around] if set(steps) == {".."} else []
        found = [place for place, level in enumerate(levels) if level == depth]
        if found or (levels and depth > levels[0]):
            # To a phone, a group among the members has the place 1.
            run = members.climbed(itemgetter(POSITION), found[0]) if found else constant(1.0)
            return Meaning(Kind.NUMBER, run, node.at)
        raise ExpressionError(
            "position(..) is the place of a member in its repeat, position(../..) that of the"
            " member around it, and position() stands in brackets behind a repeat",
            node.at,
        )

    def _filtered(self, node: Filtered) -> Meaning:
        found = self._reference(node.of)
        if found.kind is not Kind.MEMBERS or found.each or found.scope is None:
            raise ExpressionError("only a repeat can have a condition in brackets", node.at)
        inner = replace(self.among(found.scope), in_brackets=True)
        found.holds = as_truth(inner.meaning(node.condition), self.faults)
        return found

    def _reference(self, node: Question | Path) -> Meaning:
        item = self.plan.find(node, self.base)
        if item is None or item.type in NO_ANSWER:
            raise no_answer(node, item, self.plan.definition)
        if item.type == "repeat":
            return self._members(self.plan.scope(item.path), node.at)
        target = self.plan.scope(item.repeat)
        if target in members.scopes_up(self.scope):
            return self.answer(item, node.at)
        found = self._members(target, node.at)
        found.each = self.among(target).answer(item, node.at)
        return found

    def _members(self, target: Scope, at: int) -> Meaning:
        steps = [
            (scope.members, self._asked(scope)) for scope in members.steps_to(target, self.scope)
        ]
        lost = members.lost(target, self.scope, steps, nothing=self.nothing)
        run = members.rows_of(target, self.scope)
        return Meaning(Kind.MEMBERS, run, at, scope=target, lost=lost)

    def _asked(self, scope: Scope) -> int | None:
        """Where the rows around it have whether the repeat was asked; None: it always is."""
        repeat = self.plan.by_path[scope.path]
        slot = self.plan.asked(repeat, self.codes)
        if slot is not None and scope.around:
            self.slots.add((scope.around.path, slot))
            below = scope.around not in members.scopes_up(self.home or self.scope)
            self.used.setdefault(repeat.path, (repeat, below))
        return slot

    def among(self, scope: Scope) -> "Compiler":
        """The compiler for the rows of members below the row at hand, or beside it."""
        return replace(self, scope=scope, base=scope.path, home=self.home or self.scope)

    def get(self, item: Field) -> Run:
        """The answer to a question asked in this row, or in a row around it, as it stands there."""
        scope = self.plan.scope(item.repeat)
        slot = self.plan.asked(item, self.codes) if item.type == "repeat" else None
        if slot is None:
            slot = self.plan.slot(item, self.codes)
        self.slots.add((scope.path, slot))
        return members.climbed(itemgetter(slot), members.scopes_up(self.scope).index(scope))

    def answer(self, item: Field, at: int) -> Meaning:
        """The meaning of a question asked in this row, or in a row around it."""
        plan = self.plan
        below = plan.scope(item.repeat) not in members.scopes_up(self.home or self.scope)
        self.used.setdefault(item.path, (item, below))
        get = self.get(item)
        choices = frozenset(plan.definition.choices.get(item.list or "", ()))
        nothing = self.nothing and bool(plan.sources(item))
        answer = Answer(item, get, self.codes(item), choices, nothing)
        return Meaning(kind_of(item), answer_text(answer), at, answer=answer)


def _literal(node: Number | Text) -> Meaning:
    if isinstance(node, Number):
        return Meaning(Kind.NUMBER, constant(float(node.text)), node.at, node.text)
    if not node.value:
        return Meaning(Kind.NOTHING, constant(BLANK), node.at, "")
    return Meaning(Kind.TEXT, constant(node.value), node.at, node.value)


def _depth(scope: Scope) -> int:
    return scope.path.count("/") + 1


def _steps(node: Node) -> tuple[str, ...]:
    return node.steps if isinstance(node, Path) else ()
