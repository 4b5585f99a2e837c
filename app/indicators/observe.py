"""Evaluates the indicators in force on a batch of interviews and keeps what they say."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import orjson
from lxml import etree
from sqlalchemy import select

from app.db import columns, db, driver
from app.forms.models import Form
from app.forms.queries import definition_of
from app.indicators.cells import Cell
from app.indicators.definitions import Indicator
from app.indicators.evaluate import Evaluator, compile_indicators
from app.indicators.models import IndicatorVersion
from app.submissions.extract import Record
from app.xforms.expressions.tokens import ExpressionError

Domain = tuple[int, str, str]  # indicator version, breakdown, value
Said = list[tuple[Domain, Cell]]

MEASURES = ("n", "y", "x", "yy", "xy", "xx", "dont_know", "refused", "blank", "irrelevant")
_measures = attrgetter(*MEASURES)
_NOTHING: Sequence[Sequence[float]] = [()] * (1 + len(MEASURES))
COPY = f"copy observations (instance_pk, domain_ids, {', '.join(MEASURES)}) from stdin"


class Heard(NamedTuple):
    """A complete interview, open, with the day on which it was held."""

    instance_pk: int
    form_id: int
    form_version_id: int
    day: date
    root: etree._Element


def observe(records: Sequence[Record]) -> None:
    """Stores what the complete interviews among these records say to each indicator."""
    hear(
        Heard(
            record.entry.instance_pk,
            record.entry.form_id,
            record.entry.form_version_id,
            record.membership.day,
            record.reading.instance.root,
        )
        for record in records
        if record.reading.outcome == "complete" and not record.reading.instance.encrypted
    )


def hear(interviews: Iterable[Heard]) -> None:
    """Stores what these interviews say; what they said before must be gone."""
    known = list(interviews)
    in_force = in_force_of(sorted({heard.form_id for heard in known}))
    observed: list[tuple[int, Said]] = []
    for heard in known:
        ids = in_force.get(heard.form_id, ())
        if not ids:
            continue
        evaluator = evaluator_of(heard.form_version_id, ids)
        cells = evaluator.evaluate(heard.root, interview_date=heard.day.isoformat())
        observed.append((heard.instance_pk, by_domain(cells, ids)))
    _write(observed)


def in_force_of(form_ids: list[int]) -> dict[int, tuple[int, ...]]:
    """The indicator versions in force of each form, without those that join another one."""
    rows = driver().execute(
        "select form_id, array_agg(id order by code) from indicator_versions"
        " where form_id = any(%s) and in_force and partner_id is null group by form_id",
        (form_ids,),
    )
    return {form_id: tuple(ids) for form_id, ids in rows.fetchall()}


@lru_cache(maxsize=64)
def evaluator_of(form_version_id: int, indicator_ids: tuple[int, ...]) -> Evaluator:
    """The indicators, ready for interviews of one form version.

    An older version may lack a question; its interviews are then read by the current version's
    schema, in which that question is there and blank.
    """
    indicators = indicators_of(indicator_ids)
    try:
        return compile_indicators(indicators, definition_of(form_version_id))
    except (ExpressionError, ValueError):
        current = select(Form.current_version_id).join(
            IndicatorVersion, IndicatorVersion.form_id == Form.id
        )
        newest = db.session.scalar(current.where(IndicatorVersion.id == indicator_ids[0]))
        assert newest is not None
        return compile_indicators(indicators, definition_of(newest))


def indicators_of(indicator_ids: Sequence[int]) -> list[Indicator]:
    """What these versions define, in their order."""
    found = {
        known.id: Indicator.from_json(known.definition)
        for known in db.session.scalars(
            select(IndicatorVersion).where(IndicatorVersion.id.in_(indicator_ids))
        )
    }
    return [found[indicator_id] for indicator_id in indicator_ids]


def by_domain(cells: Iterable[Cell], ids: Sequence[int]) -> Said:
    """What was said by domain; `ids` are the versions that were compiled."""
    return [((ids[cell.indicator], cell.breakdown, cell.value), cell) for cell in cells]


def arrays(heard: Sequence[Said]) -> list[list[str]]:
    """Of each interview, what it said as arrays of the database: domains, then measures."""
    domains = _domain_ids({domain for said in heard for domain, _ in said})
    return [
        _columns([(domains[domain], *_measures(cell)) for domain, cell in said]) for said in heard
    ]


def _columns(rows: Sequence[Sequence[float]]) -> list[str]:
    return [as_array(column) for column in (zip(*rows, strict=True) if rows else _NOTHING)]


def _write(observed: Sequence[tuple[int, Said]]) -> None:
    found = arrays([said for _, said in observed])
    with driver().cursor() as cursor, cursor.copy(COPY) as copy:
        for (instance_pk, _), values in zip(observed, found, strict=True):
            copy.write_row([instance_pk, *values])


def as_array(values: Sequence[float]) -> str:
    """Numbers as PostgreSQL reads an array of them."""
    # The driver makes arrays element by element, at many times the cost.
    text = orjson.dumps(values).decode()
    if "null" in text:  # JSON has no infinity
        text = f"[{','.join(map(repr, values))}]"
    return f"{{{text[1:-1]}}}"


ADD = """
insert into indicator_domains (indicator_id, breakdown, value)
select * from unnest(%s::int[], %s::text[], %s::text[])
on conflict do nothing
"""
FIND = """
select d.indicator_id, d.breakdown, d.value, d.id from indicator_domains d
join unnest(%s::int[], %s::text[], %s::text[]) as k (indicator_id, breakdown, value)
  using (indicator_id, breakdown, value)
"""


def _domain_ids(domains: set[Domain]) -> dict[Domain, int]:
    if not domains:
        return {}
    asked = columns(sorted(domains))
    found = {tuple(row[:3]): row[3] for row in driver().execute(FIND, asked)}
    if len(found) < len(domains):
        driver().execute(ADD, asked)
        found = {tuple(row[:3]): row[3] for row in driver().execute(FIND, asked)}
    return found
