"""Puts a batch of readings in their places: round, village, unit, subject."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from app.clock import local_date
from app.db import driver
from app.forms.queries import definition_of
from app.rounds.membership import Membership, choose_round
from app.rounds.queries import spans
from app.submissions.extract import Record
from app.submissions.inbox import InboxEntry
from app.submissions.places import Places
from app.submissions.reading import FormReader, Reading


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
) -> list[Record]:
    """One record for each entry, with its round and its place in the country.

    `kept` are the rounds, by submission, that earlier versions or readings belong to.
    """
    rounds = cache(spans)
    provinces = _provinces({entry.project_id for entry in entries})

    def membership(entry: InboxEntry, reading: Reading) -> Membership:
        received = local_date(entry.received_at)
        known = rounds(entry.project_id)
        return choose_round(known, reading.said_on, received, kept=kept.get(entry.submission_id))

    return [
        _record(entry, reading, places, membership(entry, reading), provinces)
        for entry, reading in zip(entries, readings, strict=True)
    ]


def _record(
    entry: InboxEntry,
    reading: Reading,
    places: Places,
    membership: Membership,
    provinces: Mapping[int, int],
) -> Record:
    village = places.villages.get(reading.village or "")
    commune = places.communes.get(reading.commune or "")
    return Record(
        entry=entry,
        reading=reading,
        subject=reader_of(entry.form_version_id).subject(reading, membership.day),
        membership=membership,
        unit_id=village[0] if village else commune or provinces[entry.project_id],
        village_id=village[0] if village else None,
    )


def _provinces(project_ids: set[int]) -> dict[int, int]:
    """Each project's own place; 0, which lies nowhere, while it has none."""
    rows = driver().execute(
        "select id, coalesce(org_unit_id, 0) from projects where id = any(%s)",
        (sorted(project_ids),),
    )
    return dict(rows.fetchall())
