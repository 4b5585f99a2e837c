"""Tries indicators out on interviews that count, beside those in force; nothing is changed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple

from lxml import etree

from app.db import driver
from app.forms.queries import current_definition, definition_of
from app.indicators.cells import Cell
from app.indicators.definitions import Indicator
from app.indicators.evaluate import compile_indicators
from app.indicators.figures import MISSING_REASONS
from app.indicators.pairs import Join
from app.indicators.partners import PairEvaluator
from app.xforms.definition import FormDefinition
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.instance import parse_instance

COUNTING = """
select n.form_version_id, i.interviewed_on, n.xml{said}
from counted_interviews c join interviews i using (instance_pk)
join instances n on n.id = c.instance_pk
{partners}
where c.round_id = %s and c.form_id = %s and c.outcome = 'complete' and n.xml <> ''
order by c.instance_pk desc limit %s
"""
SAID = ", partner_{form}.form_version_id, partner_{form}.xml"
OTHER = """
left join lateral (
    select t.form_version_id, t.xml
    from (select) one join {partner} join instances t on t.id = p.instance_pk
) partner_{form} on true
"""
JOINED = """
select o.xml_form_id, f.id, o.id, o.kind
from forms f join forms o on o.project_id = f.project_id and o.xml_form_id = any(%s)
where f.id = %s
"""
TOTAL = """
select count(*) from counted_interviews where (round_id, form_id, outcome) = (%s, %s, 'complete')
"""
BATCH = 500

Side = dict[str, list[Indicator]]  # by the form that is joined
Evaluate = Callable[..., Sequence[Cell] | None]
Ready = Callable[..., Evaluate]


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


class Opened(NamedTuple):
    """One interview, and by id of the form those that its form's indicators join; with versions."""

    day: date
    own: tuple[int, etree._Element]
    partners: dict[str, tuple[int, etree._Element]]


def dry_run(
    round_id: int,
    form_id: int,
    before: Sequence[Indicator],
    after: Sequence[Indicator],
    definition: FormDefinition,
    *,
    limit: int | None = None,
) -> DryRun:
    """Evaluates both on interviews of a round; `definition` is that of the new workbook.

    What joins another form says nothing of interviews without a partner.
    """
    (total,) = driver().execute(TOTAL, (round_id, form_id)).fetchone() or (0,)
    rows = {
        code: Row(code, _outcome(code, before), _outcome(code, after))
        for code in sorted({item.code for item in (*before, *after)})
    }
    sides = [_by_join(before), _by_join(after)]
    names = sorted({join for side in sides for join in side if join})
    found = driver().execute(JOINED, (names, form_id)).fetchall()
    joins = {name: Join(form, partner, kind) for name, form, partner, kind in found}
    ready = _ready(sides, definition, joins)
    number = 0
    for opened in _interviews(round_id, form_id, limit, joins):
        number += 1
        for code, (old, new) in _say(opened, sides, ready).items():
            _add(rows[code], old, new)
    return DryRun(number, total, list(rows.values()))


def _by_join(indicators: Sequence[Indicator]) -> Side:
    found: Side = defaultdict(list)
    for item in indicators:
        found[item.join].append(item)
    return found


def _ready(sides: Sequence[Side], definition: FormDefinition, joins: Mapping[str, Join]) -> Ready:
    """Gives what evaluates one side's indicators of one join on interviews of these versions."""

    @cache
    def ready(side: int, join: str, *versions: int) -> Evaluate:
        indicators = sides[side][join]
        try:
            return _compiled(indicators, *map(definition_of, versions))
        except (ExpressionError, ValueError):  # it asks for what that version did not have
            partner = [current_definition(joins[join].partner_id)] if join else []
            return _compiled(indicators, definition, *partner)

    return ready


def _compiled(indicators: Sequence[Indicator], *forms: FormDefinition) -> Evaluate:
    if len(forms) > 1:
        return PairEvaluator(indicators, *forms).evaluate
    return compile_indicators(indicators, *forms).evaluate


def _say(opened: Opened, sides: Sequence[Side], ready: Ready) -> dict[str, list[Cell | None]]:
    """By code, what an interview says before and after."""
    said: dict[str, list[Cell | None]] = defaultdict(lambda: [None, None])
    for side, by_join in enumerate(sides):
        for join, indicators in by_join.items():
            if join and join not in opened.partners:
                continue
            both = (opened.own, opened.partners[join]) if join else (opened.own,)
            evaluate = ready(side, join, *(version for version, _ in both))
            roots = [root for _, root in both]
            for cell in evaluate(*roots, interview_date=opened.day.isoformat()) or ():
                if not cell.breakdown:
                    said[indicators[cell.indicator].code][side] = cell
    return said


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
    round_id: int, form_id: int, limit: int | None, joins: Mapping[str, Join]
) -> Iterator[Opened]:
    statement = COUNTING.format(
        said="".join(SAID.format(form=join.partner_id) for join in joins.values()),
        partners="".join(
            OTHER.format(form=join.partner_id, partner=join.partner_of("c"))
            for join in joins.values()
        ),
    )
    with driver().cursor(name="dry_run") as cursor:
        cursor.itersize = BATCH
        cursor.execute(statement, (round_id, form_id, limit))
        for version, day, xml, *others in cursor:
            pairs = zip(joins, others[::2], others[1::2], strict=True)
            partners = {
                name: (of, parse_instance(other).root) for name, of, other in pairs if other
            }
            yield Opened(day, (version, parse_instance(xml).root), partners)
