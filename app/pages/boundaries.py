"""Whose boundaries a commune's figures follow: today's, or those until the reform of 2025."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.accounts.actors import Actor
from app.accounts.territory import visible
from app.clock import today
from app.org_units.crosswalk import Match, on_date
from app.org_units.load import LAST_OLD_DAY
from app.org_units.models import OrgUnit
from app.pages.inputs import chosen

CAPABILITY = "indicator.read"


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The boundaries of an address, and the commune that stands for the one asked for.

    `shown` is None when several places had its ground (`matches`), or nobody knows which.
    """

    name: str  # "old" or "new"
    given: str | None  # what the address says, for further addresses
    on: date | None  # None is today
    asked: OrgUnit
    shown: OrgUnit | None
    matches: Sequence[Match]

    @property
    def is_old(self) -> bool:
        """Those of 30 June 2025."""
        return self.name == "old"


def choose_boundaries(actor: Actor, commune: OrgUnit) -> Boundaries:
    """Those named in the address; for a commune that ended with the reform, else the old ones."""
    given = chosen("boundaries", ("old", "new"))
    ended = commune.valid_to is not None and commune.valid_to <= LAST_OLD_DAY
    name = given or ("old" if ended else "new")
    on = LAST_OLD_DAY if name == "old" else None
    found = on_date(commune.id, on or today())
    seen = visible(actor, CAPABILITY, (match.unit.id for match in found))
    matches = [match for match in found if match.unit.id in seen]
    # Where some of its ground lies in places one may not see, the others do not stand for it.
    shown = matches[0].unit if len(matches) == len(found) == 1 else None
    return Boundaries(name, given, on, commune, shown, matches)
