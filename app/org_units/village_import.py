"""Takes a checked list of villages in: what the checks need to know, and all rows or none."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.clock import today
from app.db import db, driver
from app.org_units import names
from app.org_units.load import LAST_OLD_DAY, REFORM
from app.org_units.models import OrgUnit, OrgUnitName
from app.org_units.queries import find_by_code
from app.org_units.village_checks import Commune, Known, Village
from app.org_units.villages import create_village

COMMUNES = """
select u.id, c.code, u.name, u.longitude, u.latitude
from org_units u join org_unit_codes c on c.org_unit_id = u.id and c.valid_to is null
where u.level = 'commune' and u.valid_to is null
"""
VILLAGES = """
select p.parent_id, u.public_id, u.type, u.name
from org_units u join org_unit_parents p on p.unit_id = u.id and p.valid_to is null
where u.level = 'village' and u.valid_to is null
"""
OLD = """
select s.successor_id, c.code, o.name, n.name, nc.code
from org_unit_successions s
join org_units o on o.id = s.predecessor_id and o.level = 'commune'
join org_unit_codes c on c.org_unit_id = o.id and c.valid_to = s.on_date - 1
join org_units n on n.id = s.successor_id
join org_unit_codes nc on nc.org_unit_id = n.id and nc.valid_from = s.on_date
order by nc.code
"""
FIRST_DAY = "select min(valid_from) from org_units"


def read_known(mine: Collection[int] | None) -> Known:
    """The country as the checks need it; `mine` are the communes one may write to, None for all."""
    villages: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for commune_id, public_id, type_, name in driver().execute(VILLAGES):
        villages[commune_id][public_id] = (type_, name)
    old: dict[int, dict[str, str]] = defaultdict(dict)
    heirs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    old_names: dict[str, str] = {}
    for successor, code, name, heir, heir_code in driver().execute(OLD):
        old[successor][code] = old_names[code] = name
        heirs[code].append((heir_code, heir))
    communes = {}
    for pk, code, name, longitude, latitude in driver().execute(COMMUNES).fetchall():
        point = None if longitude is None else (longitude, latitude)
        is_mine = mine is None or pk in mine
        communes[code] = Commune(pk, code, name, is_mine, point, old[pk], villages[pk])
    retired = {code: found for code, found in heirs.items() if code not in communes}
    row = driver().execute(FIRST_DAY).fetchone()
    assert row is not None
    return Known(communes, retired, old_names, REFORM, row[0], today())


def create_villages(villages: Sequence[Village]) -> list[OrgUnit]:
    """Makes them all; a refusal in the middle leaves nothing behind, with its transaction."""
    made = []
    for village in villages:
        old = find_by_code(village.old_code, "commune", LAST_OLD_DAY) if village.old_code else None
        reaches_back = village.valid_from is None or village.valid_from < REFORM
        unit = create_village(
            village.commune_id, village.name, village.type,
            valid_from=village.valid_from, lay_in=old if reaches_back else None,
            longitude=village.longitude, latitude=village.latitude, is_confirmed=True,
        )  # fmt: skip
        for alias in village.aliases:
            add_alias(unit, alias)
        made.append(unit)
    return made


def add_alias(unit: OrgUnit, name: str) -> None:
    """Another name by which people look a place up; adding it again is harmless."""
    known = select(OrgUnitName.id).where(OrgUnitName.unit_id == unit.id, OrgUnitName.name == name)
    if db.session.scalar(known) is None:
        key = names.fold(name)
        db.session.add(OrgUnitName(unit_id=unit.id, type=unit.type, name=name, search_key=key))
