"""What a request asks of an entity set: the system query options, checked, and carried out.

Rows are hidden first (`app.indicators.withhold`) and filtered, sorted and counted after that.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from app.api.cursors import read_cursor, write_cursor
from app.api.errors import BadParameters
from app.api.odata.filters import Condition, read_filter, split_list
from app.api.odata.model import EntitySet, Portion, Row
from app.errors import BadRequest

LARGEST_PAGE = 10_000  # rows
LONGEST_NUMBER = 9  # digits
MOST_SORTED = 200_000  # rows that are held in memory to be sorted
NOT_SUPPORTED = {"$expand", "$search", "$apply", "$compute", "$levels", "$deltatoken"}
KNOWN = {
    "$filter", "$select", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken",
}  # fmt: skip
PREFERRED = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*(\d{1,9})")


class NotSupported(BadRequest):
    """A part of OData that this feed does not have."""

    status = 501
    message = "This feed does not have %(option)s."


@dataclass(frozen=True, slots=True)
class Options:
    """A question, read."""

    holds: Condition | None
    equals: Mapping[str, Any]
    select: tuple[str, ...]  # in the order asked for; () is all
    order: tuple[tuple[str, bool], ...]  # fields, and whether they descend
    top: int | None
    skip: int
    count: bool
    page: int
    start: tuple[list[Any], int] | None  # the portion where the list goes on, and rows passed there


def read_options(asked: Mapping[str, str], one: EntitySet, prefer: str = "") -> Options:
    """The options of a request; raises `BadRequest` for those that are not understood."""
    for name in asked:
        if name in NOT_SUPPORTED:
            raise NotSupported(None, option=name)
        if name.startswith("$") and name not in KNOWN:
            raise BadRequest("There is no option “%(name)s”.", name=name)
    if asked.get("$format", "json").partition(";")[0] not in {"json", "application/json"}:
        raise NotSupported(None, option="$format=" + asked["$format"])
    read = read_filter(asked["$filter"], one.fields) if "$filter" in asked else None
    select = tuple(dict.fromkeys(split_list(asked.get("$select", ""))))
    preferred = PREFERRED.search(prefer)
    return Options(
        holds=read and read.holds,
        equals=read.equals if read else {},
        select=() if "*" in select else tuple(_field(name, one) for name in select),
        order=tuple(_order(text, one) for text in split_list(asked.get("$orderby", ""))),
        top=_number("$top", asked["$top"]) if "$top" in asked else None,
        skip=_number("$skip", asked.get("$skip", "0")),
        count=_truth("$count", asked.get("$count", "false")),
        page=min(max(int(preferred[1]), 1), LARGEST_PAGE) if preferred else LARGEST_PAGE,
        start=_start(asked["$skiptoken"]) if "$skiptoken" in asked else None,
    )


def _field(name: str, one: EntitySet) -> str:
    if name not in one.fields:
        raise BadRequest("%(set)s have no field “%(name)s”.", set=one.name, name=name)
    return name


def _order(text: str, one: EntitySet) -> tuple[str, bool]:
    name, _, direction = text.partition(" ")
    if direction.strip() not in {"", "asc", "desc"}:
        raise BadRequest("Sort by fields of the set, each with asc or desc behind it.")
    return _field(name, one), direction.strip() == "desc"


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise BadRequest("%(name)s takes a whole number from 0.", name=name)
    return int(text)


def _truth(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise BadRequest("%(name)s takes true or false.", name=name)
    return text == "true"


def _start(token: str) -> tuple[list[Any], int]:
    try:
        key = read_cursor(token)
    except BadParameters:
        key = []
    if not key or not isinstance(key[-1], int) or key[-1] < 0:
        raise BadRequest("This $skiptoken is not from an answer to this question.")
    return list(key[:-1]), key[-1]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where the list goes on."""

    rows: list[Row]
    following: str | None  # the next $skiptoken


def count_rows(portions: Iterable[Portion], options: Options) -> int:
    """How many rows there are that the filter lets pass."""
    return sum(1 for portion in portions for _ in _passing(portion, options))


def read_page(portions: Iterable[Portion], options: Options) -> Page:
    """The rows of one page; no more of them are read than it needs, unless they are sorted."""
    if options.order:
        portions = [Portion(["sorted"], partial(_sorted, list(portions), options))]
    rows = _from_start(portions, options)
    if options.start is None:
        rows = islice(rows, options.skip, None)
    if options.top is not None and options.top <= options.page:
        return Page([row for _, row in islice(rows, options.top)], None)
    found = list(islice(rows, options.page + 1))
    following = write_cursor(found[-1][0]) if len(found) > options.page else None
    return Page([row for _, row in found[: options.page]], following)


def _from_start(
    portions: Iterable[Portion], options: Options
) -> Iterator[tuple[list[str | int], Row]]:
    """Rows from where the list goes on, each with its own place in it."""
    name, offset = options.start or (None, 0)
    for portion in portions:
        if name is not None and portion.name != name:
            continue
        for at, row in enumerate(_passing(portion, options)):
            if at >= offset:
                yield [*portion.name, at], row
        name, offset = None, 0
    if name is not None:
        raise BadRequest("This $skiptoken is too old. Ask for the list from its start.")


def _passing(portion: Portion, options: Options) -> Iterator[Row]:
    holds = options.holds
    return (row for row in portion.read() if holds is None or holds(row))


def _sorted(portions: Sequence[Portion], options: Options) -> list[Row]:
    """All rows in the order asked for; what is not there comes first, as the standard says."""
    passing = (row for portion in portions for row in _passing(portion, options))
    rows = list(islice(passing, MOST_SORTED + 1))
    if len(rows) > MOST_SORTED:
        raise BadRequest(
            "More than %(most)s rows cannot be sorted here. Narrow them with $filter, by Round,"
            " Level, Indicator or By.",
            most=MOST_SORTED,
        )
    for name, descends in reversed(options.order):
        rows.sort(key=partial(_rank, name), reverse=descends)
    return rows


def _rank(name: str, row: Row) -> tuple[bool, Any]:
    value = row[name]
    return value is not None, 0 if value is None else value
