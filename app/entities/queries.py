"""Reads lists and entities as far as the reader may see them, and what interviews asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from app.accounts.actors import Actor
from app.accounts.models import User
from app.accounts.scope import within
from app.db import db
from app.entities.models import Entity, EntityActionRow, EntityList, EntityVersion
from app.errors import NotFound
from app.submissions.models import Submission

READ = "submission.read"
PAGE = 100
FILTERS = ("conflict", "deleted")


@dataclass(frozen=True, slots=True)
class Overview:
    """A list with what it holds, as far as the reader may see, and what is open about it."""

    list: EntityList
    entities: int
    conflicts: int
    held: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One action of an interview, and the entity that it became part of."""

    row: EntityActionRow
    list_name: str
    entity: Entity | None


def readable(actor: Actor, project_id: int, capability: str = READ) -> ColumnElement[bool]:
    """Condition: an entity in the actor's places, or one without a place in an own project."""
    everywhere = Entity.unit_id.is_(None) if actor.may(capability, project_id) else false()
    return or_(everywhere, within(Entity.unit_id, actor, capability, project_id))


def overview(actor: Actor, project_id: int) -> list[Overview]:
    """The lists of a project by name."""
    lists = db.session.scalars(
        select(EntityList).where(EntityList.project_id == project_id).order_by(EntityList.name)
    ).all()
    here = select(
        Entity.list_id,
        func.count().filter(Entity.deleted_at.is_(None)),
        func.count().filter(Entity.conflict.is_not(None), Entity.deleted_at.is_(None)),
    ).where(readable(actor, project_id), Entity.list_id.in_([found.id for found in lists]))
    counts = {row[0]: row[1:] for row in db.session.execute(here.group_by(Entity.list_id))}
    states = _open_actions(actor, project_id)
    return [
        Overview(
            found,
            *counts.get(found.id, (0, 0)),
            *(states.get((found.id, state), 0) for state in ("held", "waiting", "failed")),
        )
        for found in lists
    ]


def _open_actions(actor: Actor, project_id: int) -> dict[tuple[int | None, str], int]:
    counted = (
        select(EntityActionRow.list_id, EntityActionRow.state, func.count())
        .join(Submission, Submission.id == EntityActionRow.submission_id)
        .where(
            Submission.project_id == project_id,
            EntityActionRow.state.in_(("held", "waiting", "failed")),
            within(Submission.unit_id, actor, READ, project_id),
        )
        .group_by(EntityActionRow.list_id, EntityActionRow.state)
    )
    return {(list_id, state): number for list_id, state, number in db.session.execute(counted)}


def get_list_by_id(actor: Actor, list_id: int, capability: str = READ) -> EntityList:
    """A list of a project in which the actor has the capability somewhere; `NotFound`."""
    found = db.session.get(EntityList, list_id)
    if found is None or not actor.may(capability, found.project_id):
        raise NotFound
    return found


def find_entities(
    actor: Actor,
    entity_list: EntityList,
    *,
    text: str = "",
    only: str | None = None,
    after: int = 0,
    named: bool = False,
) -> Sequence[Entity]:
    """A page of a list's entities, in the order in which they came.

    `text` is looked for in ids and labels; in labels that name people (`named`) only where the
    actor may read personal answers.
    """
    statement = select(Entity).where(
        Entity.list_id == entity_list.id,
        Entity.id > after,
        readable(actor, entity_list.project_id),
        Entity.deleted_at.is_not(None) if only == "deleted" else Entity.deleted_at.is_(None),
    )
    if only == "conflict":
        statement = statement.where(Entity.conflict.is_not(None))
    if text:
        project_id = entity_list.project_id
        open_label = readable(actor, project_id, "personal.read") if named else true()
        labelled = and_(open_label, Entity.label.icontains(text, autoescape=True))
        statement = statement.where(or_(labelled, Entity.uuid.startswith(text.lower())))
    return db.session.scalars(statement.order_by(Entity.id).limit(PAGE)).all()


def nameable(actor: Actor, entity_list: EntityList, entities: Iterable[Entity]) -> frozenset[int]:
    """Those whose personal properties the actor may read."""
    ids = [entity.id for entity in entities]
    open_ = readable(actor, entity_list.project_id, "personal.read")
    return frozenset(db.session.scalars(select(Entity.id).where(Entity.id.in_(ids), open_)))


def people_of(versions: Iterable[EntityVersion]) -> dict[str, str]:
    """The names of those who made versions by hand, by how versions call them (`user:3`)."""
    ids = {v.actor.partition(":")[2] for v in versions if v.actor and v.actor.startswith("user:")}
    people = select(User).where(User.id.in_([int(user_id) for user_id in ids]))
    return {f"user:{user.id}": user.full_name for user in db.session.scalars(people)}


def get_entity(
    actor: Actor, entity_id: int, capability: str = READ, *, lock: bool = False
) -> tuple[Entity, EntityList]:
    """An entity with its list; `NotFound` also where the actor may not see it."""
    statement = (
        select(Entity, EntityList)
        .join(EntityList, EntityList.id == Entity.list_id)
        .where(Entity.id == entity_id)
    )
    if lock:
        statement = statement.with_for_update(of=Entity).execution_options(populate_existing=True)
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound
    entity, entity_list = row
    seen = select(Entity.id).where(
        Entity.id == entity_id, readable(actor, entity_list.project_id, capability)
    )
    if db.session.scalar(seen) is None:
        raise NotFound
    return entity, entity_list


def versions_of(entity_id: int) -> Sequence[EntityVersion]:
    """Every version of an entity, the newest first."""
    found = select(EntityVersion).where(EntityVersion.entity_id == entity_id)
    return db.session.scalars(found.order_by(EntityVersion.version.desc())).all()


def actions_of(submission_id: int) -> list[Asked]:
    """What an interview asked for in each of its versions, and what became of it."""
    rows = db.session.execute(
        select(EntityActionRow, EntityList.name, Entity)
        .outerjoin(EntityList, EntityList.id == EntityActionRow.list_id)
        .outerjoin(
            Entity,
            and_(Entity.list_id == EntityActionRow.list_id, Entity.uuid == EntityActionRow.uuid),
        )
        .where(EntityActionRow.submission_id == submission_id)
        .order_by(EntityActionRow.instance_pk, EntityActionRow.position)
    )
    return [Asked(row, name or row.action["list"], entity) for row, name, entity in rows]


def open_actions(actor: Actor, entity_list: EntityList) -> Sequence[EntityActionRow]:
    """A page of what is held for a predecessor or failed, oldest first."""
    found = (
        select(EntityActionRow)
        .join(Submission, Submission.id == EntityActionRow.submission_id)
        .where(
            EntityActionRow.list_id == entity_list.id,
            EntityActionRow.state.in_(("held", "failed")),
            within(Submission.unit_id, actor, READ, entity_list.project_id),
        )
        .order_by(EntityActionRow.instance_pk, EntityActionRow.position)
        .limit(PAGE)
    )
    return db.session.scalars(found).all()
