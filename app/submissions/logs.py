"""The phones' own logs of interviews: read when they are there, also when they come later."""

import dataclasses
from collections.abc import Sequence

import orjson

from app.db import columns, db, driver
from app.storage.blobs import blob_path
from app.submissions.extract import Record
from app.submissions.models import InterviewLog
from app.submissions.record import reader_of
from app.xforms.audit_log import NAME, QuestionTime, Summary, summarize

ARRIVED = """
select instance_pk, blob_sha256 from instance_attachments
where instance_pk = any(%s) and name = %s and blob_sha256 is not null
"""
WRITE = """
insert into interview_logs (instance_pk, summary)
select * from unnest(%s::bigint[], %s::jsonb[])
on conflict (instance_pk) do update set summary = excluded.summary
"""


def read_logs(records: Sequence[Record]) -> None:
    """Keeps what the logs of these interviews say, as far as they have come."""
    logged = [record.entry.instance_pk for record in records if _keeps_a_log(record)]
    if not logged:
        return
    arrived = driver().execute(ARRIVED, (logged, NAME)).fetchall()
    rows = [(pk, orjson.dumps(dataclasses.asdict(_summary(sha256)))) for pk, sha256 in arrived]
    if rows:
        driver().execute(WRITE, columns([(pk, said.decode()) for pk, said in rows]))


def log_of(instance_pk: int) -> Summary | None:
    """What the log of an instance says; None while none is here."""
    found = db.session.get(InterviewLog, instance_pk)
    if found is None:
        return None
    questions = [QuestionTime(**question) for question in found.summary["questions"]]
    return Summary(**{**found.summary, "questions": questions})


def _keeps_a_log(record: Record) -> bool:
    reader = reader_of(record.entry.form_version_id)
    return reader.keeps_a_log and not record.reading.instance.encrypted


def _summary(sha256: bytes) -> Summary:
    try:
        return summarize(blob_path(sha256).read_bytes())
    except FileNotFoundError:
        return Summary(damaged=True)
