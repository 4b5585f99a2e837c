"""What somebody may ask to have as a file, and how many figures that is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.accounts.actors import Actor
from app.clock import today
from app.db import driver
from app.indicators.export import OPEN_COLUMNS, state_of
from app.indicators.figures import Figure
from app.indicators.release_queries import get_release
from app.indicators.table import COLUMNS
from app.indicators.walk import WHOLE, Step, Wanted, read_step, steps
from app.org_units.load import LAST_OLD_DAY
from app.rounds.models import Round

AT_ONCE = 20_000  # figures of a workbook that is made while somebody waits for it

DOMAINS = """
select v.code, count(distinct d.id) from indicator_versions v
left join indicator_domains d on d.indicator_id = v.id
     and (%(by)s::text is null or d.breakdown = %(by)s)
where v.project_id = %(project)s and (v.id = any(%(released)s) or %(released)s::int[] is null)
  and (v.in_force or %(released)s::int[] is not null)
  and (%(indicator)s::text is null or v.code = %(indicator)s)
group by v.code order by v.code
"""
PLACES = """
select count(distinct a.unit_id) from org_unit_ancestors a join org_units u on u.id = a.unit_id
where a.ancestor_id = any(%(units)s) and u.level = %(level)s
  and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
  and u.valid_from <= %(on)s and (u.valid_to is null or u.valid_to >= %(on)s)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures of a round; all of them are None. `by` of "" are undivided figures."""

    release: int | None = None
    level: str | None = None
    unit_id: int | None = None
    indicator: str | None = None
    by: str | None = None
    is_old: bool = False  # under the boundaries until 30 June 2025
    is_open: bool = False  # what everybody may have, whoever asks

    @property
    def columns(self) -> Sequence[str]:
        """Those of the file."""
        return OPEN_COLUMNS if self.is_open else COLUMNS

    def wanted(self, round_id: int) -> Wanted:
        """The same as figures are read by."""
        return Wanted(
            release=None if self.release is None else get_release(round_id, self.release),
            level=self.level,
            unit_id=self.unit_id,
            indicator=self.indicator,
            by=self.by,
            on=LAST_OLD_DAY if self.is_old else None,
            given_out=self.is_open,
        )

    def pinned(self, actor: Actor, round_: Round) -> "Asked":
        """The same of one release, where one is read: it stays so if another comes meanwhile."""
        state = state_of(actor, round_, self.wanted(round_.id), is_open=self.is_open)
        return self if state is None else replace(self, release=state.version)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def pieces_of_work(actor: Actor, round_: Round, asked: Asked) -> list[tuple[str, int, str | None]]:
    """Level, place and indicator of what is read together: little enough to stop after it.

    All communes of a province are read indicator by indicator.
    """
    wanted = asked.wanted(round_.id)
    codes = list(_domains(round_, asked, wanted))
    found: list[tuple[str, int, str | None]] = []
    for step in steps(actor, round_, wanted):
        found += [(*step, code) for code in (codes if step.level in WHOLE else [asked.indicator])]
    return found


def figures_at_most(actor: Actor, round_: Round, asked: Asked) -> int:
    """How many figures that may be, without reading any of them: places by groups."""
    wanted = asked.wanted(round_.id)
    by_level: dict[str, list[int]] = {}
    for step in steps(actor, round_, wanted):
        by_level.setdefault(step.level, []).append(step.unit_id)
    places = sum(_places(level, units, wanted) for level, units in by_level.items())
    return places * sum(_domains(round_, asked, wanted).values())


def read(actor: Actor, round_: Round, step: Sequence[Any], asked: Asked) -> list[Figure]:
    """The figures of a piece of work, as far as the rights of who asked go now."""
    level, unit_id, code = step
    wanted = replace(asked.wanted(round_.id), indicator=code)
    found = read_step(actor, round_, Step(level, unit_id), wanted)
    return [one for one in found if one.value is not None] if asked.is_open else found


def _domains(round_: Round, asked: Asked, wanted: Wanted) -> dict[str, int]:
    """By indicator, into how many groups it is divided; at least 1, for there is always a row."""
    told = {
        "project": round_.project_id,
        "by": asked.by,
        "indicator": asked.indicator,
        "released": wanted.release and wanted.release.indicators,
    }
    return {code: max(count, 1) for code, count in driver().execute(DOMAINS, told)}


def _places(level: str, units: Sequence[int], wanted: Wanted) -> int:
    told = {"units": list(units), "level": level, "on": wanted.on or today()}
    row = driver().execute(PLACES, told).fetchone()
    return int(row[0]) if row else 0
