"""Lists and their properties: entered when a form that declares them is published."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db
from app.entities.actions import apply_all_waiting
from app.entities.models import EntityList, EntityProperty
from app.errors import Conflict, NotFound
from app.forms.media import MADE_LISTS, REGISTRY
from app.households.roster import SAVED
from app.xforms.definition import FormDefinition

# Lists that are made from places and the household registry keep their names to themselves.
TAKEN = frozenset(MADE_LISTS.values())


def list_names(project_id: int) -> frozenset[str]:
    """The names of a project's entity lists."""
    names = select(EntityList.name).where(EntityList.project_id == project_id)
    return frozenset(db.session.scalars(names))


def list_lists(project_id: int) -> Sequence[EntityList]:
    """A project's entity lists by name."""
    found = select(EntityList).where(EntityList.project_id == project_id)
    return db.session.scalars(found.order_by(EntityList.name)).all()


def get_list(project_id: int, name: str) -> EntityList:
    """The list with this name; `NotFound` when the project has none."""
    found = db.session.scalar(select(EntityList).filter_by(project_id=project_id, name=name))
    if found is None:
        raise NotFound
    return found


def properties_of(list_id: int) -> Sequence[EntityProperty]:
    """A list's properties, in the order in which forms brought them."""
    found = select(EntityProperty).where(EntityProperty.list_id == list_id)
    return db.session.scalars(found.order_by(EntityProperty.id)).all()


def personal_names(list_id: int) -> frozenset[str]:
    """The names of a list's properties that get personal answers."""
    return frozenset(item.name for item in properties_of(list_id) if item.is_personal)


def declare(project_id: int, definition: FormDefinition) -> None:
    """Enters the lists and properties of a form that is being published.

    Raises `Conflict` when a name is taken or is, but for capitals, that of another.
    """
    pii = {item.path: item.pii is not None for item in definition.fields}
    for block in definition.entities:
        if block.list == REGISTRY:
            _check_saved(block.saves.values())
            continue
        entity_list = _enter_list(project_id, block.list)
        marks = {name: pii.get(path, False) for path, name in block.saves.items()}
        _enter_properties(entity_list, marks)


def _check_saved(properties: Iterable[str]) -> None:
    """A phone drops what the server's list does not have, and the draw is the server's."""
    if unknown := set(properties) - SAVED:
        raise Conflict(
            "A form saves “%(name)s” to the household list. It may save: %(names)s.",
            name=min(unknown),
            names=", ".join(sorted(SAVED)),
        )


def _enter_list(project_id: int, name: str) -> EntityList:
    if name in TAKEN:
        raise Conflict(
            "The server makes the list “%(name)s” itself. Give the entity list another name.",
            name=name,
        )
    for other in list_names(project_id) - {name}:
        _refuse_twin(name, other)
    values = {"project_id": project_id, "name": name}
    db.session.execute(insert(EntityList).values(values).on_conflict_do_nothing())
    return db.session.scalars(select(EntityList).filter_by(**values).with_for_update()).one()


def _enter_properties(entity_list: EntityList, marks: dict[str, bool]) -> None:
    known = {item.name: item for item in properties_of(entity_list.id)}
    for name, is_personal in marks.items():
        if name in known:
            known[name].is_personal |= is_personal
            continue
        for other in known:
            _refuse_twin(name, other)
        known[name] = EntityProperty(list_id=entity_list.id, name=name, is_personal=is_personal)
        db.session.add(known[name])
        entity_list.revision += 1
    db.session.flush()


def _refuse_twin(name: str, other: str) -> None:
    if name.lower() == other.lower():
        raise Conflict(
            "“%(name)s” differs from “%(other)s”, which is known already, by capitals alone:"
            " write it in the same way.",
            name=name,
            other=other,
        )


def set_needs_approval(
    project_id: int, name: str, *, needs_approval: bool, actor: Actor
) -> EntityList:
    """Whether a list is changed by interviews on receipt, or once they are approved.

    What waits for approvals that are not asked for any more is carried out at once.
    """
    require_whole(actor, "form.manage", project_id)
    entity_list = get_list(project_id, name)
    if entity_list.needs_approval != needs_approval:
        entity_list.needs_approval = needs_approval
        db.session.flush()
        subject = f"entity_list:{entity_list.id}"
        audit.record(actor.label, "entity_list.approval_set", subject, needed=needs_approval)
        if not needs_approval:
            apply_all_waiting(entity_list.id)
    return entity_list
