"""What was brought, and what became of it, for those who may see it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, true

from app import stop_and_go
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.db import db
from app.errors import NotFound
from app.imports.models import Import, ImportItem
from app.projects.queries import get_project

SHOWN = 500  # folders of one page


def _visible(actor: Actor, project_id: int) -> ColumnElement[bool]:
    """People see what they brought; whoever imports for the whole programme sees all."""
    place = get_project(project_id).org_unit_id
    if actor.is_operator or (place and sees(actor, "submission.import", place, project_id)):
        return true()
    return or_(Import.actor == actor.label)


def list_imports(actor: Actor, project_id: int) -> Sequence[Import]:
    """The newest hundred of a project."""
    actor.require("submission.import", project_id)
    found = select(Import).where(Import.project_id == project_id, _visible(actor, project_id))
    return db.session.scalars(found.order_by(Import.id.desc()).limit(100)).all()


def get_import(actor: Actor, import_id: int, *, hold: bool = False) -> Import:
    """One of them; `NotFound` when somebody else brought it to another place."""
    found = db.session.get(Import, import_id)
    if found is None or not actor.may("submission.import", found.project_id):
        raise NotFound
    statement = select(Import).where(Import.id == import_id, _visible(actor, found.project_id))
    if hold:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    visible = db.session.scalar(statement)
    if visible is None:
        raise NotFound
    return visible


def count_outcomes(import_id: int) -> dict[str, int]:
    """By outcome, how many folders."""
    counted = (
        select(ImportItem.outcome, func.count().label("number"))
        .where(ImportItem.import_id == import_id)
        .group_by(ImportItem.outcome)
    )
    return {row.outcome: row.number for row in db.session.execute(counted)}


def look_at(import_id: int) -> Sequence[ImportItem]:
    """What a person may want to look at: the folders that were parked or left alone."""
    wanted = select(ImportItem).where(
        ImportItem.import_id == import_id, ImportItem.outcome.in_(("parked", "skipped"))
    )
    return db.session.scalars(wanted.order_by(ImportItem.position).limit(SHOWN)).all()


def stop(import_id: int, actor: Actor) -> None:
    """Stops a running import after the folder it is at."""
    stop_and_go.stop(_of_workers(import_id, actor), actor.label)


def resume(import_id: int, actor: Actor) -> None:
    """Goes on where it was stopped."""
    stop_and_go.resume(_of_workers(import_id, actor), actor.label)


def _of_workers(import_id: int, actor: Actor) -> Import:
    """One whose zip workers go through; what the command line brings is in nobody else's hand."""
    found = get_import(actor, import_id, hold=True)
    if found.zip_sha256 is None:
        raise stop_and_go.ended()
    return found
