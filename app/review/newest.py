"""Finds the interviews of a reviewer's list, newest first, without reading what it does not show.

Of a whole project they are walked backwards by their ids. Of a few places, as a commune has
villages, the newest of each place and state are taken from their index, and the newest of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    func,
    literal,
    literal_column,
    select,
    true,
)

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnitAncestor
from app.projects.models import Project
from app.submissions.models import Submission
from app.submissions.queries import WAITING, readable
from app.submissions.search import Sought, seek

READ = "submission.read"
STATES = ("received", "edited", "approved", "rejected")
# What a reader may ask for, and the states it stands for.
STATE_FILTERS = {"waiting": WAITING, **{state: (state,) for state in STATES}}
MOST_COUNTED = 1000  # of what is asked for; more would have to be read
FEW_PLACES = 100


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which submissions are asked for: a project's, at or below a place, newest first."""

    project_id: int
    unit_id: int
    state: str | None = None  # a key of STATE_FILTERS
    form_id: int | None = None
    flagged: bool | None = None
    itself: bool = False  # only what is filed at the place itself, not below it
    text: str = ""  # what a reviewer has at hand (`submissions.search`)


def newest(
    actor: Actor, asked: QueueFilter, most: int, *further: ColumnElement[bool]
) -> Sequence[int]:
    """The ids of the newest that are asked for, and for which the further conditions hold."""
    sought = seek(asked.project_id, asked.text) if asked.text else None
    conditions = [*_conditions(asked, sought), *further]
    few = sought is not None and sought.is_few
    whole = not few and _is_whole(actor, asked)
    places = None if whole or few else _few_places(actor, asked)
    if places is None:
        # Of a part from its own rows, whatever the planner thinks: it would look through the newest
        # of all until enough are found, which may be never.
        order = Submission.id if whole else Submission.id + 0
        there = [*_in_state(asked), readable(actor), *_there(actor, asked)]
        found = select(Submission.id).where(*conditions, *there).order_by(order.desc())
    else:
        found = _of_each(places, asked, conditions, most)
    return db.session.scalars(found.limit(most)).all()


def count_queue(actor: Actor, asked: QueueFilter, most: int = MOST_COUNTED) -> int:
    """How many submissions are asked for; `most` + 1 stands for more."""
    sought = seek(asked.project_id, asked.text) if asked.text else None
    there = [*_in_state(asked), readable(actor), *_there(actor, asked)]
    found = select(Submission.id).where(*_conditions(asked, sought), *there).limit(most + 1)
    return db.session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _of_each(
    places: Sequence[int], asked: QueueFilter, conditions: Sequence[ColumnElement[bool]], most: int
) -> Select[int]:
    """The newest of each place, by its state, which comes before the id in the index.

    What is doubtful has an index of its own, without states.
    """
    place = _rows(places, Integer, "place")
    own = select(Submission.id).where(Submission.unit_id == place.c.value, *conditions)
    if asked.flagged:
        each: FromClause = place
        own = own.where(*_in_state(asked))
    else:
        state = _rows(STATE_FILTERS[asked.state] if asked.state else STATES, Text, "state")
        each = place.join(state, true())
        own = own.where(Submission.state == state.c.value)
    first = own.order_by(Submission.id.desc()).limit(most).lateral()
    return select(first.c.id).select_from(each.join(first, true())).order_by(first.c.id.desc())


def _rows(values: Sequence[object], kind: type[Integer | Text], name: str) -> Subquery:
    array = literal(list(values), ARRAY(kind))
    return select(func.unnest(array).label("value")).subquery(name)


def _conditions(asked: QueueFilter, sought: Sought | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Submission.project_id == asked.project_id]
    if asked.form_id is not None:
        conditions.append(Submission.form_id == asked.form_id)
    if sought is not None:
        conditions.append(sought.condition)
    if asked.flagged is not None:
        flagged: ColumnElement[bool] = Submission.flagged.expression
        conditions.append(flagged if asked.flagged else ~flagged)
    return conditions


def _in_state(asked: QueueFilter) -> list[ColumnElement[bool]]:
    if asked.state is None:
        return []
    conditions: list[ColumnElement[bool]] = [Submission.state.in_(STATE_FILTERS[asked.state])]
    if asked.state != "approved":
        # In the words of the index of the few that are not.
        conditions.append(Submission.state != literal_column("'approved'"))
    return conditions


def _is_whole(actor: Actor, asked: QueueFilter) -> bool:
    """Whether all of the project is asked for by who may read all of it."""
    if asked.itself or not (actor.is_operator or asked.unit_id in _scope(actor, asked)):
        return False
    territory = select(Project.org_unit_id).where(Project.id == asked.project_id)
    return db.session.scalar(territory) == asked.unit_id


def _few_places(actor: Actor, asked: QueueFilter) -> Sequence[int] | None:
    """The places that are asked for as far as the actor sees them; None when they are many."""
    inside = (
        select(OrgUnitAncestor.unit_id)
        .where(OrgUnitAncestor.ancestor_id == asked.unit_id, valid_on(OrgUnitAncestor))
        .where(within(OrgUnitAncestor.unit_id, actor, READ, asked.project_id))
        .limit(FEW_PLACES + 1)
    )
    if asked.itself:
        inside = inside.where(OrgUnitAncestor.distance == 0)
    places = db.session.scalars(inside).all()
    return places if len(places) <= FEW_PLACES else None


def _there(actor: Actor, asked: QueueFilter) -> list[ColumnElement[bool]]:
    """At the place, or in it; said once where the reader's scope is that place.

    Said twice, it makes the planner believe that hardly any interview lies there.
    """
    if asked.itself:
        return [Submission.unit_id == asked.unit_id]
    if _scope(actor, asked) == [asked.unit_id]:
        return []
    inside = select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.ancestor_id == asked.unit_id, valid_on(OrgUnitAncestor)
    )
    return [Submission.unit_id.in_(inside)]


def _scope(actor: Actor, asked: QueueFilter) -> list[int]:
    return actor.units(READ, asked.project_id)
