"""Entity lists as phones get them: what a surveyor may see, its hash, and what has been deleted."""

import csv
import gzip
import hashlib
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import or_, select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db, driver
from app.entities.models import Entity, EntityList, EntityPlace
from app.entities.registry import personal_names, properties_of

CAPABILITY = "list.download"
COLUMNS = ("name", "label", "__version")  # what Collect asks of every entity list
NOWHERE = 0


@dataclass(frozen=True, slots=True)
class PhoneList:
    """One list for one surveyor; equal ones have the same rows, whoever asks by which form.

    `places` are the units of the surveyor's territory in which the list ever had entities, and
    `state` is made of how often those have changed.
    """

    id: int
    name: str
    needs_approval: bool
    has_personal: bool
    places: tuple[int, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What a phone gets: CSV packed by gzip, and the MD5 of the CSV itself."""

    packed: bytes = field(repr=False)
    md5: str


def phone_lists(names: Collection[str], actor: Actor, project_id: int) -> tuple[PhoneList, ...]:
    """The lists of these names, as far as the project has them; no entity is looked at."""
    if not names:
        return ()
    seen = or_(
        EntityPlace.unit_id == NOWHERE, within(EntityPlace.unit_id, actor, CAPABILITY, project_id)
    )
    rows = db.session.execute(
        select(EntityList, EntityPlace.unit_id, EntityPlace.revision)
        .outerjoin(EntityPlace, (EntityPlace.list_id == EntityList.id) & seen)
        .where(EntityList.project_id == project_id, EntityList.name.in_(names))
        .order_by(EntityList.name, EntityPlace.unit_id)
    )
    lists: dict[EntityList, list[tuple[int, int]]] = {}
    for entity_list, unit_id, revision in rows:
        places = lists.setdefault(entity_list, [])
        if unit_id is not None:
            places.append((unit_id, revision))
    return tuple(_phone_list(entity_list, places) for entity_list, places in lists.items())


def _phone_list(entity_list: EntityList, places: Sequence[tuple[int, int]]) -> PhoneList:
    return PhoneList(
        entity_list.id,
        entity_list.name,
        entity_list.needs_approval,
        bool(personal_names(entity_list.id)),
        tuple(unit_id for unit_id, _ in places),
        repr((entity_list.revision, places)),
    )


@lru_cache(maxsize=512)
def list_rows(phone_list: PhoneList) -> Rows:
    """The rows as CSV (UTF-8, LF), made once for each state and whole before a byte is sent.

    A list that ends early is one from which a phone deletes what is missing (OpenRosa conformance
    122). No cell of a row is absent and no label empty (119).
    """
    names = [item.name for item in properties_of(phone_list.id)]
    entities = db.session.execute(
        select(Entity.uuid, Entity.label, Entity.version, Entity.data)
        .where(
            Entity.list_id == phone_list.id,
            Entity.deleted_at.is_(None),
            or_(Entity.unit_id.is_(None), Entity.unit_id.in_(phone_list.places)),
        )
        .order_by(Entity.id)
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *names])
    writer.writerows(
        [uuid, label or uuid, version, *(data.get(name, "") for name in names)]
        for uuid, label, version, data in entities
    )
    content = text.getvalue().encode()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return Rows(gzip.compress(content, mtime=0), md5)


STATES = """
select e.uuid, e.deleted_at is not null or coalesce(e.unit_id <> all(%s::int[]), false)
from entities e where e.list_id = %s and e.uuid = any(%s)
"""


def deleted_among(phone_list: PhoneList, ids: Iterable[str]) -> Mapping[str, bool]:
    """For each of a phone's ids that is known here, whether the phone should forget it.

    It should when the entity was deleted or lies where the surveyor does not work.
    """
    given = {uuid.strip().lower().removeprefix("uuid:"): uuid.strip() for uuid in ids}
    found = driver().execute(STATES, (list(phone_list.places), phone_list.id, list(given)))
    return {given[uuid]: forget for uuid, forget in found}
