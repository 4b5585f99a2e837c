"""Opening and closing forms: whether phones get a form, and whether what they send is filed."""

from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db
from app.errors import BadRequest, NotFound
from app.forms.models import Form

STATES = ("open", "closing", "closed")


def set_state(project_id: int, form_id: int, state: str, actor: Actor) -> Form:
    """Sets whether a form is open, closing (takes interviews, is not listed) or closed."""
    require_whole(actor, "form.manage", project_id)
    if state not in STATES:
        raise BadRequest("The state is one of: %(known)s.", known=", ".join(STATES))
    statement = select(Form).where(Form.id == form_id, Form.project_id == project_id)
    form = db.session.scalar(statement.with_for_update())
    if form is None:
        raise NotFound
    if form.state != state:
        audit.record(
            actor.label, "form.state_set", f"form:{form.id}", before=form.state, after=state
        )
        form.state = state
    return form
