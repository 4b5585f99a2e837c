"""Finds the places that a batch of interviews names, with one question each to the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.db import driver

VILLAGES = """
select u.public_id, u.id, a.ancestor_id
from org_units u
join org_unit_ancestors a on a.unit_id = u.id and a.distance = 1 and a.valid_to is null
where u.level = 'village' and u.public_id = any(%s)
"""

COMMUNES = """
select c.code, u.id from org_unit_codes c
join org_units u on u.id = c.org_unit_id and u.level = 'commune'
where c.code = any(%s) and c.valid_to is null
"""

TERRITORIES = """
select g.app_user_id, a.unit_id
from role_grants g
join org_unit_ancestors a on a.ancestor_id = g.org_unit_id and a.valid_to is null
where g.app_user_id = any(%s) and a.unit_id = any(%s) and g.revoked_at is null
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Villages by public id (with their commune), communes by code, and who may work where."""

    villages: dict[str, tuple[int, int]] = field(default_factory=dict)
    communes: dict[str, int] = field(default_factory=dict)
    territories: frozenset[tuple[int, int]] = frozenset()


def find_places(
    villages: Iterable[str | None], communes: Iterable[str | None], app_users: Iterable[int | None]
) -> Places:
    """The places with these ids and codes, and which of the phones' territories they lie in."""
    connection = driver()
    wanted = sorted({v for v in villages if v})
    rows = connection.execute(VILLAGES, (wanted,)).fetchall() if wanted else []
    found = {public_id: (unit, commune) for public_id, unit, commune in rows}
    codes = sorted({c for c in communes if c})
    by_code = dict(connection.execute(COMMUNES, (codes,)).fetchall()) if codes else {}
    units = sorted(unit for unit, _ in found.values())
    senders = sorted({a for a in app_users if a})
    held = connection.execute(TERRITORIES, (senders, units)).fetchall() if units else []
    return Places(found, by_code, frozenset(held))
