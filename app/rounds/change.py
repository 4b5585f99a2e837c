"""Opens rounds and sets how their interviews are reviewed."""

import secrets
from datetime import date

from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import db
from app.errors import BadRequest, Conflict
from app.rounds.models import Round
from app.rounds.queries import get_round

POLICIES = ("hold-all", "approve-unflagged")


def open_round(
    project_id: int,
    code: str,
    name: str,
    starts_on: date,
    ends_on: date | None,
    *,
    actor: Actor,
    legal_basis: str | None = None,
) -> Round:
    """A new round; raises `Conflict` when the code is taken."""
    require_whole(actor, "round.manage", project_id)
    if ends_on is not None and ends_on < starts_on:
        raise BadRequest("The round ends before it starts. Correct one of the dates.")
    if db.session.scalar(select(Round).filter_by(project_id=project_id, code=code)):
        raise Conflict("There is a round with the code “%(code)s” already.", code=code)
    opened = Round(
        project_id=project_id,
        code=code,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        legal_basis=legal_basis,
        pick_salt=secrets.token_hex(16),
    )
    db.session.add(opened)
    db.session.flush()
    audit.record(actor.label, "round.opened", f"round:{opened.id}", code=code)
    return opened


def set_review_policy(project_id: int, code: str, policy: str, *, actor: Actor) -> Round:
    """Sets whether interviews without flags are approved by themselves from now on."""
    require_whole(actor, "round.manage", project_id)
    if policy not in POLICIES:
        raise BadRequest("The review policy is one of: %(known)s.", known=", ".join(POLICIES))
    found = get_round(project_id, code)
    found.review_policy = policy
    audit.record(actor.label, "round.review_set", f"round:{found.id}", policy=policy)
    return found
