"""Changes of entities by hand: each is a version or an event, with a reason and a name."""

from collections.abc import Mapping

from sqlalchemy import select

from app import audit, clock
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db, driver
from app.entities.models import Entity, EntityActionRow, EntityVersion
from app.entities.queries import get_entity
from app.entities.registry import properties_of
from app.entities.settle import change_places, settle
from app.errors import BadRequest, Conflict, NotFound
from app.submissions.queries import get_submission

DECIDE = "submission.decide"


def change_entity(
    entity_id: int,
    actor: Actor,
    *,
    label: str | None,
    values: Mapping[str, str],
    reason: str,
    seen: int,
) -> Entity:
    """Writes a new version; properties that are not given stay, `seen` is the version looked at.

    Raises `Conflict` when another version came meanwhile, or nothing would change.
    """
    entity = _decided(entity_id, actor)
    if entity.version != seen:
        raise Conflict("Somebody changed the entity meanwhile. Look at it, then change it again.")
    if entity.deleted_at is not None:
        raise Conflict("The entity was deleted.")
    known = {item.name for item in properties_of(entity.list_id)}
    data = entity.data | {name: text for name, text in values.items() if name in known}
    label = (label if label is not None else entity.label).strip()
    if not label:
        raise BadRequest("The new entity has no label.")
    if not reason:
        raise BadRequest("Write why it is changed.")
    if (data, label) == (entity.data, entity.label):
        raise Conflict("Nothing was changed.")
    entity.data, entity.label, entity.version = data, label, entity.version + 1
    entity.updated_at = clock.now()
    db.session.add(
        EntityVersion(
            entity_id=entity.id,
            version=entity.version,
            label=label,
            data=data,
            base=seen,
            actor=actor.label,
            reason=reason,
        )
    )
    return _done(entity, actor, "changed", reason)


def delete_entity(entity_id: int, actor: Actor, *, reason: str) -> Entity:
    """Takes an entity out of its list; phones forget it, its versions stay."""
    entity = _decided(entity_id, actor)
    if not reason:
        raise BadRequest("Write why it is deleted.")
    if entity.deleted_at is not None:
        raise Conflict("The entity was deleted.")
    entity.deleted_at = clock.now()
    return _done(entity, actor, "deleted", reason)


def restore_entity(entity_id: int, actor: Actor) -> Entity:
    """Puts a deleted entity back as it was."""
    entity = _decided(entity_id, actor)
    if entity.deleted_at is None:
        raise Conflict("The entity is not deleted.")
    entity.deleted_at = None
    return _done(entity, actor, "restored")


def resolve_conflict(entity_id: int, actor: Actor, *, seen: int) -> Entity:
    """Says that somebody looked at the conflict and the entity is right as it is now."""
    entity = _decided(entity_id, actor)
    if entity.version != seen:
        raise Conflict("Somebody changed the entity meanwhile. Look at it, then change it again.")
    entity.conflict = None
    return _done(entity, actor, "resolved")


def carry_out_held(instance_pk: int, position: str, actor: Actor) -> None:
    """Carries out an action although what it follows has not come, for example from a lost phone.

    Raises `NotFound` where the actor may not decide about its interview, `Conflict` when it no
    longer waits.
    """
    row = db.session.scalar(
        select(EntityActionRow).filter_by(instance_pk=instance_pk, position=position)
    )
    if row is None:
        raise NotFound
    get_submission(actor, row.submission_id, DECIDE)
    if row.state != "held" or row.list_id is None:
        raise Conflict("It does not wait any more.")
    subject = f"submission:{row.submission_id}"
    audit.record(actor.label, "entity_action.forced", subject, position=position)
    db.session.flush()
    settle([(row.list_id, row.uuid)], force=(instance_pk, position))
    db.session.expire(row)


def _decided(entity_id: int, actor: Actor) -> Entity:
    """The entity, locked; what is everybody's is changed only by who decides everywhere."""
    entity, entity_list = get_entity(actor, entity_id, DECIDE)
    if entity.unit_id is None:
        require_whole(actor, DECIDE, entity_list.project_id)
    # The same lock as a worker's, which comes before the row's.
    key = f"entity:{entity.list_id}:{entity.uuid}"
    driver().execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
    entity, _ = get_entity(actor, entity_id, DECIDE, lock=True)
    return entity


def _done(entity: Entity, actor: Actor, act: str, reason: str | None = None) -> Entity:
    db.session.flush()
    if act != "resolved":  # which phones do not see
        change_places([(entity.list_id, entity.unit_id)])
    told = {"reason": reason} if reason else {}
    audit.record(actor.label, f"entity.{act}", f"entity:{entity.id}", **told)
    return entity
