"""What an expression is made of; `at` is where the part starts in the text."""

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes."""

    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Question:
    """`${name}`: a question, calculation or repeat."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """A location path, as the binds of an XForm have them; an absolute one starts with ""."""

    steps: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Filtered:
    """`of[condition]`: the members for whom the condition holds."""

    of: "Question | Path"
    condition: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison or arithmetic."""

    operator: str
    left: "Node"
    right: "Node"
    at: int


@dataclass(frozen=True, slots=True)
class Junction:
    """Two or more conditions joined by `and` or by `or`."""

    operator: str
    operands: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus in front of a number."""

    operand: "Node"
    at: int


Node = Number | Text | Question | Path | Filtered | Call | Binary | Junction | Negative


def parts(node: Node) -> list[Node]:
    """The parts the node is directly made of."""
    found: list[Node] = []
    for item in fields(node):
        value = getattr(node, item.name)
        found += [part for part in (value if isinstance(value, tuple) else (value,)) if _is(part)]
    return found


def _is(value: object) -> bool:
    return isinstance(value, Node)


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """The node and all parts below it, each with its depth."""
    waiting = [(node, 0)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting += [(part, depth + 1) for part in parts(current)]
