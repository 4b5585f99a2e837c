"""`/api/v1/entity-lists` and `/api/v1/entities`: lists, entities with their versions, and changes.

Personal properties are left out, and so is the label of an entity whose list has some.
"""

from collections.abc import Collection
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from app.access import requires
from app.accounts.actors import Actor
from app.api.blueprint import caller, resource
from app.api.cursors import read_record, write_cursor
from app.api.errors import BadParameters
from app.api.parameters import LARGEST_RECORD, choose_project, number, text
from app.db import transaction
from app.entities import change, queries
from app.entities.models import Entity, EntityList
from app.entities.registry import get_list, personal_names, properties_of

RECORD = f"int(max={LARGEST_RECORD})"
ACTS = ("change", "resolve", "delete", "restore")
LONGEST = 2000


class ProjectQuery(Schema):
    """Whose lists are asked for."""

    project = number(description="Number of a project; the caller's first one without.")


class EntityQuery(ProjectQuery):
    """Which entities are asked for."""

    name = text(description="Name of the list.")
    show = fields.String(validate=OneOf(queries.FILTERS))
    next = text(200, "The text under “next” of the answer before.")


class EntityChangeBody(Schema):
    """A change by hand, with the version that was looked at."""

    act = fields.String(load_default="change", validate=OneOf(ACTS))
    version = number(LARGEST_RECORD, "The version that was looked at; a newer one is a conflict.")
    label = text(LONGEST)
    values = fields.Dict(
        keys=fields.String(validate=Length(1, 200)),
        values=fields.String(validate=Length(0, LONGEST)),
        load_default=dict,
        metadata={"description": "By property; those that are not given stay."},
    )
    reason = text(LONGEST, "Required to change and to delete.")


class EntityListSchema(Schema):
    """A list, and what is open about it as far as the caller may see."""

    name = fields.String()
    needs_approval = fields.Boolean()
    properties = fields.List(fields.String())
    entities = fields.Integer()
    conflicts = fields.Integer()
    held = fields.Integer()
    waiting = fields.Integer()
    failed = fields.Integer()


class EntityListsSchema(Schema):
    """Every list of a project."""

    items = fields.List(fields.Nested(EntityListSchema))


class EntitySchema(Schema):
    """An entity as it is now."""

    id = fields.Integer()
    list = fields.String()
    uuid = fields.String()
    label = fields.String(allow_none=True)
    version = fields.Integer()
    data = fields.Dict()
    conflict = fields.String(allow_none=True)
    unit = fields.Integer(allow_none=True)
    updated_at = fields.AwareDateTime()
    deleted_at = fields.AwareDateTime(allow_none=True)


class EntityPage(Schema):
    """A page of entities."""

    items = fields.List(fields.Nested(EntitySchema))
    next = fields.String(allow_none=True)


class EntityVersionSchema(Schema):
    """An entity from one change to the next."""

    version = fields.Integer()
    base = fields.Integer(allow_none=True)
    label = fields.String(allow_none=True)
    data = fields.Dict()
    conflict = fields.String(allow_none=True)
    clashes = fields.List(fields.String())
    submission = fields.Integer(allow_none=True)
    by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    at = fields.AwareDateTime()


class EntityDetail(EntitySchema):
    """An entity with its history, the newest version first."""

    versions = fields.List(fields.Nested(EntityVersionSchema))


@resource("/entity-lists", query=ProjectQuery, answer=EntityListsSchema)
@requires("submission.read")
def list_entity_lists(asked: dict[str, Any]) -> dict[str, Any]:
    """The entity lists of a project, by name"""
    project_id = choose_project(caller(), queries.READ, asked.get("project"))
    return {"items": [_list(found) for found in queries.overview(caller(), project_id)]}


@resource("/entities", query=EntityQuery, answer=EntityPage)
@requires("submission.read")
def list_entities(asked: dict[str, Any]) -> dict[str, Any]:
    """A list's entities, in the order in which they came, a hundred at a time"""
    actor = caller()
    project_id = choose_project(actor, queries.READ, asked.get("project"))
    if "name" not in asked:
        raise BadParameters("Say which list: name=trees, for example.")
    entity_list = get_list(project_id, asked["name"])
    found = queries.find_entities(
        actor, entity_list, only=asked.get("show"), after=read_record(asked.get("next")) or 0
    )
    more = write_cursor([found[-1].id]) if len(found) == queries.PAGE else None
    return {"items": [_entity(entity, entity_list) for entity in found], "next": more}


@resource(f"/entities/<{RECORD}:entity_id>", answer=EntityDetail)
@requires("submission.read")
def show_entity(entity_id: int) -> dict[str, Any]:
    """One entity with every version it had"""
    return _detail(caller(), entity_id)


@resource(
    f"/entities/<{RECORD}:entity_id>", method="PATCH", body=EntityChangeBody, answer=EntityDetail
)
@requires("submission.decide")
def change_entity(body: dict[str, Any], entity_id: int) -> dict[str, Any]:
    """Change an entity, settle its conflict, delete or restore it"""
    actor, reason = caller(), body.get("reason", "")
    with transaction():
        if body["act"] == "delete":
            change.delete_entity(entity_id, actor, reason=reason)
        elif body["act"] == "restore":
            change.restore_entity(entity_id, actor)
        elif body["act"] == "resolve":
            change.resolve_conflict(entity_id, actor, seen=body.get("version", 0))
        else:
            _change(entity_id, body, actor, reason)
        return _detail(actor, entity_id)


def _change(entity_id: int, body: dict[str, Any], actor: Actor, reason: str) -> None:
    entity, entity_list = queries.get_entity(actor, entity_id, change.DECIDE)
    personal = personal_names(entity_list.id)
    if personal and not queries.nameable(actor, entity_list, [entity]):
        body = body | {"label": None, "values": _without(body["values"], personal)}
    change.change_entity(
        entity_id,
        actor,
        label=body.get("label"),
        values=body["values"],
        reason=reason,
        seen=body.get("version", 0),
    )


def _list(found: queries.Overview) -> dict[str, Any]:
    counts = {
        name: getattr(found, name)
        for name in ("entities", "conflicts", "held", "waiting", "failed")
    }
    return counts | {
        "name": found.list.name,
        "needs_approval": found.list.needs_approval,
        "properties": [item.name for item in properties_of(found.list.id)],
    }


def _without(values: dict[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in names}


def _entity(entity: Entity, entity_list: EntityList) -> dict[str, Any]:
    personal = personal_names(entity_list.id)
    return {
        "id": entity.id,
        "list": entity_list.name,
        "uuid": entity.uuid,
        "label": None if personal else entity.label,
        "version": entity.version,
        "data": _without(entity.data, personal),
        "conflict": entity.conflict,
        "unit": entity.unit_id,
        "updated_at": entity.updated_at,
        "deleted_at": entity.deleted_at,
    }


def _detail(actor: Actor, entity_id: int) -> dict[str, Any]:
    entity, entity_list = queries.get_entity(actor, entity_id)
    personal = personal_names(entity_list.id)
    versions = [
        {
            "version": version.version,
            "base": version.base,
            "label": None if personal else version.label,
            "data": _without(version.data, personal),
            "conflict": version.conflict,
            "clashes": version.clashes,
            "submission": version.submission_id,
            "by": version.actor,
            "reason": version.reason,
            "at": version.at,
        }
        for version in queries.versions_of(entity_id)
    ]
    return _entity(entity, entity_list) | {"versions": versions}
