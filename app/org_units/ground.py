"""PURE. Whose ground lies within whose, at every date, out of a few facts.

The facts are few: from when until when a place was, what it lay in meanwhile, and which places its
ground went to. Everything else follows. While a place is, its ground lies in its parents. After it
ended, in whatever holds all of the places that took its ground; before it began, in whatever held
all of the places that its ground came from. A place without such relatives shares its parent's
fate: a district that was abolished lies in the province that took its province.

Days are inclusive at both ends; an empty end is open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

DAY = timedelta(days=1)


class Span(NamedTuple):
    """From a day until a day, and what a place lay in meanwhile (None: nothing, or not asked)."""

    first: date
    last: date | None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of places, by id."""

    lives: Mapping[int, Span]
    parents: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    successors: Mapping[int, Sequence[int]] = field(default_factory=dict)
    predecessors: Mapping[int, Sequence[int]] = field(default_factory=dict)


class Row(NamedTuple):
    """The ground of one place lies in another; distance 0 is itself or the same rung."""

    unit: int
    ancestor: int
    first: date
    last: date | None
    distance: int


class Piece(NamedTuple):
    """In this time, the ground lies within these places, each at a distance."""

    first: date
    last: date | None
    around: Mapping[int, int]


def closure(facts: Facts, units: Iterable[int]) -> Iterator[Row]:
    """Every row of these places, each ancestor's times put together where they meet."""
    look = _Look(facts)
    for unit in units:
        yield from _rows(unit, [*look.before(unit), *look.alive(unit), *look.after(unit)])


class _Look:
    """The three times of a place; each is worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.alive = cache(self._alive)
        self.after = cache(self._after)
        self.before = cache(self._before)

    def _alive(self, unit: int) -> list[Piece]:
        spans = self.facts.parents.get(unit)
        if not spans:
            life = self.facts.lives[unit]
            return [Piece(life.first, life.last, {unit: 0})]
        return [
            piece._replace(around={unit: 0} | _further(piece.around))
            for span in spans
            if span.parent is not None
            for piece in _clip(self.alive(span.parent), span.first, span.last)
        ]

    def _after(self, unit: int) -> list[Piece]:
        last = self.facts.lives[unit].last
        if last is None:
            return []
        several = [
            [*self.alive(place), *self.after(place)]
            for place in self.facts.successors.get(unit, ())
        ]
        pieces = _in_all(several) if several else self._with_parent(unit, last)
        return _clip(pieces, last + DAY, None)

    def _before(self, unit: int) -> list[Piece]:
        first = self.facts.lives[unit].first
        several = [
            [*self.before(place), *self.alive(place)]
            for place in self.facts.predecessors.get(unit, ())
        ]
        pieces = _in_all(several) if several else self._with_parent(unit, first)
        return _clip(pieces, None, first - DAY)

    def _with_parent(self, unit: int, on: date) -> list[Piece]:
        """The times of the parent on a day, as far as they do not hang on this place's own."""
        for span in self.facts.parents.get(unit, ()):
            if span.parent is not None and span.first <= on <= (span.last or on):
                parent = span.parent
                pieces = [*self.before(parent), *self.alive(parent), *self.after(parent)]
                return [piece._replace(around=_further(piece.around)) for piece in pieces]
        return []


def _first(piece: Piece) -> date:
    return piece.first


def _further(around: Mapping[int, int]) -> dict[int, int]:
    return {place: distance + 1 for place, distance in around.items()}


def _clip(pieces: Iterable[Piece], first: date | None, last: date | None) -> list[Piece]:
    clipped = []
    for piece in pieces:
        begins = piece.first if first is None else max(piece.first, first)
        ends = _earlier(piece.last, last)
        if ends is None or begins <= ends:
            clipped.append(Piece(begins, ends, piece.around))
    return clipped


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _in_all(several: Sequence[list[Piece]]) -> list[Piece]:
    """What holds all of several grounds, in the times they have in common."""
    common, *others = several
    for pieces in others:
        common = [
            part._replace(around=_shared(piece.around, part.around))
            for piece in common
            for part in _clip(pieces, piece.first, piece.last)
        ]
    return common


def _shared(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    return {place: min(at, other[place]) for place, at in one.items() if place in other}


def _rows(unit: int, pieces: Iterable[Piece]) -> Iterator[Row]:
    open_rows: dict[int, Row] = {}
    for piece in sorted(pieces, key=_first):
        for ancestor, distance in piece.around.items():
            row = open_rows.get(ancestor)
            meets = row is not None and row.last is not None and row.last + DAY == piece.first
            if row is not None and meets and row.distance == distance:
                open_rows[ancestor] = row._replace(last=piece.last)
                continue
            if row is not None:
                yield row
            open_rows[ancestor] = Row(unit, ancestor, piece.first, piece.last, distance)
    yield from open_rows.values()
