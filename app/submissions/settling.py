"""What becomes of parked uploads: they file themselves, or a person chooses."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select, true

from app import audit, clock, queue
from app.accounts.actors import Actor
from app.accounts.models import RoleGrant
from app.accounts.scope import within
from app.db import db, driver, on_commit
from app.errors import BadRequest, Conflict, NotFound
from app.submissions.filing import attach_to_interview, file_upload
from app.submissions.models import ParkedAttachment, ParkedUpload
from app.submissions.queries import may_read

# What a person may do with an upload, by the reason for which it waits, the likeliest first.
_OTHER_VERSION = ("newest", "attach", "discard")
CHOICES = {
    "unreadable": ("discard",),
    "edit-of-unknown": ("admit", "alone", "discard"),
    "same-id": _OTHER_VERSION,
    "edit-outdated": _OTHER_VERSION,
}
_USUAL = ("admit", "discard")
SETTLEMENTS = {
    "admit": "admitted",
    "newest": "admitted",
    "alone": "admitted",
    "attach": "attached",
    "discard": "discarded",
}


def choices_of(upload: ParkedUpload) -> tuple[str, ...]:
    """What may be done with an upload."""
    return CHOICES.get(upload.reason, _USUAL)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """A parked upload has no certain place: it is shown where its sender works."""
    if actor.is_operator:
        return true()
    return exists().where(
        RoleGrant.app_user_id == ParkedUpload.app_user_id,
        within(RoleGrant.org_unit_id, actor, "parked.manage", ParkedUpload.project_id),
    )


def list_parked(
    actor: Actor, project_id: int, *, after: int = 0, limit: int | None = None
) -> list[ParkedUpload]:
    """What waits for a person, oldest first, behind that with the number `after`."""
    statement = (
        select(ParkedUpload)
        .where(
            ParkedUpload.project_id == project_id,
            ParkedUpload.settled_at.is_(None),
            ParkedUpload.id > after,
            _visible(actor),
        )
        .order_by(ParkedUpload.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def get_parked(parked_id: int, actor: Actor) -> ParkedUpload:
    """One parked upload, settled or not; raises `NotFound`."""
    statement = select(ParkedUpload).where(ParkedUpload.id == parked_id, _visible(actor))
    held = statement.with_for_update().execution_options(populate_existing=True)
    upload = db.session.scalar(held)
    if upload is None:
        raise NotFound
    return upload


def files_of(parked_id: int) -> list[str]:
    """The names of the files that came with an upload."""
    names = select(ParkedAttachment.name).filter_by(parked_id=parked_id)
    return list(db.session.scalars(names.order_by(ParkedAttachment.name)))


INTERVIEW = """
select coalesce(i.root_id, i.id) from parked_uploads p
join forms f on f.project_id = p.project_id and f.xml_form_id = p.xml_form_id
join instances i on i.form_id = f.id
 and i.instance_id = case p.reason when 'same-id' then p.instance_id else p.deprecated_id end
where p.id = %s
"""


def interview_of(parked_id: int, actor: Actor) -> int | None:
    """The interview here that an upload is about, if there is one that the actor may read."""
    row = driver().execute(INTERVIEW, (parked_id,)).fetchone()
    return row[0] if row and may_read(actor, row[0], "parked.manage") else None


def settle(parked_id: int, choice: str, actor: Actor, *, reason: str = "") -> int | None:
    """Does what a person chose (`CHOICES`) with an upload; the instance it went to.

    A discarded upload needs a reason and keeps its bytes. Raises `Conflict` when the choice cannot
    be carried out (yet), or somebody settled it already.
    """
    upload = get_parked(parked_id, actor)
    if upload.settled_at is not None:
        raise Conflict("Somebody has settled this already.")
    if choice not in choices_of(upload):
        raise BadRequest(
            "With this upload you can: %(choices)s.", choices=", ".join(choices_of(upload))
        )
    if choice == "discard" and not reason:
        raise BadRequest("Write why it is discarded.")
    instance_pk = _carry_out(upload, choice, actor)
    _mark(upload, SETTLEMENTS[choice], instance_pk)
    detail: dict[str, Any] = {"choice": choice, "instance": instance_pk, "reason": reason or None}
    told = {name: value for name, value in detail.items() if value is not None}
    audit.record(actor.label, f"parked.{upload.settlement}", f"parked:{upload.id}", **told)
    on_commit(queue.ring)
    return instance_pk


def _carry_out(upload: ParkedUpload, choice: str, actor: Actor) -> int | None:
    if choice == "discard":
        return None
    if choice in _OTHER_VERSION and interview_of(upload.id, actor) is None:
        raise Conflict("Its interview lies where you may not settle uploads, or is not read yet.")
    if choice == "attach":
        attached = attach_to_interview(upload.id)
        if not attached.count:
            raise Conflict("The interview lacks none of its files, so nothing can be attached.")
        return attached.instance_pk
    instance_pk = file_upload(upload.id, choice)
    if instance_pk is None:
        raise Conflict(
            "It still cannot be filed: publish the form's version, or wait for the original."
        )
    return instance_pk


WAITING_EDITS = """
select p.id from parked_uploads p
join instances i on i.project_id = p.project_id and i.instance_id = p.deprecated_id
join forms f on f.id = i.form_id and f.xml_form_id = p.xml_form_id
where i.id = any(%s) and p.settled_at is null and p.reason = 'edit-of-unknown'
order by p.id for update of p
"""


def admit_waiting_edits(instance_pks: list[int]) -> int:
    """Files the edits that came before the originals with these ids; how many.

    Of several edits of one version the first is filed; the others wait for a person from now on.
    """
    admitted = 0
    for (parked_id,) in driver().execute(WAITING_EDITS, (instance_pks,)).fetchall():
        upload = db.session.get_one(ParkedUpload, parked_id)
        instance_pk = file_upload(parked_id, "admit")
        if instance_pk is None:
            upload.reason = "same-id" if _is_taken(parked_id) else "edit-outdated"
        else:
            _mark(upload, "admitted", instance_pk)
            admitted += 1
    db.session.flush()
    return admitted


def _is_taken(parked_id: int) -> bool:
    taken = driver().execute(
        "select from parked_uploads p"
        " join forms f on f.project_id = p.project_id and f.xml_form_id = p.xml_form_id"
        " join instances i on i.form_id = f.id and i.instance_id = p.instance_id where p.id = %s",
        (parked_id,),
    )
    return taken.rowcount > 0


def _mark(upload: ParkedUpload, settlement: str, instance_pk: int | None) -> None:
    upload.settled_at, upload.settlement = clock.now(), settlement
    upload.filed_pk = instance_pk
