"""Functions over the members of a repeat: count(), sum(), min(), max(), join() …"""

from collections.abc import Callable, Sequence
from functools import reduce
from math import inf
from typing import Any

from app.xforms.expressions.coercion import as_day, as_operand, as_text, is_date
from app.xforms.expressions.comparisons import is_blank
from app.xforms.expressions.functions import apply, check_count
from app.xforms.expressions.meaning import Faults, Kind, Meaning, Run
from app.xforms.expressions.rows import AROUND, Row, Scope
from app.xforms.expressions.strict import constant, several
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import BLANK, IRRELEVANT, Missing, finite, worst


def scopes_up(scope: Scope) -> list[Scope]:
    """The scope and those around it, the nearest first."""
    found = [scope]
    while found[-1].around:
        found.append(found[-1].around)
    return found


def climbed(run: Run, levels: int) -> Run:
    """The value in the row that is so many levels around."""
    if levels == 0:
        return run
    if levels == 1:
        return lambda row: run(row[AROUND])
    return climbed(climbed(run, levels - 1), 1)


def rows_of(target: Scope, scope: Scope) -> Run:
    """The rows of a repeat that belong to a row of the scope, or to the nearest row around it."""
    steps = steps_to(target, scope)
    slots = [step.members for step in steps]

    def value(row: Row) -> list[Row]:
        rows = [row]
        for slot in slots:
            rows = [member for outer in rows for member in outer[slot]]
        return rows

    return climbed(value, _levels(steps, scope))


def steps_to(target: Scope, scope: Scope) -> list[Scope]:
    """The repeats on the way to one, from the nearest row that is around both."""
    up, down = scopes_up(scope), [target]
    while down[-1].around not in up:
        down.append(down[-1].around or target)
    return down[::-1]


def _levels(steps: list[Scope], scope: Scope) -> int:
    return scopes_up(scope).index(steps[0].around or steps[0])


def lost(
    target: Scope, scope: Scope, steps: list[tuple[int, int | None]], *, nothing: bool
) -> Run | None:
    """Why nobody knows of some members: their repeat was not asked, or perhaps not.

    `steps` are the slots of the members and of whether they were asked, on the way to the target.
    `nothing` says that a repeat that was not asked surely has no members.
    """
    if all(asked is None for _, asked in steps):
        return None

    def value(row: Row) -> list[Missing]:
        found: list[Missing] = []
        rows = [row]
        for slot, asked in steps:
            reasons = [outer[asked] for outer in rows if asked is not None and not outer[slot]]
            found += [why for why in reasons if why is not BLANK]
            rows = [member for outer in rows for member in outer[slot]]
        return [why for why in found if not (nothing and why is IRRELEVANT)]

    return climbed(value, _levels(steps_to(target, scope), scope))


def count(at: int, parts: Sequence[Meaning], _: Faults) -> Meaning:
    """How many members there are, or for how many a condition holds."""
    check_count("count", at, len(parts), 1, 1)
    members = _members("count", parts[0])
    holds, gone = members.holds, members.lost
    if holds is None and gone is None:
        return Meaning(Kind.NUMBER, lambda row: float(len(members.run(row))), at)

    def tally(row: Row) -> tuple[int, float, Missing]:
        found = [holds(member) if holds else True for member in members.run(row)]
        unknown = [item for item in found if item.__class__ is Missing]
        maybe: float = len(unknown)
        if gone and (why := gone(row)):
            unknown, maybe = [*unknown, *why], inf  # as many as one likes
        return found.count(True), maybe, reduce(worst, unknown, BLANK)

    def value(row: Row) -> float | Missing:
        sure, maybe, why = tally(row)
        return why if maybe else float(sure)

    return Meaning(Kind.NUMBER, value, at, tally=tally)


def count_non_empty(at: int, parts: Sequence[Meaning], _: Faults) -> Meaning:
    """How many members have an answer, be it "don't know"; known whatever is missing."""
    check_count("count-non-empty", at, len(parts), 1, 1)
    members = _members("count-non-empty", parts[0])
    if members.each is None or members.each.answer is None:
        raise ExpressionError("count-non-empty() counts answers: ${question}", parts[0].at)
    blank, gone = is_blank(members.each.answer), members.lost

    def value(row: Row) -> float | Missing:
        if gone and (why := gone(row)):
            return reduce(worst, why, BLANK)
        return float(sum(not blank(member) for member in members.run(row)))

    return Meaning(Kind.NUMBER, value, at)


def join(at: int, parts: Sequence[Meaning], _: Faults) -> Meaning:
    """Texts, or the answers of all members, with a separator between; missing when one is."""
    check_count("join", at, len(parts), 2, None)
    return _joined("join", at, as_text(parts[0]), parts[1:])


def concat(at: int, parts: Sequence[Meaning], _: Faults) -> Meaning:
    """The same without a separator."""
    check_count("concat", at, len(parts), 1, None)
    return _joined("concat", at, constant(""), parts)


def _joined(name: str, at: int, mark: Run, parts: Sequence[Meaning]) -> Meaning:
    first = parts[0]
    if len(parts) > 1 or first.kind is not Kind.MEMBERS:
        runs = [mark, *map(as_text, parts)]
        return Meaning(Kind.TEXT, several(lambda sign, *texts: sign.join(texts), runs), at)
    if first.each is None:
        raise ExpressionError(
            "%(name)s() takes a question of the members: ${question}", first.at, name=name
        )
    each, gone = as_text(first.each), first.lost

    def value(row: Row) -> Any:
        found = [mark(row), *map(each, first.run(row)), *(gone(row) if gone else ())]
        missing = [item for item in found if item.__class__ is Missing]
        return reduce(worst, missing) if missing else found[0].join(found[1:])

    return Meaning(Kind.TEXT, value, at)


def measured(name: str) -> Callable[[int, Sequence[Meaning], Faults], Meaning]:
    """distance() or area(): of one text with places, or of the places of all members in turn."""

    def meaning(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
        if len(parts) == 1 and parts[0].kind is Kind.MEMBERS:
            parts = [_joined(name, at, constant(";"), parts)]
        return apply(name, at, parts, faults)

    return meaning


def total(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The sum over the members; missing when one of them is, 0 without members."""
    check_count("sum", at, len(parts), 1, 1)
    return Meaning(
        Kind.NUMBER, _over("sum", parts[0], lambda values: finite(sum(values, 0.0)), faults), at
    )


def smallest(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The smallest over the members, or of several numbers."""
    return _extreme("min", min, at, parts, faults)


def largest(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The largest over the members, or of several numbers."""
    return _extreme("max", max, at, parts, faults)


def _extreme(
    name: str, call: Callable[..., Any], at: int, parts: Sequence[Meaning], faults: Faults
) -> Meaning:
    check_count(name, at, len(parts), 1, None)
    if len(parts) > 1:
        run = several(call, [as_operand(part, faults) for part in parts])
        return Meaning(Kind.NUMBER, run, at)
    each = parts[0].each
    is_day = each is not None and is_date(each)
    read = as_day if is_day else as_operand
    run = _over(name, parts[0], lambda values: call(values) if values else BLANK, faults, read)
    return Meaning(Kind.DATE if is_day else Kind.NUMBER, run, at)


def _over(
    name: str,
    part: Meaning,
    call: Callable[[list[float]], Any],
    faults: Faults,
    read: Callable[[Meaning, Faults], Run] = as_operand,
) -> Run:
    members = _members(name, part)
    if members.each is None:
        raise ExpressionError(
            "%(name)s() adds up a question of the members: ${question}", part.at, name=name
        )
    each = read(members.each, faults)

    def value(row: Row) -> Any:
        found = [each(member) for member in members.run(row)]
        missing = [item for item in found if item.__class__ is Missing]
        missing += members.lost(row) if members.lost else ()
        return reduce(worst, missing) if missing else call(found)

    return value


def _members(name: str, part: Meaning) -> Meaning:
    if part.kind is Kind.MEMBERS:
        return part
    if part.answer and part.answer.field.repeat:
        raise ExpressionError(
            "inside the repeat %(part)s is one member's own answer:"
            " %(name)s() has nothing to run over",
            part.at,
            part=part.shown,
            name=name,
        )
    raise ExpressionError(
        "%(name)s() runs over the members of a repeat, not over %(part)s",
        part.at,
        name=name,
        part=part.shown,
    )
