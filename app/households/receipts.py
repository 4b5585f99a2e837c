"""What the server holds of a surveyor's: the list `receipts`, which a form may show them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from app.accounts.actors import Actor
from app.clock import local_date
from app.db import db, driver
from app.forms.models import Form, FormVersion
from app.i18n import format_date, gettext, in_language
from app.submissions.models import Instance, Interview, ParkedUpload, Submission

HEADER = "name,label,household,form,received,state"
MOST = 300  # the newest ones

# Only programmes that show the list to their surveyors pay for keeping it fresh.
CHANGED = """
update projects p set lists_version = lists_version + 1
where p.id = any(%s) and exists (
    select from forms f join form_media m on m.form_version_id = f.current_version_id
    where f.project_id = p.id and m.made_list = 'receipts')
"""


def touch(project_ids: Collection[int]) -> None:
    """Say that phones' receipts changed, in the programmes whose forms show them."""
    if project_ids:
        driver().execute(CHANGED, (sorted(project_ids),))


def receipts(actor: Actor, project_id: int, language: str) -> Iterable[Sequence[object]]:
    """One row for each interview of the surveyor's, the newest first, then what is parked.

    Households by their code, without names: the phone's own list has them.
    """
    with in_language(language):
        rows = db.session.execute(_filed(actor, project_id)).all()
        for instance, form, title, household, state in rows:
            received = local_date(instance.received_at)
            label = " · ".join(
                filter(None, (household, title, format_date(received), _state(state)))
            )
            yield instance.instance_id, label, household or "", form, received, state or "received"
        parked = select(ParkedUpload).where(
            ParkedUpload.project_id == project_id,
            ParkedUpload.app_user_id == actor.id,
            ParkedUpload.settled_at.is_(None),
        )
        for upload in db.session.scalars(parked.order_by(ParkedUpload.id.desc()).limit(MOST)):
            received = local_date(upload.received_at)
            form = upload.xml_form_id or ""
            label = " · ".join(filter(None, (form, format_date(received), _state("parked"))))
            yield f"parked-{upload.id}", label, "", form, received, "parked"


def _filed(actor: Actor, project_id: int) -> Any:
    """The newest version of each interview, with what is known of it."""
    return (
        select(Instance, Form.xml_form_id, FormVersion.title, Interview.household, Submission.state)
        .join(Form, Form.id == Instance.form_id)
        .join(FormVersion, FormVersion.id == Instance.form_version_id)
        .outerjoin(Submission, _chain())
        .outerjoin(Interview, Interview.instance_pk == Instance.id)
        .where(Instance.project_id == project_id, Instance.app_user_id == actor.id)
        .where(or_(Submission.id.is_(None), Submission.current_pk == Instance.id))
        .order_by(Instance.id.desc())
        .limit(MOST)
    )


def _chain() -> ColumnElement[bool]:
    """An instance belongs to the submission of its chain's first one."""
    first = and_(Instance.root_id.is_(None), Submission.id == Instance.id)
    return or_(first, Submission.id == Instance.root_id)


def _state(state: str | None) -> str:
    known = {
        "received": gettext("waiting for review"),
        "edited": gettext("edited, waiting for review"),
        "approved": gettext("approved"),
        "rejected": gettext("rejected"),
        "parked": gettext("kept, the commune will look at it"),
    }
    return known.get(state or "received", "")
