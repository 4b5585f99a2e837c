"""Functions that look at choices, or choose between values: selected(), if(), coalesce() …"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from app.errors import Phrase, phrase
from app.xforms.expressions.coercion import (
    as_number,
    as_operand,
    as_text,
    as_truth,
    missing_among,
    one_value,
)
from app.xforms.expressions.comparisons import check_code, is_code
from app.xforms.expressions.functions import check_count
from app.xforms.expressions.meaning import Answer, Faults, Kind, Meaning, Run
from app.xforms.expressions.rows import Row
from app.xforms.expressions.strict import constant, negation, one, several
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import BLANK, IRRELEVANT, Missing

_NUMBERS = {Kind.NUMBER, Kind.TRUTH, Kind.ANY}
_TEXTS = {Kind.TEXT, Kind.CODE, Kind.CODES, Kind.ANY}


def selected(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """Whether a choice is ticked; other choices do not hide it, "don't know" hides the others."""
    check_count("selected", at, len(parts), 2, 2)
    answer = _choices("selected", parts[0], faults)
    code = parts[1].literal
    if code is None:
        return Meaning(Kind.TRUTH, several(_ticked, [as_text(parts[0]), as_text(parts[1])]), at)
    if parts[0].kind is Kind.CODE:
        return Meaning(Kind.TRUTH, is_code(answer, code, parts[1].at, faults), at)
    check_code(answer, code, parts[1].at, faults)
    return Meaning(Kind.TRUTH, _is_ticked(answer, code), at)


def _is_ticked(answer: Answer, code: str) -> Run:
    hiding = {} if code in answer.codes else answer.codes

    def value(row: Row) -> Any:
        found = answer.get(row)
        if found.__class__ is Missing:
            return False if answer.nothing and found is IRRELEVANT else found
        ticked = found.split()
        if code in ticked:
            return True
        return missing_among(ticked, hiding) or False

    return value


def _ticked(text: str, code: str) -> bool:
    return code in text.split()


def count_selected(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """How many choices are ticked."""
    check_count("count-selected", at, len(parts), 1, 1)
    _choices("count-selected", parts[0], faults)
    return Meaning(Kind.NUMBER, one(lambda text: float(len(text.split())), as_text(parts[0])), at)


def selected_at(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The choice ticked at a place, from 0; missing beyond the last."""
    check_count("selected-at", at, len(parts), 2, 2)
    answer = _choices("selected-at", parts[0], faults)
    runs = [as_text(parts[0]), as_operand(parts[1], faults)]
    return Meaning(Kind.TEXT, several(_ticked_at, runs), at, picked=answer)


def _ticked_at(text: str, place: float) -> str | Missing:
    ticked = text.split()
    return ticked[int(place)] if 0 <= place < len(ticked) else BLANK


def _choices(name: str, part: Meaning, faults: Faults) -> Answer:
    one_value(part)
    if part.answer is None:
        raise ExpressionError("%(name)s() looks at a question: ${name}", part.at, name=name)
    if part.kind not in {Kind.CODE, Kind.CODES, Kind.ANY}:
        faults.append(
            ExpressionError(
                "%(part)s is not a select: %(name)s() has no meaning",
                part.at,
                part=part.shown,
                name=name,
            )
        )
    return part.answer


def choose(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """if(): one of two values; missing where the condition is."""
    check_count("if", at, len(parts), 3, 3)
    condition = as_truth(parts[0], faults)
    kind, (yes, no) = _alike("if", parts[1:], faults)

    def value(row: Row) -> Any:
        holds = condition(row)
        if holds is True:
            return yes(row)
        return no(row) if holds is False else holds

    return Meaning(kind, value, at)


def coalesce(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The first value that is not missing, nor a text without letters."""
    check_count("coalesce", at, len(parts), 1, None)
    kind, runs = _alike("coalesce", parts, faults)

    def value(row: Row) -> Any:
        found: Any = BLANK
        for run in runs:
            found = run(row)
            if found.__class__ is not Missing and found != "":
                break
        return found

    return Meaning(kind, value, at)


def _alike(name: str, parts: Sequence[Meaning], faults: Faults) -> tuple[Kind, list[Run]]:
    """One kind for several values, and the values as that kind; '' is missing in any of them."""
    kind = _common({part.kind for part in parts} - {Kind.NOTHING})
    if kind is None:
        faults.append(
            ExpressionError(
                "%(name)s() gives %(kinds)s: they must be alike",
                parts[0].at,
                name=name,
                kinds=_listed(part.kind for part in parts),
            )
        )
        kind = Kind.TEXT
    blank = constant(BLANK)
    return kind, [blank if part.kind is Kind.NOTHING else _as(kind, part) for part in parts]


def _listed(kinds: Iterable[Kind]) -> Phrase:
    """The kinds, each once, with "and" between."""
    words = (kind.words for kind in sorted(set(kinds)))
    return reduce(lambda one, other: phrase("%(one)s and %(other)s", one=one, other=other), words)


def _common(kinds: set[Kind]) -> Kind | None:
    if not kinds:
        return Kind.NOTHING
    if len(kinds) == 1 and not kinds & {Kind.CODE, Kind.CODES, Kind.MEMBERS}:
        return next(iter(kinds))
    if kinds <= _NUMBERS:
        return Kind.NUMBER
    return Kind.TEXT if kinds <= _TEXTS else None


def _as(kind: Kind, part: Meaning) -> Run:
    if kind is Kind.NUMBER:
        return as_number(part)
    return part.run if kind in {Kind.TRUTH, Kind.DATE} else as_text(part)


def not_(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The contrary of a condition; missing where it is."""
    check_count("not", at, len(parts), 1, 1)
    return Meaning(Kind.TRUTH, negation(as_truth(parts[0], faults)), at)
