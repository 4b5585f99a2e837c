"""The places figures are of."""

from datetime import date

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor, OrgUnitCode

Place = tuple[OrgUnit, str | None]  # with its code


def places_of(  # noqa: PLR0917 - each narrows the question
    actor: Actor,
    project_id: int,
    unit_id: int,
    level: str,
    on: date,
    capability: str = "indicator.read",
) -> list[Place]:
    """Places of a level at or below a unit, as far as the reader's rights go, in their order."""
    code = (
        select(OrgUnitCode.code)
        .where(OrgUnitCode.org_unit_id == OrgUnit.id, valid_on(OrgUnitCode, on))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(OrgUnit, code)
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == OrgUnit.id)
        .where(
            OrgUnitAncestor.ancestor_id == unit_id,
            valid_on(OrgUnitAncestor, on),
            OrgUnit.level == level,
            valid_on(OrgUnit, on),
            within(OrgUnit.id, actor, capability, project_id),
        )
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    return [(unit, unit.public_id or code) for unit, code in db.session.execute(statement)]
