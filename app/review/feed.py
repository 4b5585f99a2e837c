"""Changes of interviews for programmes that keep a copy, in pages whose cursor misses none.

An interview stands in the feed once, where it changed last: each change carries the number of its
transaction, and only what lies before every transaction still under way is given out. So whatever
commits later has a later place, and who continues from the last cursor sees it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.clock import today
from app.db import db, driver
from app.errors import Problem
from app.submissions.models import Purge, Submission, TrashedSubmission

CAPABILITY = "submission.read"
MOST = 1000  # changes given out at once
LOOKED_AT = 5000  # at once; a reader of one commune gets few of a province's changes at a time

Position = tuple[int, int]  # the transaction, and the interview's id
START: Position = (0, 0)
_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})\.([0-9a-f]{16})")
Scope = Callable[[Any], ColumnElement[bool]]  # whether a place is the reader's

# Databases are told apart by the cluster, its history, and the table, which a restored dump makes
# anew. Territories are cut anew by what merges, splits and moves places.
HISTORY = """
select (select system_identifier from pg_control_system()),
       (select timeline_id from pg_control_checkpoint()),
       'submissions'::regclass::oid,
       array(select id from org_unit_events
             where on_date <= %s and undone_at is null and kind in ('merge', 'split', 'move')
             order by id),
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint
"""


class BeginAgain(Problem):
    """The cursor's history is not this one: another database, or another territory."""

    status = 410
    message = (
        "What you may read was cut anew, or the database was restored. Begin again without a"
        " cursor, and drop what does not come."
    )


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come, and in which history."""

    position: Position
    history: str

    def __str__(self) -> str:
        return "{}.{}.{}".format(*self.position, self.history)

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor in a text of ours, else None."""
        found = _CURSOR.fullmatch(text)
        return cls((int(found[1]), int(found[2])), found[3]) if found else None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an interview.

    It is as it can be read now (`written`), or the reader has it no more: it `left` for a place of
    others, is `trashed`, or `purged`, which is for good.
    """

    id: int
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some changes, where to go on, and whether there is more by now."""

    changes: Sequence[Change]
    cursor: Cursor
    more: bool


def changes_after(actor: Actor, project_id: int, cursor: Cursor | None, limit: int) -> Page:
    """The next changes of a project's interviews where the actor may read them.

    A page may be empty while there is more. Raises `BeginAgain`.
    """
    history, end = _history(actor, project_id)
    if cursor is not None and (cursor.history != history or cursor.position > (end, 0)):
        raise BeginAgain
    begin = cursor.position if cursor else START
    last = _look_ahead(begin, end)
    rows = db.session.execute(_page(actor, project_id, begin, last or (end, 0), limit)).all()
    changes = [Change(row.id, row.kind) for row in rows[:limit]]
    if len(rows) > limit:
        return Page(changes, Cursor((rows[limit - 1].at, rows[limit - 1].id), history), more=True)
    return Page(changes, Cursor(last or (end, 0), history), more=last is not None)


def _history(actor: Actor, project_id: int) -> tuple[str, int]:
    """What cursors of this reader belong to, and the first transaction that may be under way."""
    row = driver().execute(HISTORY, (today(),)).fetchone()
    assert row is not None
    *history, end = row
    facts = (*history, project_id, actor.units(CAPABILITY, project_id))
    return sha256(repr(facts).encode()).hexdigest()[:16], end


def _look_ahead(begin: Position, end: int) -> Position | None:
    """Where a page ends that looks at as many changes as it may; None when there are fewer."""
    found = _entries(begin, (end, 0), most=LOOKED_AT).subquery()
    order = (found.c.at, found.c.id)
    statement = select(*order).order_by(*order).offset(LOOKED_AT - 1).limit(1)
    row = db.session.execute(statement).first()
    return (row.at, row.id) if row else None


def _page(
    actor: Actor, project_id: int, begin: Position, last: Position, limit: int
) -> Select[Any]:
    found = _entries(begin, last).subquery()
    scope = partial(within, actor=actor, capability=CAPABILITY, project_id=project_id)
    here = scope(found.c.unit_id)
    # Also what it was before it came out of the trash, in another place.
    was_here = or_(
        _one_of(found.c.former_units, scope),
        _was_there(TrashedSubmission, TrashedSubmission.id == found.c.id, scope),
        _was_there(Purge, Purge.submission_id == found.c.id, scope),
    )
    return (
        select(found.c.at, found.c.id, case((here, found.c.kind), else_="left").label("kind"))
        .where(found.c.project_id == project_id, or_(here, was_here))
        .order_by(found.c.at, found.c.id)
        .limit(limit + 1)
    )


def _was_there(
    table: type[TrashedSubmission | Purge], same: ColumnElement[bool], scope: Scope
) -> ColumnElement[bool]:
    return exists().where(same, or_(scope(table.unit_id), _one_of(table.former_units, scope)))


def _one_of(places: Any, scope: Scope) -> ColumnElement[bool]:
    former = func.unnest(places).table_valued("unit_id", name="former").render_derived()
    return and_(
        places.is_not(None), exists(select(former.c.unit_id).where(scope(former.c.unit_id)))
    )


def _entries(begin: Position, last: Position, most: int | None = None) -> CompoundSelect[Any]:
    """Each interview of all projects as it stands now, if it changed between two places.

    With `most` no more than the first so many that were written, trashed and purged.
    """
    back = exists().where(Submission.id == TrashedSubmission.id)
    kept = or_(
        exists().where(Submission.id == Purge.submission_id),
        exists().where(TrashedSubmission.id == Purge.submission_id),
    )
    parts = (
        _between(Submission, Submission.id, "written", begin, last),
        _between(TrashedSubmission, TrashedSubmission.id, "trashed", begin, last).where(~back),
        _between(Purge, Purge.submission_id, "purged", begin, last).where(~kept),
    )
    return union_all(*(part.order_by(text("at"), text("id")).limit(most) for part in parts))


def _between(
    table: type[Submission | TrashedSubmission | Purge],
    id_: Any,
    kind: str,
    begin: Position,
    last: Position,
) -> Select[Any]:
    place = tuple_(table.changed_in, id_)
    return select(
        table.changed_in.label("at"),
        id_.label("id"),
        literal(kind, String).label("kind"),
        table.project_id,
        table.unit_id,
        table.former_units,
    ).where(place > tuple_(*begin), place <= tuple_(*last))
