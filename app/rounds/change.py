"""Opens and changes rounds, and sets how their interviews are reviewed."""

import secrets
from datetime import date

from sqlalchemy import delete, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db
from app.errors import BadRequest, Conflict, NotFound
from app.forms.models import Form
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.projects.queries import get_project
from app.rounds.models import Round, RoundDeadline, RoundException, RoundForm
from app.rounds.plan import POLICIES, RoundPlan, check_code
from app.rounds.queries import get_round

COLUMNS = (
    "name", "starts_on", "ends_on", "legal_basis", "design", "valid_for", "frozen_on",
    "org_unit_id",
)  # fmt: skip


def open_round(project_id: int, code: str, plan: RoundPlan, *, actor: Actor) -> Round:
    """A new round; raises `Conflict` when the code is taken."""
    require_whole(actor, "round.manage", project_id)
    if db.session.scalar(select(Round).filter_by(project_id=project_id, code=check_code(code))):
        raise Conflict("There is a round with the code “%(code)s” already.", code=code)
    opened = Round(project_id=project_id, code=code, pick_salt=secrets.token_hex(16))
    _write(opened, plan)
    audit.record(actor.label, "round.opened", f"round:{opened.id}", code=code)
    return opened


def change_round(found: Round, plan: RoundPlan, *, actor: Actor) -> None:
    """Gives a round other settings; its code and its interviews stay."""
    require_whole(actor, "round.manage", found.project_id)
    before = {name: getattr(found, name) for name in COLUMNS}
    _write(found, plan)
    changed = {
        name: [str(before[name]), str(getattr(found, name))]
        for name in COLUMNS
        if before[name] != getattr(found, name)
    }
    audit.record(actor.label, "round.changed", f"round:{found.id}", **changed)


def set_review_policy(project_id: int, code: str, policy: str, *, actor: Actor) -> Round:
    """Sets whether interviews without flags are approved by themselves from now on."""
    require_whole(actor, "round.manage", project_id)
    if policy not in POLICIES:
        raise BadRequest("The review policy is one of: %(known)s.", known=", ".join(POLICIES))
    found = get_round(project_id, code)
    found.review_policy = policy
    audit.record(actor.label, "round.review_set", f"round:{found.id}", policy=policy)
    return found


def grant_exception(
    found: Round, org_unit_id: int, received_until: date, reason: str, *, actor: Actor
) -> RoundException:
    """Lets interviews of a place count that came after the freeze, up to a day of receipt."""
    require_whole(actor, "round.manage", found.project_id)
    if found.frozen_on is None or received_until <= found.frozen_on:
        raise BadRequest("The day lies before the freeze, so no exception is needed.")
    if not reason.strip():
        raise BadRequest("Write why late interviews shall count.")
    _check_place(found.project_id, org_unit_id)
    granted = RoundException(
        round_id=found.id,
        org_unit_id=org_unit_id,
        received_until=received_until,
        reason=reason.strip(),
        granted_by=actor.label,
    )
    db.session.add(granted)
    db.session.flush()
    audit.record(actor.label, "round.exception_granted", f"round:{found.id}", id=granted.id)
    return granted


def _write(found: Round, plan: RoundPlan) -> None:
    if plan.org_unit_id is not None:
        _check_place(found.project_id, plan.org_unit_id)
    for name in COLUMNS:
        setattr(found, name, getattr(plan, name))
    found.name = plan.name.strip()
    db.session.add(found)
    db.session.flush()
    _write_forms(found, plan)
    db.session.execute(delete(RoundDeadline).where(RoundDeadline.round_id == found.id))
    for due_on, name in sorted(set(plan.deadlines)):
        db.session.add(RoundDeadline(round_id=found.id, due_on=due_on, name=name.strip()))
    db.session.flush()


def _write_forms(found: Round, plan: RoundPlan) -> None:
    own = select(Form.id).where(Form.project_id == found.project_id, Form.id.in_(plan.form_ids))
    known = set(db.session.scalars(own))
    if known != set(plan.form_ids):
        raise NotFound("The project has no such form.")
    db.session.execute(delete(RoundForm).where(RoundForm.round_id == found.id))
    db.session.add_all(RoundForm(round_id=found.id, form_id=form_id) for form_id in sorted(known))


def _check_place(project_id: int, org_unit_id: int) -> None:
    around = select(OrgUnitAncestor.ancestor_id).where(OrgUnitAncestor.unit_id == org_unit_id)
    place = get_project(project_id).org_unit_id
    if db.session.get(OrgUnit, org_unit_id) is None or (
        place is not None and place not in set(db.session.scalars(around))
    ):
        raise NotFound("This place does not lie in the programme's territory.")
