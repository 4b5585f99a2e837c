"""Evaluates the indicators in force on a batch of interviews and keeps what they say."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

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
Observed = list[tuple[int, list[tuple[Domain, Cell]]]]  # by instance

MEASURES = ("n", "y", "x", "yy", "xy", "xx", "dont_know", "refused", "blank", "irrelevant")
COPY = f"copy observations (instance_pk, domain_ids, {', '.join(MEASURES)}) from stdin"


def observe(records: Sequence[Record]) -> None:
    """Stores what the complete interviews among these records say to each indicator."""
    in_force = _in_force(sorted({record.entry.form_id for record in records}))
    observed: Observed = []
    for record in records:
        ids = in_force.get(record.entry.form_id, ())
        if not ids or record.reading.outcome != "complete" or record.reading.instance.encrypted:
            continue
        evaluator = _evaluator(record.entry.form_version_id, ids)
        cells = evaluator.evaluate(
            record.reading.instance.root, interview_date=record.membership.day.isoformat()
        )
        said = [((ids[cell.indicator], cell.breakdown, cell.value), cell) for cell in cells]
        observed.append((record.entry.instance_pk, said))
    _write(observed)


def _in_force(form_ids: list[int]) -> dict[int, tuple[int, ...]]:
    """The indicator versions in force of each form."""
    rows = driver().execute(
        "select form_id, array_agg(id order by code) from indicator_versions"
        " where form_id = any(%s) and in_force group by form_id",
        (form_ids,),
    )
    return {form_id: tuple(ids) for form_id, ids in rows.fetchall()}


@lru_cache(maxsize=64)
def _evaluator(form_version_id: int, indicator_ids: tuple[int, ...]) -> Evaluator:
    """The indicators, ready for interviews of one form version.

    An older version may lack a question; its interviews are then read by the current version's
    schema, in which that question is there and blank.
    """
    found = {
        known.id: Indicator.from_json(known.definition)
        for known in db.session.scalars(
            select(IndicatorVersion).where(IndicatorVersion.id.in_(indicator_ids))
        )
    }
    indicators = [found[indicator_id] for indicator_id in indicator_ids]
    try:
        return compile_indicators(indicators, definition_of(form_version_id))
    except (ExpressionError, ValueError):
        current = select(Form.current_version_id).join(
            IndicatorVersion, IndicatorVersion.form_id == Form.id
        )
        newest = db.session.scalar(current.where(IndicatorVersion.id == indicator_ids[0]))
        assert newest is not None
        return compile_indicators(indicators, definition_of(newest))


def _write(observed: Observed) -> None:
    domains = _domain_ids({domain for _, said in observed for domain, _ in said})
    with driver().cursor() as cursor, cursor.copy(COPY) as copy:
        for instance_pk, said in observed:
            ids = _array(domains[domain] for domain, _ in said)
            sums = [_array(getattr(cell, name) for _, cell in said) for name in MEASURES]
            copy.write_row([instance_pk, ids, *sums])


def _array(values: Iterable[float]) -> str:
    # The driver makes arrays element by element, at twenty times the cost.
    return "{" + ",".join(map(repr, values)) + "}"


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
