"""What a round's review policy approves by itself, and what withdrawn consent stops at once."""

from collections.abc import Sequence

from app.db import driver

# Only what is still the newest version, waits for a decision, and no check has flagged.
APPROVE = """
update submissions s
set state = 'approved', approved_pk = s.current_pk, decided_at = now()
where s.current_pk = any(%s) and s.state in ('received', 'edited')
  and not exists (select from flags f where f.instance_pk = s.current_pk)
returning s.current_pk
"""

STOP = """
update submissions s set approved_pk = null
where s.current_pk = any(%s) and s.approved_pk is not null and s.approved_pk <> s.current_pk
returning s.id
"""


def approve_unflagged(instance_pks: Sequence[int]) -> list[int]:
    """Approves these instances unless they are flagged or superseded; those it approved."""
    if not instance_pks:
        return []
    return [row[0] for row in driver().execute(APPROVE, (list(instance_pks),)).fetchall()]


def stop_counting(instance_pks: Sequence[int]) -> list[int]:
    """Consent was withdrawn in these edits: the approved versions stop counting now."""
    if not instance_pks:
        return []
    return [row[0] for row in driver().execute(STOP, (list(instance_pks),)).fetchall()]
