"""The lists a phone downloads with its forms: a surveyor's communes, villages and households."""

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.actors import Actor
from app.accounts.phones import Edition
from app.accounts.scope import within
from app.db import columns, db, driver
from app.households import receipts, roster
from app.households.models import HouseholdPlace
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.org_units.queries import codes_of, display_name
from app.projects.models import Downloads, Project

CAPABILITY = "list.download"
CHANGING = ("households", "receipts")
PACKED = 6  # as gzip by itself; the best, 9, takes three times as long for the same bytes
RAISE = """
insert into household_places (project_id, unit_id)
select * from unnest(%s::int[], %s::int[]) as p (project_id, unit_id) order by 1, 2
on conflict (project_id, unit_id) do update set revision = household_places.revision + 1
"""

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class SurveyorList:
    """A list as it goes to the phone: CSV (UTF-8, LF) packed by gzip, and the hash of the CSV."""

    md5: str
    packed: bytes = field(repr=False)

    @property
    def content(self) -> bytes:
        """The CSV itself."""
        return gzip.decompress(self.packed)


def surveyor_list(
    name: str, actor: Actor, project_id: int, edition: Edition | None = None
) -> SurveyorList:
    """Make one of a surveyor's lists (`MADE_LISTS` of `app.forms.media`) as it is today.

    `edition` is the phone's in this request; it is looked up for an actor without one.
    """
    return _made(*_key(name, actor, project_id, edition))


def surveyor_list_md5(
    name: str, actor: Actor, project_id: int, edition: Edition | None = None
) -> str:
    """The hash of such a list; many more of these are kept than lists."""
    return _md5(*_key(name, actor, project_id, edition))


def touch(project_ids: Iterable[int]) -> None:
    """Say that lists may have changed, so that phones get them anew after this transaction."""
    raised = {"lists_version": Project.lists_version + 1}
    db.session.execute(update(Project).where(Project.id.in_(list(project_ids))).values(raised))


def touch_places(places: Iterable[tuple[int, int]]) -> None:
    """Say the same of the households of some villages (project, id), to their phones alone.

    Always in the order of their ids, so that two transactions do not wait for each other.
    """
    if asked := sorted(set(places)):
        driver().execute(RAISE, columns(asked))


Key = tuple[str, Actor, int, date, str | None, str]


def _key(name: str, actor: Actor, project_id: int, edition: Edition | None) -> Key:
    """All that a list is made of, as far as it changes."""
    revision, registry = edition or _edition(actor, project_id)
    # The others stay when the registry and what was received change.
    return name, actor, project_id, clock.today(), revision, registry if name in CHANGING else ""


def _edition(actor: Actor, project_id: int) -> Edition:
    """As `accounts.phones` finds it with a phone."""
    here = (
        select(func.sum(HouseholdPlace.revision))
        .where(HouseholdPlace.project_id == project_id)
        .where(within(HouseholdPlace.unit_id, actor, CAPABILITY, project_id))
        .scalar_subquery()
    )
    revision = select(Downloads.revision).scalar_subquery()
    asked = select(revision, Project.lists_version, here).where(Project.id == project_id)
    found, version, households = db.session.execute(asked).one()
    return Edition(found, f"{version}.{households or 0}")


# As many as phones of a province fetch at the same time, some kilobytes each.
@lru_cache(maxsize=4096)
def _made(name: str, actor: Actor, project_id: int, *_state: Any) -> SurveyorList:
    """The list while nothing it is made of changes: grants, day, registry, places, rounds."""
    header, rows = _LISTS[name]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows(actor, project_id, actor.language))
    content = text.getvalue().encode()
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return SurveyorList(digest, gzip.compress(content, PACKED, mtime=0))


@lru_cache(maxsize=16_384)
def _md5(*key: Any) -> str:
    """The hash alone, so that every phone of a province may ask for its manifests."""
    return _made(*key).md5


def _communes(actor: Actor, project_id: int, language: str) -> Iterable[Row]:
    inside = aliased(OrgUnitAncestor)
    around_territory = (
        select(inside.ancestor_id)
        .where(within(inside.unit_id, actor, CAPABILITY, project_id), valid_on(inside))
        .scalar_subquery()
    )
    communes = (
        select(OrgUnit)
        .where(OrgUnit.level == "commune", OrgUnit.id.in_(around_territory), valid_on(OrgUnit))
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    units = db.session.scalars(communes).all()
    codes = codes_of(unit.id for unit in units)
    return [(codes[u.id], display_name(u, language)) for u in units if u.id in codes]


def _villages(actor: Actor, project_id: int, language: str) -> Iterable[Row]:
    commune, above = aliased(OrgUnit), aliased(OrgUnitAncestor)
    villages = (
        select(OrgUnit, commune.id)
        .join(above, above.unit_id == OrgUnit.id)
        .join(commune, and_(commune.id == above.ancestor_id, commune.level == "commune"))
        .where(OrgUnit.level == "village", valid_on(OrgUnit), valid_on(above))
        .where(within(OrgUnit.id, actor, CAPABILITY, project_id))
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    rows = db.session.execute(villages).all()
    codes = codes_of({commune_id for _, commune_id in rows})
    return [(u.public_id, display_name(u, language), codes.get(c, "")) for u, c in rows]


_LISTS: dict[str, tuple[str, Callable[[Actor, int, str], Iterable[Row]]]] = {
    "communes": ("name,label", _communes),
    "villages": ("name,label,commune_code", _villages),
    "households": (roster.HEADER, roster.households),
    "receipts": (receipts.HEADER, receipts.receipts),
}
