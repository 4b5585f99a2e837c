"""Which phones a form is for: those that work in its places, or all when it has none.

Only the list of forms follows it. What a phone sends is taken whoever it is, since the form may
have come to it before, or by hand.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole, within
from app.db import db
from app.errors import NotFound
from app.forms.models import Form, FormPlace
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor

CAPABILITY = "list.download"


def assign(project_id: int, form_id: int, unit_ids: Iterable[int], actor: Actor) -> Form:
    """Give a form to the phones that work in these places; to all when there are none."""
    require_whole(actor, "form.manage", project_id)
    statement = select(Form).where(Form.id == form_id, Form.project_id == project_id)
    form = db.session.scalar(statement.with_for_update())
    if form is None:
        raise NotFound
    before, after = [unit.id for unit in places_of(form.id)], sorted(set(unit_ids))
    if sorted(before) != after:
        db.session.execute(delete(FormPlace).where(FormPlace.form_id == form.id))
        if after:
            rows = [{"form_id": form.id, "org_unit_id": unit_id} for unit_id in after]
            db.session.execute(insert(FormPlace), rows)
        audit.record(actor.label, "form.assigned", f"form:{form.id}", before=before, after=after)
    return form


def places_of(form_id: int) -> Sequence[OrgUnit]:
    """The places a form is for, in alphabetical order; none means all."""
    places = (
        select(OrgUnit)
        .join(FormPlace, FormPlace.org_unit_id == OrgUnit.id)
        .where(FormPlace.form_id == form_id)
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    return db.session.scalars(places).all()


def is_for(actor: Actor, project_id: int) -> ColumnElement[bool]:
    """Condition: a form has no places, or one that holds or lies in the actor's territory today."""
    around = OrgUnitAncestor
    holds = exists().where(
        around.unit_id.in_(actor.units(CAPABILITY, project_id)),
        around.ancestor_id == FormPlace.org_unit_id,
        valid_on(around),
    )
    lies_in = within(FormPlace.org_unit_id, actor, CAPABILITY, project_id)
    of_form = FormPlace.form_id == Form.id
    return or_(~exists().where(of_form), exists().where(and_(of_form, or_(holds, lies_in))))
