"""Checks figures against the interviews: sums of villages are made again from the raw answers.

A random share of the villages is taken. Their interviews are read and evaluated anew and summed up
by other means (`raw_sums.py`); whatever is stored otherwise is reported, and what is kept of their
communes otherwise than the villages add up to. Nothing is mended: a drift is a fault of the
programme, and must be seen.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select

from app.clock import now, today
from app.db import columns, db, driver
from app.forms.models import Form
from app.indicators import communes
from app.indicators.observe import Said as Heard
from app.indicators.observe import by_domain, evaluator_of, in_force_of
from app.indicators.pairs import Join, joins_in_force, pair_evaluator
from app.indicators.raw_sums import COUNTS, NUMBERS, Said, compare, sum_up
from app.indicators.recompute import LOCK
from app.indicators.sum_models import FigureCheck
from app.submissions.inbox import InboxEntry
from app.submissions.reading import Reading
from app.submissions.record import read_entries

Pair = tuple[int, int]  # round, village
KEPT = 100  # drifts told in full

DRAW = """
select round_id, village_id from (
    select distinct round_id, village_id from village_bases where n > 0
) known order by random() limit %s
"""
COUNT = "select count(distinct (round_id, village_id)) from village_bases where n > 0"
AROUND = """
select distinct p.round_id, a.ancestor_id
from unnest(%s::int[], %s::int[]) as p (round_id, village_id)
join org_unit_ancestors a on a.unit_id = p.village_id
     and a.valid_from <= %s and (a.valid_to is null or a.valid_to >= %s)
join org_units u on u.id = a.ancestor_id and u.level = 'commune'
"""
OWED = """
select exists (select from stale_villages where (round_id, village_id) = (%(round)s, %(village)s))
    or exists (
        select from evaluations e
        join forms f on f.id = e.form_id
        join rounds r on r.project_id = f.project_id and r.id = %(round)s
        where e.state <> 'finished')
"""

INTERVIEWS = """
select i.id, coalesce(i.root_id, i.id), i.project_id, i.form_id, i.form_version_id,
       i.app_user_id, i.received_at, i.xml, i.root_id is not null,
       c.subject, c.household, w.interviewed_on, d.part, s.id is not null
from counted_interviews c
join instances i on i.id = c.instance_pk
join interviews w on w.instance_pk = c.instance_pk
join forms f on f.id = c.form_id
left join samples s on s.round_id = c.round_id and s.kind <> 'census'
     and f.kind in ('household', 'person')
left join sample_households d on d.sample_id = s.id and d.household = c.household
     and d.role <> 'reserve'
where (c.round_id, c.village_id) = (%s, %s) and c.outcome = 'complete'
order by i.form_id, i.id
"""
SUMS = f"""
select s.stratum, d.indicator_id, d.breakdown, d.value, {", ".join(f"s.{n}" for n in COUNTS)},
       {", ".join(f"s.{n}" for n in NUMBERS)}
from village_sums s
join indicator_domains d on d.id = s.domain_id
join indicator_versions v on v.id = d.indicator_id and v.in_force
where (s.round_id, s.village_id) = (%s, %s)
"""  # noqa: S608 - put together from constants


def begin(share: float) -> tuple[FigureCheck, list[Pair], list[Pair]]:
    """A new check of a share (0 to 1) of the villages with interviews, at least one of them.

    With the villages come the communes around them, each in its round.
    """
    (known,) = driver().execute(COUNT).fetchone() or (0,)
    pairs = driver().execute(DRAW, (min(known, max(1, round(share * known))),)).fetchall()
    check = FigureCheck(started_at=now(), villages=len(pairs), drifts=[])
    db.session.add(check)
    db.session.flush()
    if not pairs:
        return check, [], []
    around = driver().execute(AROUND, [*columns(pairs), today(), today()]).fetchall()
    return check, pairs, around


def check_village(check: FigureCheck, pair: Pair) -> None:
    """Compares one village's sums with its interviews; one still owed something is passed over."""
    driver().execute(LOCK, columns([pair]))
    expected = sum_up(_said(pair))
    names = (*COUNTS, *NUMBERS)
    stored = {
        (row[0], *row[1:4]): dict(zip(names, row[4:], strict=True))
        for row in driver().execute(SUMS, pair)
    }
    check.done += 1
    owed = driver().execute(OWED, {"round": pair[0], "village": pair[1]})
    if owed.fetchone() == (True,):
        check.passed_over += 1
        return
    found = compare(stored, expected)
    check.sums += len(stored.keys() | expected.keys())
    check.drifted += len({drift.key for drift in found})
    told = [{"round": pair[0], "village": pair[1], **asdict(drift)} for drift in found]
    check.drifts = [*check.drifts, *told][:KEPT]


def check_commune(check: FigureCheck, pair: Pair) -> None:
    """Compares what is kept of a commune in a round with its villages, as far as it holds."""
    for names, kept, again in communes.compare(*pair):
        if names:
            check.drifted += 1
            told = {"round": pair[0], "name": names, "stored": kept, "expected": again}
            check.drifts = [*check.drifts, told][:KEPT]


def finish(check: FigureCheck) -> None:
    """Notes that every village was looked at."""
    check.finished_at = now()


def last_check() -> FigureCheck | None:
    """The newest check, finished or under way."""
    return db.session.scalar(select(FigureCheck).order_by(FigureCheck.id.desc()).limit(1))


def _said(pair: Pair) -> Iterator[Said]:
    rows = driver().execute(INTERVIEWS, pair).fetchall()
    entries = [InboxEntry(*row[:9]) for row in rows]
    readings = read_entries(entries)
    kinds = {
        form.id: form.kind
        for form in db.session.scalars(
            select(Form).where(Form.id.in_({entry.form_id for entry in entries}))
        )
    }
    adults = _adults(rows, entries, readings, kinds)
    in_force = in_force_of(sorted(kinds))
    others = {
        (entry.form_id, row[9]): (entry, reading)
        for row, entry, reading in zip(rows, entries, readings, strict=True)
    }
    joins = joins_in_force()
    for row, entry, reading in zip(rows, entries, readings, strict=True):
        subject, household, day, part, is_sampled = row[9:]
        is_person = kinds[entry.form_id] == "person"
        weight = adults.get(household) if is_person else 1.0
        if not weight or (is_sampled and part is None) or reading.instance.encrypted:
            continue
        heard = _alone(entry, reading, day, in_force.get(entry.form_id, ()))
        for join in (join for join in joins if join.form_id == entry.form_id):
            about = household if join.key == "household" else subject
            heard += _together(join, (entry, reading), others.get((join.partner_id, about)), day)
        for (indicator_id, breakdown, value), cell in heard:
            key = (part or "", indicator_id, breakdown, value)
            yield Said(key, household if is_person else subject, weight, cell)


Held = tuple[InboxEntry, Reading]


def _alone(entry: InboxEntry, reading: Reading, day: date, ids: tuple[int, ...]) -> Heard:
    """What an interview says by itself."""
    if not ids:
        return []
    evaluator = evaluator_of(entry.form_version_id, ids)
    cells = evaluator.evaluate(reading.instance.root, interview_date=day.isoformat())
    return by_domain(cells, ids)


def _together(join: Join, own: Held, other: Held | None, day: date) -> Heard:
    """What it says with its partner, if there is one that is about the same person."""
    if other is None:
        return []
    versions = [entry.form_version_id for entry, _ in (own, other)]
    evaluator = pair_evaluator(*versions, join.indicator_ids)
    roots = [reading.instance.root for _, reading in (own, other)]
    cells = evaluator.evaluate(*roots, interview_date=day.isoformat())
    return by_domain(cells or (), join.indicator_ids)


def _adults(
    rows: list[Any], entries: list[InboxEntry], readings: list[Reading], kinds: dict[int, str]
) -> dict[str, float]:
    """By household, how many adults its own interview counted; the first household form's."""
    found: dict[str, float] = {}
    for row, entry, reading in zip(rows, entries, readings, strict=True):
        if kinds[entry.form_id] == "household" and reading.adults:
            found.setdefault(row[9], float(reading.adults))
    return found
