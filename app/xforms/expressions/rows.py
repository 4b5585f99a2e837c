"""The rows of an interview that expressions look at: the interview itself, members of repeats.

A row is a plain list, because thousands are read per second: the row around it, its position
among the members (for the interview: the day of the interview), then the answers and members
that some expression asks for.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from app.xforms.expressions.values import BLANK, Missing

Row = list[Any]
AROUND, POSITION = 0, 1


@dataclass
class Step:
    """What to do with an element of an interview: keep its text, go inside, collect members."""

    answers: list[tuple[int, dict[str, Missing]]] = field(default_factory=list)
    inside: dict[str, "Step"] = field(default_factory=dict)
    members: int | None = None


@dataclass(eq=False)
class Scope:
    """One kind of row; `path` is the repeat's, "" for the interview as a whole."""

    path: str
    around: "Scope | None" = None
    members: int = 0  # where its rows stand in a row of the scope around it
    blank: Row = field(default_factory=lambda: [None, None])
    steps: dict[str, Step] = field(default_factory=dict)
    scopes: list["Scope"] = field(default_factory=list)
    limit: int | None = None  # where the row around it has the number of members
    _slots: dict[tuple[object, ...], int] = field(default_factory=dict)

    def answer(self, path: str, special: dict[str, Missing]) -> tuple[int, bool]:
        """Where a row has the answer at this path, and whether that is new.

        `special` are the texts that mean missing; one answer may be read under several readings.
        """
        key = (path, *sorted((text, missing.reason) for text, missing in special.items()))
        if key in self._slots:
            return self._slots[key], False
        self._slots[key] = self._add(BLANK)
        self._step(path).answers.append((self._slots[key], special))
        return self._slots[key], True

    def repeat(self, path: str) -> "Scope":
        """The scope of a repeat directly inside this one."""
        for scope in self.scopes:
            if scope.path == path:
                return scope
        scope = Scope(path, self, members=self._add(None))
        self._step(path).members = scope.members
        self.scopes.append(scope)
        return scope

    def _add(self, value: Missing | None) -> int:
        self.blank.append(value)
        return len(self.blank) - 1

    def _step(self, path: str) -> Step:
        names = path.removeprefix(self.path).strip("/").split("/")
        step = self.steps.setdefault(names[0], Step())
        for name in names[1:]:
            step = step.inside.setdefault(name, Step())
        return step


def read_rows(scope: Scope, root: etree._Element, day: float | Missing) -> dict[str, list[Row]]:
    """All rows of an interview by the path of their scope, "" being the interview itself."""
    rows: dict[str, list[Row]] = {}
    _read(scope, without_namespaces(root), (None, day), rows)
    return rows


def _read(
    scope: Scope, element: etree._Element, start: tuple[Row | None, Any], rows: dict[str, list[Row]]
) -> Row:
    row = scope.blank.copy()
    row[AROUND], row[POSITION] = start
    for inner in scope.scopes:
        row[inner.members] = []
    _fill(row, element, scope.steps)
    for inner in scope.scopes:
        found = row[inner.members][: _limit(row, inner)]
        row[inner.members] = members = []
        for position, member in enumerate(found, start=1):
            members.append(_read(inner, member, (row, float(position)), rows))
    rows.setdefault(scope.path, []).append(row)
    return row


def _fill(row: Row, elements: Iterable[etree._Element], steps: dict[str, Step]) -> None:
    for element in elements:
        step = steps.get(element.tag)
        if step is None:
            continue
        if step.answers:
            text = (element.text or "").strip()
            for slot, special in step.answers:
                row[slot] = special.get(text, text)
        elif step.members is not None:
            row[step.members].append(element)
        else:
            _fill(row, element, step.inside)


def _limit(row: Row, scope: Scope) -> int | None:
    """How many members count: lowering a count leaves the rows beyond it in the interview."""
    answer = BLANK if scope.limit is None else row[scope.limit]
    return int(answer) if isinstance(answer, str) and answer.isdecimal() else None


def without_namespaces(root: etree._Element) -> etree._Element:
    """The interview itself, or a copy of one that has a namespace."""
    if not etree.QName(root).namespace:
        return root
    plain = copy(root)
    for element in plain.iter("*"):
        element.tag = etree.QName(element).localname
    return plain
