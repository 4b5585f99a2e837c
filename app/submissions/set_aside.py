"""Interviews that failed again and again: set aside with their reason, and processed again."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import exc

from app import audit, queue
from app.accounts.actors import Actor
from app.db import driver, on_commit
from app.errors import Conflict
from app.ledger import MOST_ATTEMPTS


@dataclass(frozen=True, slots=True)
class SetAside:
    """An accepted interview that could not be processed; it is kept whole and counts nowhere."""

    instance_pk: int
    instance_id: str
    form: str
    version: str
    surveyor: str | None
    received_at: datetime
    failed_at: datetime | None
    reason: str


def reason_of(error: BaseException) -> str:
    """An error in one line that may be shown: without the rows that a database quotes."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig else error
    said = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    lines = (said or str(cause)).splitlines()
    return f"{type(cause).__name__}: {lines[0] if lines else ''}"


FIND = """
select i.id, i.instance_id, f.xml_form_id, v.version, u.name, i.received_at, b.failed_at,
       coalesce(b.last_error, '')
from inbox b join instances i on i.id = b.instance_pk
join forms f on f.id = i.form_id
join form_versions v on v.id = i.form_version_id
left join app_users u on u.id = i.app_user_id
where b.attempts >= %(most)s and i.project_id = any(%(projects)s)
order by b.last_error, i.id limit %(limit)s
"""


def list_set_aside(project_ids: list[int], limit: int = 500) -> list[SetAside]:
    """What was set aside in these projects, those with the same reason together."""
    values = {"most": MOST_ATTEMPTS, "projects": project_ids, "limit": limit}
    return [SetAside(*row) for row in driver().execute(FIND, values).fetchall()]


RETRY = """
update inbox set attempts = 0, retry_at = null
where attempts >= %(most)s
  and (%(reason)s::text is null or last_error = %(reason)s)
  and (%(pks)s::bigint[] is null or instance_pk = any(%(pks)s))
  and instance_pk in (select id from instances where project_id = any(%(projects)s)
                      and id in (select instance_pk from inbox))
"""


def process_again(
    actor: Actor,
    project_ids: list[int],
    *,
    reason: str | None = None,
    instance_pks: list[int] | None = None,
) -> int:
    """Puts what was set aside back into the inbox, all or those with this reason; how many.

    Raises `Conflict` when there is nothing such.
    """
    values = {"most": MOST_ATTEMPTS, "reason": reason, "pks": instance_pks}
    count = driver().execute(RETRY, values | {"projects": project_ids}).rowcount
    if not count:
        raise Conflict("Nothing such is set aside any more.")
    audit.record(actor.label, "set_aside.process_again", "inbox", count=count, reason=reason)
    on_commit(queue.ring)
    return count
