"""What a round's review policy approves by itself, and what withdrawn consent stops at once."""

from collections.abc import Sequence

from app.db import columns, driver

Version = tuple[int, int]  # submission and instance

# Only what is still the newest version, waits for a decision, and no check has flagged.
APPROVE = """
update submissions s set state = 'approved', approved_pk = s.current_pk, decided_at = now()
from unnest(%s::bigint[], %s::bigint[]) as read (id, pk)
where s.id = read.id and s.current_pk = read.pk and s.state in ('received', 'edited')
  and not exists (select from flags f where f.instance_pk = read.pk)
returning s.id
"""

STOP = """
update submissions s set approved_pk = null
from unnest(%s::bigint[], %s::bigint[]) as read (id, pk)
where s.id = read.id and s.current_pk = read.pk and s.approved_pk <> s.current_pk
"""


def approve_unflagged(versions: Sequence[Version]) -> set[int]:
    """Approves versions unless they are flagged or superseded; the submissions it approved."""
    if not versions:
        return set()
    return {row[0] for row in driver().execute(APPROVE, columns(versions))}


def stop_counting(versions: Sequence[Version]) -> None:
    """Consent was withdrawn in these edits: the approved versions stop counting now."""
    if versions:
        driver().execute(STOP, columns(versions))
