"""PURE. Reads `$filter`: comparisons of fields, joined by and, or and not.

A filter is asked of rows as they are given out, never of what is behind them: what is withheld is
null to it, as it is to the reader.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, NoReturn

from app.errors import BadRequest

LONGEST, DEEPEST = 4000, 50
INT, DOUBLE, STRING = "Edm.Int32", "Edm.Double", "Edm.String"
BOOLEAN, DATE, INSTANT = "Edm.Boolean", "Edm.Date", "Edm.DateTimeOffset"

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))"
    r"|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign>[(),]))"
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne,
    "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
FOLDS: dict[str, Callable[[str], str]] = {"tolower": str.lower, "toupper": str.upper}

Row = Mapping[str, Any]
Condition = Callable[[Row], bool]


class Value(NamedTuple):
    """A side of a comparison: its kind (None: of null) and what it is in a row."""

    kind: str | None
    of: Callable[[Row], Any]
    field: str | None = None
    literal: Any = None


class Filter(NamedTuple):
    """Whether a row is wanted; and what fields must be, so that less need be read at all."""

    holds: Condition
    equals: Mapping[str, Any]


def read_filter(text: str, fields: Mapping[str, str]) -> Filter:
    """The filter in a text over fields of these kinds; raises `BadRequest`."""
    if len(text) > LONGEST:
        raise BadRequest("The $filter is longer than %(most)s characters.", most=LONGEST)
    reader = _Reader(text, fields)
    found = reader.either(0)
    if reader.word is not None:
        reader.refuse()
    return found


class _Reader:
    """Goes through the tokens of one filter; a method for each level of precedence."""

    def __init__(self, text: str, fields: Mapping[str, str]) -> None:
        self.text, self.fields, self.at = text, fields, 0
        self.kind: str | None = None
        self.word: str | None = None
        self.next()

    def next(self) -> None:
        """Goes on to the next token."""
        rest = self.text[self.at :]
        if not rest.strip():
            self.kind = self.word = None
            return
        match = TOKEN.match(self.text, self.at)
        if match is None:
            self.refuse()
        self.kind, self.word = match.lastgroup, match[str(match.lastgroup)]
        self.at = match.end()

    def refuse(self) -> NoReturn:
        """What is here is not understood."""
        raise BadRequest(
            "The $filter is not understood near “%(near)s”. Compare fields with eq, ne, gt, ge, lt,"
            " le, and join comparisons with and, or, not.",
            near=self.text[max(self.at - 20, 0) : self.at + 20].strip() or self.text[-20:],
        )

    def takes(self, word: str) -> bool:
        """Whether this word is next; it is passed then."""
        found = self.word == word and self.kind in {"word", "sign"}
        if found:
            self.next()
        return found

    def expect(self, sign: str) -> None:
        """Passes a sign that has to be here."""
        if not self.takes(sign):
            self.refuse()

    def either(self, depth: int) -> Filter:
        """`a or b`"""
        parts = [self.both(depth)]
        while self.takes("or"):
            parts.append(self.both(depth))
        if len(parts) == 1:
            return parts[0]
        tests = [part.holds for part in parts]
        return Filter(lambda row: any(test(row) for test in tests), {})

    def both(self, depth: int) -> Filter:
        """`a and b`"""
        parts = [self.negated(depth)]
        while self.takes("and"):
            parts.append(self.negated(depth))
        if len(parts) == 1:
            return parts[0]
        tests = [part.holds for part in parts]
        known = {name: value for part in parts for name, value in part.equals.items()}
        return Filter(lambda row: all(test(row) for test in tests), known)

    def negated(self, depth: int) -> Filter:
        """`not a`, or what stands in brackets, or a comparison."""
        if depth > DEEPEST:
            raise BadRequest("The $filter has too many brackets inside each other.")
        if self.takes("not"):
            inner = self.negated(depth + 1).holds
            return Filter(lambda row: not inner(row), {})
        if self.takes("("):
            found = self.either(depth + 1)
            self.expect(")")
            return found
        if self.kind == "word" and self.word in TESTS:
            return self.tested(depth)
        return self.compared(depth)

    def tested(self, depth: int) -> Filter:
        """`contains(Name,'x')` and its like."""
        test = TESTS[str(self.word)]
        text, part = self.arguments(2, depth)
        return Filter(lambda row: test(text.of(row) or "", part.of(row) or ""), {})

    def arguments(self, count: int, depth: int) -> list[Value]:
        """The texts between a function's brackets."""
        self.next()
        self.expect("(")
        found = [self.value(depth + 1)]
        while self.takes(","):
            found.append(self.value(depth + 1))
        self.expect(")")
        if len(found) != count or any(value.kind != STRING for value in found):
            self.refuse()
        return found

    def compared(self, depth: int) -> Filter:
        """`Field eq 5`, `Field in ('a','b')`, or a field that is true or false."""
        left = self.value(depth)
        if self.takes("in"):
            return self.among(left, depth)
        name = self.word if self.kind == "word" else None
        compare = COMPARISONS.get(name or "")
        if compare is None:
            if left.kind != BOOLEAN:
                self.refuse()
            return Filter(lambda row: left.of(row) is True, {})
        self.next()
        right = self.value(depth)
        self.check(left, right)
        return Filter(_comparison(str(name), compare, left, right), _known(str(name), left, right))

    def among(self, left: Value, depth: int) -> Filter:
        """`Field in (1,2)`"""
        self.expect("(")
        values = [self.value(depth)]
        while self.takes(","):
            values.append(self.value(depth))
        self.expect(")")
        for value in values:
            self.check(left, value)
        return Filter(lambda row: left.of(row) in [value.of(row) for value in values], {})

    def check(self, left: Value, right: Value) -> None:
        """Refuses to compare a text with a number."""
        kinds = {DOUBLE if v.kind == INT else v.kind for v in (left, right) if v.kind}
        if len(kinds) > 1:
            raise BadRequest(
                "The $filter compares %(kinds)s; texts stand in single quotes, numbers do not.",
                kinds=" and ".join(sorted(kinds)),
            )

    def value(self, depth: int) -> Value:
        """A field, a literal, or a folded text."""
        kind, word = self.kind, str(self.word)
        if depth > DEEPEST or kind in {None, "sign"}:
            self.refuse()
        if kind == "word" and word in FOLDS:
            fold = FOLDS[word]
            (text,) = self.arguments(1, depth)
            return Value(STRING, lambda row: fold(text.of(row) or ""))
        if kind == "word" and word not in {"true", "false", "null"}:
            if word not in self.fields:
                raise BadRequest("There is no field “%(name)s” to filter by.", name=word)
            self.next()
            return Value(self.fields[word], lambda row: row[word], word)
        self.next()
        return _literal(str(kind), word)


def _literal(kind: str, word: str) -> Value:
    try:
        edm, value = _read_literal(kind, word)
    except ValueError as error:
        raise BadRequest("“%(word)s” in the $filter is no such day.", word=word) from error
    return Value(edm, lambda _row: value, None, value)


def _read_literal(kind: str, word: str) -> tuple[str | None, Any]:
    if kind == "text":
        return STRING, word[1:-1].replace("''", "'")
    if kind == "number":
        return DOUBLE, float(word)
    if kind == "date":
        return DATE, date.fromisoformat(word)
    if kind == "instant":
        return INSTANT, datetime.fromisoformat(word)
    return (None, None) if word == "null" else (BOOLEAN, word == "true")


def _comparison(
    name: str, compare: Callable[[Any, Any], bool], left: Value, right: Value
) -> Condition:
    def holds(row: Row) -> bool:
        one, other = left.of(row), right.of(row)
        if (one is None or other is None) and name not in {"eq", "ne"}:
            return False  # nothing is larger or smaller than what is not there
        return bool(compare(one, other))

    return holds


def _known(name: str, left: Value, right: Value) -> Mapping[str, Any]:
    for field, value in ((left, right), (right, left)):
        if name == "eq" and field.field and not value.field and value.literal is not None:
            return {field.field: value.literal}
    return {}


def split_list(text: str) -> Iterator[str]:
    """The parts of a list such as `$select`, without blanks."""
    return filter(None, (part.strip() for part in text.split(",")))


KEYS = re.compile(r"\s*(?:(?P<name>\w+)\s*=\s*)?(?P<value>'(?:[^']|'')*'|[\w.:+-]+)\s*(?:,|$)")


def split_keys(text: str, names: tuple[str, ...]) -> dict[str, str]:
    """The literals between an entity's brackets, by name: `'2026-1'`, or `Round='2026-1',N=1`."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = KEYS.match(text, at)
        if match is None:
            break
        found[match["name"] or names[0]] = match["value"]
        at = match.end()
    if at < len(text) or set(found) != set(names):
        raise BadRequest("A row is named by %(keys)s.", keys=", ".join(names))
    return found
