"""Tries indicators out on interviews that count, beside those in force; nothing is changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from app.db import driver
from app.forms.queries import definition_of
from app.indicators.cells import Cell
from app.indicators.definitions import Indicator
from app.indicators.evaluate import Evaluator, compile_indicators
from app.indicators.figures import MISSING_REASONS
from app.xforms.definition import FormDefinition
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.instance import parse_instance

COUNTING = """
select n.form_version_id, i.interviewed_on, n.xml
from counted_interviews c join interviews i using (instance_pk)
join instances n on n.id = c.instance_pk
where c.round_id = %s and c.form_id = %s and c.outcome = 'complete' and n.xml <> ''
order by c.instance_pk desc limit %s
"""
TOTAL = """
select count(*) from counted_interviews where (round_id, form_id, outcome) = (%s, %s, 'complete')
"""
BATCH = 500


@dataclass(slots=True)
class Outcome:
    """What an indicator makes of some interviews: sums over rows, each of which counts once."""

    n: int = 0
    y: float = 0.0
    x: float = 0.0
    missing: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MISSING_REASONS, 0))

    @property
    def value(self) -> float | None:
        """The quotient of the sums."""
        return self.y / self.x if self.x else None

    def add(self, cell: Cell) -> None:
        """Adds what one interview says."""
        self.n, self.y, self.x = self.n + cell.n, self.y + cell.y, self.x + cell.x
        for reason in MISSING_REASONS:
            self.missing[reason] += getattr(cell, reason)


@dataclass(slots=True)
class Row:
    """One indicator before and after; None where it is not defined.

    `changed` is the number of interviews that say something else.
    """

    code: str
    before: Outcome | None
    after: Outcome | None
    changed: int = 0


@dataclass(frozen=True, slots=True)
class DryRun:
    """What became of the newest `interviews` of the `total` that count."""

    interviews: int
    total: int
    rows: list[Row]


def dry_run(
    round_id: int,
    form_id: int,
    before: Sequence[Indicator],
    after: Sequence[Indicator],
    definition: FormDefinition,
    *,
    limit: int | None = None,
) -> DryRun:
    """Evaluates both on interviews of a round; `definition` is that of the new workbook."""
    (total,) = driver().execute(TOTAL, (round_id, form_id)).fetchone() or (0,)
    rows = {
        code: Row(code, _outcome(code, before), _outcome(code, after))
        for code in sorted({item.code for item in (*before, *after)})
    }
    ready = lru_cache(maxsize=None)(
        lambda version: [_evaluator(version, part, definition) for part in (before, after)]
    )
    number = 0
    for version, day, xml in _interviews(round_id, form_id, limit):
        number += 1
        root = parse_instance(xml).root
        said: dict[str, list[Cell | None]] = defaultdict(lambda: [None, None])
        for side, (part, evaluator) in enumerate(zip((before, after), ready(version), strict=True)):
            for cell in evaluator.evaluate(root, interview_date=day.isoformat()):
                if not cell.breakdown:
                    said[part[cell.indicator].code][side] = cell
        for code, (old, new) in said.items():
            _add(rows[code], old, new)
    return DryRun(number, total, list(rows.values()))


def _outcome(code: str, defined: Sequence[Indicator]) -> Outcome | None:
    return Outcome() if any(item.code == code for item in defined) else None


def _add(row: Row, old: Cell | None, new: Cell | None) -> None:
    for outcome, cell in ((row.before, old), (row.after, new)):
        if outcome is not None and cell is not None:
            outcome.add(cell)
    both = row.before is not None and row.after is not None
    row.changed += both and _said(old) != _said(new)


def _said(cell: Cell | None) -> tuple[float, ...]:
    names = ("n", "y", "x", *MISSING_REASONS)
    return tuple(getattr(cell, name) for name in names) if cell else (0.0,) * len(names)


def _interviews(
    round_id: int, form_id: int, limit: int | None
) -> Iterator[tuple[int, date, bytes]]:
    with driver().cursor(name="dry_run") as cursor:
        cursor.itersize = BATCH
        cursor.execute(COUNTING, (round_id, form_id, limit))
        yield from cursor


def _evaluator(
    version: int, indicators: Sequence[Indicator], definition: FormDefinition
) -> Evaluator:
    try:
        return compile_indicators(indicators, definition_of(version))
    except (ExpressionError, ValueError):  # it asks for what that version did not have
        return compile_indicators(indicators, definition)
