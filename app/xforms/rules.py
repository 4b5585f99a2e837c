"""Rules of a form that a phone would refuse to open it for: broken expressions and circles."""

from collections.abc import Iterator

from lxml import etree

from app.xforms.columns import place_of, survey_rows
from app.xforms.cycles import Cycle, Rule, find_cycles
from app.xforms.document import FormDocument
from app.xforms.problems import Finding, Place
from app.xforms.untrusted import children
from app.xforms.workbook import Workbook

_EXPRESSIONS = ("calculate", "relevant", "readonly", "required", "constraint")
_COLUMNS = {"calculate": "calculation", "itemset": "choice_filter"}


def rule_findings(document: FormDocument, book: Workbook) -> list[Finding]:
    """Return an error per broken expression and per circle, at the cell of its (first) rule.

    Without a workbook the place is the path of the node.
    """
    places = _Places(book)
    nodes = [path for path, _ in document.nodes()]
    broken = [_broken(rule, places) for rule, text in _rules(document) if not _is_xpath(text)]
    return broken + [_circle(cycle, places) for cycle in find_cycles(document.binds, nodes)]


class _Places:
    """The survey's rows by the path of their node."""

    def __init__(self, book: Workbook) -> None:
        self.sheet = book.sheets.get("survey")
        self.rows = survey_rows(book)

    def of(self, rule: Rule) -> Place:
        path, kind = rule
        if self.sheet is None:
            return Place(cell=path)
        inside = path.lstrip("/").partition("/")[2]
        if inside in self.rows:
            return place_of(self.sheet, self.rows[inside].number, _word(kind))
        repeat = self.rows.get(inside.removesuffix("_count"))  # pyxform's node of a repeat_count
        if repeat:
            return place_of(self.sheet, repeat.number, "repeat_count")
        return Place(self.sheet.name)


def _rules(document: FormDocument) -> Iterator[tuple[Rule, str]]:
    for path, attributes in document.binds.items():
        for kind in _EXPRESSIONS:
            if kind in attributes:
                yield (path, kind), attributes[kind]
    for control in document.body.iter("{*}select1", "{*}select", "{*}rank"):
        for itemset in children(control, "itemset"):
            yield (control.get("ref", "").strip(), "itemset"), itemset.get("nodeset", "")


def _is_xpath(text: str) -> bool:
    try:
        etree.XPath(text)
    except etree.XPathError:
        return False
    return True


def _broken(rule: Rule, places: _Places) -> Finding:
    path, kind = rule
    return Finding(
        "The %(column)s of '%(name)s' is no complete expression: correct it.",
        places.of(rule),
        details={"column": _word(kind), "name": _name(path)},
    )


def _circle(cycle: Cycle, places: _Places) -> Finding:
    path, kind = cycle.rules[0]
    if len(cycle.rules) == 1:
        return Finding(
            "'%(name)s' depends on itself: its %(column)s reads its own value.",
            places.of(cycle.rules[0]),
            details={"name": _name(path), "column": _word(kind)},
        )
    at = {rule: f", {places.of(rule)}" if places.sheet else "" for rule in cycle.rules}
    way = [f"{_name(rule[0])} ({_word(rule[1])}{at[rule]})" for rule in cycle.rules]
    return Finding(
        "A circle, where each needs the one before it: %(way)s.",
        places.of(cycle.rules[0]),
        details={"way": " → ".join([*way, _name(path)])},
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _word(kind: str) -> str:
    return _COLUMNS.get(kind, kind)
