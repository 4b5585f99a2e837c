"""Puts a batch of readings in their places: round, village, unit, subject."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from app.clock import local_date
from app.db import columns, driver
from app.forms.queries import definition_of
from app.rounds.membership import Membership, RoundSpan, choose_round
from app.rounds.queries import spans
from app.submissions.extract import Record
from app.submissions.inbox import InboxEntry
from app.submissions.places import Places
from app.submissions.reading import FormReader, Reading

Household = tuple[int, str]  # project, code

TERRITORIES = """
select r.id, a.unit_id
from unnest(%s::int[], %s::int[]) as r (id, org_unit_id)
join org_unit_ancestors a on a.ancestor_id = r.org_unit_id and a.valid_to is null
where a.unit_id = any(%s)
"""


@lru_cache(maxsize=256)
def reader_of(form_version_id: int) -> FormReader:
    """The reader of a form version; versions never change."""
    return FormReader(definition_of(form_version_id))


def read_entries(entries: Sequence[InboxEntry]) -> list[Reading]:
    """What each instance says."""
    return [reader_of(entry.form_version_id).read(entry.xml) for entry in entries]


def make_records(
    entries: Sequence[InboxEntry],
    readings: Sequence[Reading],
    places: Places,
    kept: Mapping[int, int],
    assigned: Mapping[Household, Collection[int]],
) -> list[Record]:
    """One record for each entry, with its round and its place in the country.

    `kept` are the rounds, by submission, that earlier versions or readings belong to; `assigned`
    those, by household, in which it was given to a surveyor.
    """
    projects = {entry.project_id for entry in entries}
    rounds = {project_id: spans(project_id) for project_id in projects}
    provinces = _provinces(projects)
    held_in = _territories([span for known in rounds.values() for span in known], places)

    def membership(entry: InboxEntry, reading: Reading) -> Membership:
        earlier = kept.get(entry.submission_id)
        village = places.village(reading)
        possible = [
            span
            for span in rounds[entry.project_id]
            if span.id == earlier
            or (span.takes(entry.form_id) and village in held_in.get(span.id, {village}))
        ]
        return choose_round(
            possible,
            reading.said_on,
            local_date(entry.received_at),
            kept=earlier,
            assigned=assigned.get((entry.project_id, reading.household or ""), ()),
        )

    return [
        _record(entry, reading, places, membership(entry, reading), provinces)
        for entry, reading in zip(entries, readings, strict=True)
    ]


def _territories(rounds: Iterable[RoundSpan], places: Places) -> dict[int, set[int]]:
    """By round that is held in a part of its programme's place, those of these villages in it."""
    parts = [(span.id, span.org_unit_id) for span in rounds if span.org_unit_id is not None]
    if not parts:
        return {}
    held: dict[int, set[int]] = {round_id: set() for round_id, _ in parts}
    villages = [village for village, _ in places.villages.values()]
    for round_id, village in driver().execute(TERRITORIES, (*columns(parts), villages)):
        held[round_id].add(village)
    return held


def _record(
    entry: InboxEntry,
    reading: Reading,
    places: Places,
    membership: Membership,
    provinces: Mapping[int, int],
) -> Record:
    village = places.village(reading)
    return Record(
        entry=entry,
        reading=reading,
        subject=reader_of(entry.form_version_id).subject(reading, membership.day),
        membership=membership,
        unit_id=village or places.commune(reading) or provinces[entry.project_id],
        village_id=village,
    )


def _provinces(project_ids: set[int]) -> dict[int, int]:
    """Each project's own place; 0, which lies nowhere, while it has none."""
    rows = driver().execute(
        "select id, coalesce(org_unit_id, 0) from projects where id = any(%s)",
        (sorted(project_ids),),
    )
    return dict(rows.fetchall())
