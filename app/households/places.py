"""Which households the registry has in a place."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db
from app.households.models import Household
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnitAncestor


def count_households(actor: Actor, unit_id: int, on: date | None = None) -> int:
    """Households of today whose village lies (or lay, on a day) in a place; those one may see."""
    counted = (
        select(func.count())
        .select_from(Household)
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == Household.village_id)
        .where(
            OrgUnitAncestor.ancestor_id == unit_id,
            valid_on(OrgUnitAncestor, on),
            within(Household.village_id, actor, "submission.read", Household.project_id),
        )
    )
    return db.session.scalar(counted) or 0


def list_codes(actor: Actor, village_id: int) -> Sequence[str]:
    """Codes of a village's households, those one may see."""
    theirs = within(Household.village_id, actor, "submission.read", Household.project_id)
    statement = select(Household.code).where(Household.village_id == village_id, theirs)
    return db.session.scalars(statement.order_by(Household.code)).all()
