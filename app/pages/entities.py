"""Entity lists: what they hold, one entity with its history, and changes by hand."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import audit
from app.access import requires
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.db import transaction
from app.entities import change, queries
from app.entities.models import Entity, EntityList
from app.entities.registry import personal_names, properties_of, set_needs_approval
from app.errors import BadRequest, Conflict, Problem
from app.org_units.queries import get_unit
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import LARGEST_RECORD, asked, asked_id, chosen, posted, posted_id
from app.pages.reader import reader
from app.pages.rules import RECORD, UNIT
from app.projects.queries import get_project

ANSWER = "property."  # in front of a property's name among the fields of the form


@pages.get("/entities")
@requires("submission.read")
def list_entity_lists() -> ResponseReturnValue:
    """The lists of a project, with what somebody should look at."""
    projects = choose_project(reader(), queries.READ)
    lists = queries.overview(reader(), projects.chosen.id)
    return render_template("entity_lists.html", projects=projects, lists=lists)


@pages.get(f"/entities/lists/<{UNIT}:list_id>")
@requires("submission.read")
def show_entity_list(list_id: int) -> ResponseReturnValue:
    """A page of a list's entities."""
    with transaction():
        return _list_page(list_id)


@pages.post(f"/entities/lists/<{UNIT}:list_id>/approval")
@requires("form.manage")
def set_entity_approval(list_id: int) -> ResponseReturnValue:
    """Sets whether interviews change the list on receipt or once they are approved."""
    entity_list = queries.get_list_by_id(reader(), list_id, "form.manage")
    with transaction():
        set_needs_approval(
            entity_list.project_id,
            entity_list.name,
            needs_approval=posted("approval") == "yes",
            actor=reader(),
        )
    return redirect(url_for("pages.show_entity_list", list_id=list_id), 303)


@pages.post(f"/entities/lists/<{UNIT}:list_id>/held")
@requires("submission.decide")
def carry_out_held(list_id: int) -> ResponseReturnValue:
    """Carries an action out although what it follows has not come."""
    queries.get_list_by_id(reader(), list_id)
    instance_pk = posted_id("instance", LARGEST_RECORD) or 0
    try:
        with transaction():
            change.carry_out_held(instance_pk, posted("position"), reader())
    except Conflict as problem:
        return _list_page(list_id, problem), problem.status
    return redirect(url_for("pages.show_entity_list", list_id=list_id), 303)


@pages.get(f"/entities/<{RECORD}:entity_id>")
@requires("submission.read")
def show_entity(entity_id: int) -> ResponseReturnValue:
    """One entity as it is now and as it was; personal properties on request, which is recorded."""
    with transaction():
        return _entity_page(entity_id)


@pages.post(f"/entities/<{RECORD}:entity_id>/change")
@requires("submission.decide")
def change_entity(entity_id: int) -> ResponseReturnValue:
    """Does what the person chose: changes, resolves, deletes or restores."""
    try:
        with transaction():
            _change(entity_id, reader())
    except (BadRequest, Conflict) as problem:
        return _entity_page(entity_id, problem), problem.status
    return redirect(url_for("pages.show_entity", entity_id=entity_id), 303)


def _change(entity_id: int, actor: Actor) -> None:
    act, reason, seen = posted("act"), posted("reason"), posted_id("seen") or 0
    if act == "change":
        entity, entity_list = queries.get_entity(actor, entity_id, change.DECIDE)
        hidden = set() if _may_read(entity, entity_list, actor) else personal_names(entity_list.id)
        values = {
            name: posted(field)
            for field in request.form
            if field.startswith(ANSWER) and (name := field.removeprefix(ANSWER)) not in hidden
        }
        label = posted("label") if "label" in request.form and not hidden else None
        change.change_entity(entity_id, actor, label=label, values=values, reason=reason, seen=seen)
    elif act == "resolve":
        change.resolve_conflict(entity_id, actor, seen=seen)
    elif act == "delete":
        change.delete_entity(entity_id, actor, reason=reason)
    elif act == "restore":
        change.restore_entity(entity_id, actor)
    else:
        raise BadRequest("Choose what to decide.")


def _may_read(entity: Entity, entity_list: EntityList, actor: Actor) -> bool:
    return bool(queries.nameable(actor, entity_list, [entity]))


def _list_page(list_id: int, problem: Problem | None = None) -> str:
    actor = reader()
    entity_list = queries.get_list_by_id(actor, list_id)
    # Where a list has personal properties, its labels may name people as well.
    named = bool(personal_names(entity_list.id))
    only, text = chosen("only", queries.FILTERS), asked("q")
    after = asked_id("after", LARGEST_RECORD) or 0
    entities = queries.find_entities(
        actor, entity_list, text=text, only=only, after=after, named=named
    )
    if named:
        labelled = queries.nameable(actor, entity_list, entities)
    else:
        labelled = frozenset(entity.id for entity in entities)
    if named and labelled:
        audit.record(actor.label, "entity_list.read", f"entity_list:{list_id}")
    return render_template(
        "entity_list.html",
        list=entity_list,
        properties=[item for item in properties_of(list_id) if not item.is_personal],
        entities=entities,
        labelled=labelled,
        more=entities[-1].id if len(entities) == queries.PAGE else None,
        open_actions=queries.open_actions(actor, entity_list),
        may_manage=_may_manage(actor, entity_list),
        may_decide=actor.may(change.DECIDE, entity_list.project_id),
        only=only,
        text=text,
        problem=problem,
    )


def _may_manage(actor: Actor, entity_list: EntityList) -> bool:
    place = get_project(entity_list.project_id).org_unit_id
    return place is not None and sees(actor, "form.manage", place, entity_list.project_id)


def _entity_page(entity_id: int, problem: Problem | None = None) -> str:
    actor = reader()
    entity, entity_list = queries.get_entity(actor, entity_id)
    personal, may_read = personal_names(entity_list.id), _may_read(entity, entity_list, actor)
    shown = not personal or (may_read and chosen("personal", ("yes",)) is not None)
    if personal and shown:
        audit.record(actor.label, "entity.read", f"entity:{entity_id}")
    properties = properties_of(entity_list.id)
    return render_template(
        "entity.html",
        entity=entity,
        list=entity_list,
        unit=get_unit(entity.unit_id) if entity.unit_id else None,
        properties=[p for p in properties if shown or not p.is_personal],
        hidden=[] if shown else sorted(personal),
        versions=(versions := queries.versions_of(entity_id)),
        people=queries.people_of(versions),
        labels_shown=shown,
        may_read_personal=may_read,
        may_decide=_may_decide(entity, entity_list, actor),
        problem=problem,
    )


def _may_decide(entity: Entity, entity_list: EntityList, actor: Actor) -> bool:
    place = entity.unit_id or get_project(entity_list.project_id).org_unit_id
    return place is not None and sees(actor, change.DECIDE, place, entity_list.project_id)
