"""Takes a checked list of villages in: what the checks need to know, and all rows or none."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import select

from app.clock import today
from app.db import db, driver
from app.org_units.aliases import new_alias
from app.org_units.closure import rebuild
from app.org_units.load import LAST_OLD_DAY, REFORM
from app.org_units.models import OrgUnit, OrgUnitParent
from app.org_units.queries import find_by_code
from app.org_units.village_checks import Commune, Known, Village
from app.org_units.villages import fresh_public_ids, new_village, spans_of

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
HOLD = """
select from org_units where level = 'commune' and id in (
    select org_unit_id from org_unit_codes where code = any(%s) and valid_to is null
) order by id for no key update
"""
FIRST_DAY = "select min(valid_from) from org_units"


def read_known(mine: Collection[int]) -> Known:
    """The country as the checks need it; `mine` are the communes one may write to."""
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
        communes[code] = Commune(pk, code, name, pk in mine, point, old[pk], villages[pk])
    retired = {code: found for code, found in heirs.items() if code not in communes}
    row = driver().execute(FIRST_DAY).fetchone()
    assert row is not None
    return Known(communes, retired, old_names, REFORM, row[0], today())


def hold_communes(codes: Collection[str]) -> None:
    """Lets whoever else adds villages to these communes wait, so that none is made twice."""
    driver().execute(HOLD, (list(codes),))


def create_villages(villages: Sequence[Village]) -> list[OrgUnit]:
    """Makes checked villages, all in a few statements: a province has 6,000.

    A refusal in the middle leaves nothing behind, with its transaction.
    """
    ids = {village.commune_id for village in villages}
    found = db.session.scalars(select(OrgUnit).where(OrgUnit.id.in_(ids)))
    communes = {commune.id: commune for commune in found}
    spans_at, old_commune = cache(spans_of), cache(_old_commune)
    made, spans = [], []
    for village, public_id in zip(villages, fresh_public_ids(len(villages)), strict=True):
        commune = communes[village.commune_id]
        reaches_back = village.valid_from is None or village.valid_from < REFORM
        old = old_commune(village.old_code) if village.old_code and reaches_back else None
        first = village.valid_from or (old.valid_from if old else commune.valid_from)
        place = (village.longitude, village.latitude)
        unit = new_village(village.name, village.type, first, *place)
        unit.public_id = public_id
        made.append(unit)
        spans.append(spans_at(commune, first, old))
    db.session.add_all(made)
    db.session.flush()
    for village, unit, lay in zip(villages, made, spans, strict=True):
        db.session.add_all(
            OrgUnitParent(
                unit_id=unit.id, parent_id=span.parent, valid_from=span.first, valid_to=span.last
            )
            for span in lay
        )
        for alias in dict.fromkeys(village.aliases):
            db.session.add(new_alias(unit, alias))
    db.session.flush()
    rebuild([unit.id for unit in made])
    return made


def _old_commune(code: str) -> OrgUnit | None:
    return find_by_code(code, "commune", LAST_OLD_DAY)
