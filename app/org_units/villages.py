"""Villages: places below the commune that the state gives no code; they get an id of ours."""

import secrets
import unicodedata
from datetime import date

from sqlalchemy import select

from app.db import db
from app.errors import BadRequest, Conflict, NotFound
from app.org_units import names
from app.org_units.crosswalk import on_date
from app.org_units.ground import DAY, Span
from app.org_units.hierarchy import children, place_under
from app.org_units.models import OrgUnit
from app.org_units.queries import find_village

# Crockford's signs without 0 and 1: nothing is misread when an id is copied from paper.
ID_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 5


def create_village(  # noqa: PLR0913 - all of it can be said of a village
    commune_id: int,
    name: str,
    type: str = "thôn",  # noqa: A002 - the word of the column: thôn, làng, tổ dân phố …
    *,
    valid_from: date | None = None,
    lay_in: OrgUnit | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    is_confirmed: bool = False,
) -> OrgUnit:
    """Makes a village in a commune, true since the commune is unless another date is given.

    A village that is older than its commune lay in another one before: `lay_in`, which need not be
    said where the commune came from a single one. `is_confirmed`: somebody looked at it, so that a
    village whose name differs in marks only is no obstacle.
    """
    # Holding the commune's row, two people who add the same village come one after the other.
    commune = db.session.get(OrgUnit, commune_id, with_for_update=True)
    if commune is None or commune.level != "commune":
        raise NotFound("A village is made in a commune; this is not one.")
    name, type_ = tidy(name), tidy(type).lower()
    _check_new(commune_id, name, type_, is_confirmed=is_confirmed)
    # Villages are older than their registration; figures of earlier dates shall have them.
    first = valid_from or (lay_in.valid_from if lay_in else commune.valid_from)
    spans = spans_of(commune, first, lay_in)
    village = new_village(name, type_, first, longitude, latitude)
    village.public_id = fresh_public_id()
    db.session.add(village)
    db.session.flush()
    place_under(village.id, spans)
    return village


def new_village(
    name: str, type_: str, first: date, longitude: float | None, latitude: float | None
) -> OrgUnit:
    """A village as a row that is not stored yet and has no id of ours."""
    return OrgUnit(
        level="village", type=type_, name=name, search_key=names.fold(name),
        sort_key=names.sort_key(name), valid_from=first, longitude=longitude, latitude=latitude,
    )  # fmt: skip


def spans_of(commune: OrgUnit, first: date, lay_in: OrgUnit | None) -> list[Span]:
    """The communes it lay in one after the other, the last one still; `BadRequest` if unknown."""
    here = Span(max(first, commune.valid_from), None, commune.id)
    if first >= commune.valid_from:
        return [here]
    before = [match.unit for match in on_date(commune.id, commune.valid_from - DAY)]
    candidates = [unit for unit in before if lay_in is None or unit.id == lay_in.id]
    if len(candidates) != 1:
        raise BadRequest(
            "Say in which commune it lay before %(day)s: %(names)s.",
            day=commune.valid_from.isoformat(),
            names=", ".join(unit.name for unit in before) or "-",
        )
    earlier = candidates[0]
    if first < earlier.valid_from:
        raise BadRequest(
            "Nothing is known of places before %(day)s.", day=earlier.valid_from.isoformat()
        )
    return [Span(first, commune.valid_from - DAY, earlier.id), here]


def tidy(text: str) -> str:
    """A name in NFC, with single spaces and nothing invisible."""
    words = unicodedata.normalize("NFC", text).split()
    return " ".join("".join(filter(str.isprintable, word)) for word in words)


def _check_new(commune_id: int, name: str, type_: str, *, is_confirmed: bool) -> None:
    key = (names.fold(name), names.fold(type_))
    if not key[0]:
        raise BadRequest("A village needs a name.")
    for other in children(commune_id):
        is_same = (other.search_key, names.fold(other.type)) == key
        if is_same and not (is_confirmed and other.name != name):
            raise Conflict(
                "This commune already has %(name)s (%(id)s).", name=other.name, id=other.public_id
            )


def fresh_public_id() -> str:
    """An id that no village has or had."""
    while True:
        public_id = _drawn_id()
        if find_village(public_id) is None:
            return public_id


def fresh_public_ids(count: int) -> list[str]:
    """Several such ids, all different."""
    fresh: set[str] = set()
    while len(fresh) < count:
        drawn = {_drawn_id() for _ in range(count - len(fresh))}
        known = select(OrgUnit.public_id).where(OrgUnit.public_id.in_(drawn))
        fresh |= drawn - set(db.session.scalars(known))
    return sorted(fresh)


def _drawn_id() -> str:
    return "T-" + "".join(secrets.choice(ID_SIGNS) for _ in range(ID_LENGTH))
