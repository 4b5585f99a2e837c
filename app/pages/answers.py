"""An interview's answers as a person reads them: in the form's order, with headings, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.i18n import label
from app.pages.answer_texts import answer_text
from app.submissions.keys import answer_keys
from app.submissions.personal import Personal
from app.submissions.queries import Contents
from app.xforms.definition import Field, FormDefinition

# Nodes that ask nothing; calculations and what the phone noted stand apart, at the end.
SILENT = {"note", "group", "repeat"}
TECHNICAL = {
    "calculate", "hidden", "start", "end", "today", "deviceid", "username", "phonenumber",
    "email", "audit", "start-geopoint",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer, or with one for each row of the repeat it is in."""

    path: str
    label: str
    texts: list[str | None]  # None: no answer
    is_personal: bool

    @property
    def is_answered(self) -> bool:
        """Whether there is any answer."""
        return any(text is not None for text in self.texts)


@dataclass(slots=True)
class Section:
    """Questions under one heading of the form, with a column for each row of the repeat."""

    path: str
    title: str
    is_repeat: bool
    columns: list[str]  # the rows' positions; outside repeats a single one without a title
    lines: list[Line] = field(default_factory=list)

    def shown(self, with_personal: bool) -> list[Line]:
        """The questions with an answer, and those whose answer may be hidden."""
        return [
            line
            for line in self.lines
            if line.texts and (line.is_answered or (line.is_personal and not with_personal))
        ]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a form asks and an interview answers."""

    sections: list[Section]
    unanswered: list[str]
    technical: list[Line]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the answers to a form's questions are."""

    definition: FormDefinition
    contents: Contents
    personal: Personal | None
    names: Mapping[str, str]

    def positions(self, repeat: str) -> list[str]:
        return [row.position for row in self.contents.rows if row.repeat == repeat]

    def values(self, item: Field, key: str) -> list[Any]:
        if item.repeat is None:
            return [self._top(item).get(key)]
        return [self._row(item, position).get(key) for position in self.positions(item.repeat)]

    def _top(self, item: Field) -> Mapping[str, Any]:
        if item.pii:
            return self.personal.top if self.personal else {}
        return self.contents.interview.answers

    def _row(self, item: Field, position: str) -> Mapping[str, Any]:
        if item.pii:
            rows = self.personal.rows if self.personal else {}
            return rows.get((str(item.repeat), position), {})
        where = (item.repeat, position)
        found = (r.answers for r in self.contents.rows if (r.repeat, r.position) == where)
        return next(found, {})


def answer_sheet(
    definition: FormDefinition,
    contents: Contents,
    personal: Personal | None,
    names: Mapping[str, str],
) -> Sheet:
    """Puts the answers in order; `names` has words for codes of lists that the server makes.

    Without `personal`, answers tagged personal are there as questions without an answer.
    """
    source = _Source(definition, contents, personal, names)
    headings = _headings(definition)
    sections: list[Section] = []
    technical = []
    for item, line in _lines(source):
        if item.type in TECHNICAL:
            technical.append(line)
            continue
        heading = _heading_of(item, headings)
        if not sections or sections[-1].path != heading.path:
            columns = source.positions(item.repeat) if item.repeat else [""]
            title = label(heading.labels)
            sections.append(Section(heading.path, title, item.repeat is not None, columns))
        sections[-1].lines.append(line)
    silent = [
        line.label for section in sections for line in section.lines
        if not line.is_answered and not line.is_personal
    ]  # fmt: skip
    return Sheet(sections, silent, [line for line in technical if line.is_answered])


def _lines(source: _Source) -> Iterator[tuple[Field, Line]]:
    keys = answer_keys(source.definition)
    for item in source.definition.fields:
        if item.type in SILENT or item.path not in keys:
            continue
        values = source.values(item, keys[item.path])
        texts = [_text(source, item, value) for value in values]
        yield item, Line(item.path, label(item.labels, item.name), texts, bool(item.pii))


def _text(source: _Source, item: Field, value: Any) -> str | None:
    if value is None:
        return None
    choices = source.definition.choices.get(item.list or "", {})
    return answer_text(item.type, value, choices, source.names)


def _headings(definition: FormDefinition) -> dict[str, Field]:
    """The groups and repeats that have a heading; a repeat always has one."""
    return {
        item.path: item
        for item in definition.fields
        if item.type == "repeat" or (item.type == "group" and item.labels)
    }


NO_HEADING = Field(name="", path="", type="group")


def _heading_of(item: Field, headings: Mapping[str, Field]) -> Field:
    parts = item.path.split("/")[:-1]
    around = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((headings[path] for path in around if path in headings), NO_HEADING)


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that an edit changed."""

    label: str
    row: str
    before: str | None
    after: str | None


def changes_between(before: Sheet, after: Sheet) -> list[Change]:
    """What differs between two versions of an interview, in the newer one's order."""
    old, new = dict(_flat(before)), dict(_flat(after))
    order = [*new, *(place for place in old if place not in new)]
    return [
        Change((new.get(place) or old[place])[0], place[1], _value(old, place), _value(new, place))
        for place in order
        if _value(old, place) != _value(new, place)
    ]


Place = tuple[str, str]
Flat = dict[Place, tuple[str, str | None]]


def _value(flat: Flat, place: Place) -> str | None:
    return flat[place][1] if place in flat else None


def _flat(sheet: Sheet) -> Iterator[tuple[Place, tuple[str, str | None]]]:
    for section in sheet.sections:
        for line in section.lines:
            for column, text in zip(section.columns, line.texts, strict=True):
                yield (line.path, column), (line.label, text)
