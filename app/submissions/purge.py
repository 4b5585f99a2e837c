"""Removes what lies in the trash for good, and keeps a proof of what was removed, why and by whom.

Removed: the raw XML, files, answers, personal answers, logs, observations and flags. Kept: that
there was an instance with this id and hash, so that a phone which sends it again is told that it
has arrived and nothing comes back. Proofs form a chain: each holds the hash of the one before.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from psycopg.types.json import Jsonb
from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db, driver
from app.errors import BadRequest, NotFound
from app.storage.unneeded import forget_unneeded, remove_unrecorded
from app.submissions import extract
from app.submissions.models import Purge
from app.submissions.trash import CAPABILITY

KEPT_DAYS = 30  # in the trash, before a purge takes it

DUE = """
select t.id from trashed_submissions t
where t.project_id = %(project)s and t.trashed_at < now() - make_interval(days => %(days)s)
  and not exists (select from submissions s where s.id = t.id)
order by t.id
"""

CONTENTS = """
select i.id, i.instance_id, encode(sha256(i.xml), 'hex'),
       coalesce((select array_agg(encode(a.blob_sha256, 'hex') order by a.name)
                 from instance_attachments a
                 where a.instance_pk = i.id and a.blob_sha256 is not null), '{}')
from instances i where i.id = %(id)s or i.root_id = %(id)s order by i.id for update
"""

EMPTY_XML = """
update instances set purged_sha256 = sha256(xml), xml = '', device_id = null where id = any(%(pks)s)
"""
EMPTY_PARKED_FILES = """
delete from parked_attachments
where parked_id in (select id from parked_uploads where filed_pk = any(%(pks)s))
"""
EMPTY = (
    EMPTY_XML,
    EMPTY_PARKED_FILES,
    "update parked_uploads set xml = '', device_id = null where filed_pk = any(%(pks)s)",
    "delete from instance_attachments where instance_pk = any(%(pks)s)",
    "delete from inbox where instance_pk = any(%(pks)s)",
)

PROVE = """
insert into purges (submission_id, project_id, unit_id, former_units, purged_at, actor, reason,
                    legal_basis, contents, proof)
values (%(submission)s, %(project)s, %(unit)s, %(former)s, %(at)s, %(actor)s, %(reason)s,
        %(law)s, %(contents)s, %(proof)s)
"""


def due(project_id: int, days: int = KEPT_DAYS) -> list[int]:
    """The interviews that have lain in the trash for so many days."""
    rows = driver().execute(DUE, {"project": project_id, "days": days}).fetchall()
    return [submission_id for (submission_id,) in rows]


def purge(submission_id: int, reason: str, actor: Actor, *, law: str | None = None) -> str:
    """Removes an interview that lies in the trash; the proof's hash, in hexadecimal digits.

    Its files follow with `remove_files`, once this is durable. Raises `NotFound` when it does not
    lie there, `BadRequest` without a reason.
    """
    if not reason.strip():
        raise BadRequest("Write why it is purged.")
    # One after the other, so that the proofs form one chain.
    driver().execute("lock table purges in exclusive mode")
    trashed = driver().execute(
        "delete from trashed_submissions t where t.id = %s and not exists"
        " (select from submissions s where s.id = t.id)"
        " returning project_id, unit_id, former_units, actor, reason, trashed_at",
        (submission_id,),
    )
    row = trashed.fetchone()
    if row is None:
        raise NotFound("It does not lie in the trash: throw it away first.")
    project_id, unit_id, former, by, why, at = row
    instances = driver().execute(CONTENTS, {"id": submission_id}).fetchall()
    contents = {
        "instances": [
            {"id": instance_id, "xml_sha256": digest, "files": files}
            for _, instance_id, digest, files in instances
        ],
        "trashed": {"by": by, "reason": why, "at": at.astimezone(UTC).isoformat()},
    }
    _empty([pk for pk, *_ in instances])
    proof = {
        "submission": submission_id,
        "project": project_id,
        "at": datetime.now(UTC),
        "actor": actor.label,
        "reason": reason.strip(),
        "law": law,
        "contents": contents,
    }
    digest = _digest(_last_proof(), proof)
    row = proof | {"unit": unit_id, "former": former, "contents": Jsonb(contents), "proof": digest}
    driver().execute(PROVE, row)
    audit.record(actor.label, "submission.purged", f"submission:{submission_id}", reason=reason)
    return digest.hex()


def _empty(pks: list[int]) -> None:
    extract.forget(pks)
    files = driver().execute(
        "select blob_sha256 from instance_attachments"
        " where instance_pk = any(%(pks)s) and blob_sha256 is not null union"
        " select blob_sha256 from parked_attachments join parked_uploads on id = parked_id"
        " where filed_pk = any(%(pks)s)",
        {"pks": pks},
    )
    digests = [digest for (digest,) in files.fetchall()]
    for statement in EMPTY:
        driver().execute(statement, {"pks": pks})
    forget_unneeded(digests)


def list_purges(actor: Actor, limit: int, *, before: int | None = None) -> list[Purge]:
    """What was purged where the actor may use the trash, the latest first."""
    here = within(Purge.unit_id, actor, CAPABILITY, Purge.project_id)
    statement = select(Purge).where(here).order_by(Purge.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Purge.id < before)
    return list(db.session.scalars(statement))


def remove_files() -> int:
    """Takes the purged files off the disk, those of an interrupted purge too; how many there were.

    A file that has come anew since, with another interview, stays.
    """
    purges = driver().execute(
        "select id, purged_at, contents from purges where not files_gone for update"
    )
    removed, rows = 0, purges.fetchall()
    for _, purged_at, contents in rows:
        for name in (name for instance in contents["instances"] for name in instance["files"]):
            removed += remove_unrecorded(bytes.fromhex(name), purged_at.timestamp())
    done = [row[0] for row in rows]
    driver().execute("update purges set files_gone = true where id = any(%s)", (done,))
    return removed


def _last_proof() -> bytes:
    row = driver().execute("select proof from purges order by id desc limit 1").fetchone()
    return bytes(row[0]) if row else b""


def _digest(before: bytes, proof: dict[str, Any]) -> bytes:
    said = proof | {"at": proof["at"].astimezone(UTC).isoformat(timespec="microseconds")}
    return hashlib.sha256(before + orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def proofs() -> Iterator[tuple[dict[str, Any], bool]]:
    """Every purge, oldest first, and whether its proof fits it and the one before."""
    before = b""
    rows = driver().execute(
        "select submission_id, project_id, purged_at, actor, reason, legal_basis, contents, proof"
        " from purges order by id"
    )
    names = ("submission", "project", "at", "actor", "reason", "law", "contents")
    for *values, digest in rows.fetchall():
        said = dict(zip(names, values, strict=True))
        yield said | {"proof": bytes(digest).hex()}, _digest(before, said) == bytes(digest)
        before = bytes(digest)
