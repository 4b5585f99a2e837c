"""Calculations and conditions that depend on themselves; a phone refuses to open such a form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.xforms.xpath import Path, referenced_nodes

Rule = tuple[str, str]  # path of a node and the attribute of its bind: ("/data/x", "calculate")

# JavaRosa orders these by what they read, also where no value would go round: "a is required if
# b" and "b is required if a" is a circle. Constraints, defaults and choice filters are not.
_ORDERED = ("calculate", "relevant", "readonly", "required")
_INHERITED = "relevant"  # the one that concerns all nodes of a group


@dataclass(frozen=True, slots=True)
class Cycle:
    """Rules of which each reads what the one before it decides, and the first reads the last."""

    rules: tuple[Rule, ...]


def find_cycles(binds: Mapping[str, Mapping[str, str]], nodes: Sequence[str]) -> list[Cycle]:
    """Find circles among the rules of a form, the shortest ones through each rule.

    `binds` has the bind attributes of each node by its path ("/data/m/age"), `nodes` the
    paths of all nodes of the form.
    """
    readers = _readers(binds)
    graph: dict[Rule, list[Rule]] = {}
    found = []
    for path, attributes in binds.items():
        for kind in (kind for kind in _ORDERED if kind in attributes):
            rule = (path, kind)
            follow = _followers(rule, nodes, readers)
            if rule in follow:
                found.append(Cycle((rule,)))
            else:
                graph[rule] = list(follow)
    return found + _circles(graph)


def _readers(binds: Mapping[str, Mapping[str, str]]) -> dict[str, list[Rule]]:
    readers: dict[str, list[Rule]] = {}
    for path, attributes in binds.items():
        for kind in (kind for kind in _ORDERED if kind in attributes):
            for node in sorted(referenced_nodes(attributes[kind], _split(path))):
                readers.setdefault("/" + "/".join(node), []).append((path, kind))
    return readers


def _split(path: str) -> Path:
    return tuple(path.strip("/").split("/"))


def _followers(
    rule: Rule, nodes: Sequence[str], readers: Mapping[str, list[Rule]]
) -> dict[Rule, None]:
    path, kind = rule
    concerned = [path]
    if kind == _INHERITED:
        concerned += [node for node in nodes if node.startswith(path + "/")]
    return dict.fromkeys(reader for node in concerned for reader in readers.get(node, ()))


def _circles(graph: Mapping[Rule, list[Rule]]) -> list[Cycle]:
    found: list[Cycle] = []
    told: set[Rule] = set()
    for rule in graph:
        if rule not in told:
            circle = _shortest_way_back(rule, graph)
            told.update(circle)
            if circle:
                found.append(Cycle(circle))
    return found


def _shortest_way_back(start: Rule, graph: Mapping[Rule, list[Rule]]) -> tuple[Rule, ...]:
    before: dict[Rule, Rule] = {}
    front: Iterable[Rule] = [start]
    while front:
        reached = []
        for rule in front:
            for other in graph.get(rule, ()):
                if other not in before:
                    before[other] = rule
                    reached.append(other)
        if start in before:
            return _way(start, before)
        front = reached
    return ()


def _way(start: Rule, before: Mapping[Rule, Rule]) -> tuple[Rule, ...]:
    way = [before[start]]
    while way[-1] != start:
        way.append(before[way[-1]])
    return tuple(reversed(way))
