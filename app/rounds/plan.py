"""PURE. What a round is to be, checked before anything is written."""

import re
from dataclasses import dataclass
from datetime import date

from app.errors import BadRequest

DESIGNS = ("census", "sample")
POLICIES = ("hold-all", "approve-unflagged")
LONGEST_VALIDITY = 120  # months
_CODE = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A round's settings; `BadRequest` where they contradict each other.

    `valid_for` are months for which an interview counts (rolling rounds), `frozen_on` is the last
    day of receipt that counts, `org_unit_id` the place where it is held (None: the project's),
    `form_ids` its forms (none: all), `deadlines` its calendar.
    """

    name: str
    starts_on: date
    ends_on: date | None = None
    legal_basis: str | None = None
    design: str = "census"
    valid_for: int | None = None
    frozen_on: date | None = None
    org_unit_id: int | None = None
    form_ids: tuple[int, ...] = ()
    deadlines: tuple[tuple[date, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise BadRequest("A round needs a name.")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise BadRequest("The round ends before it starts. Correct one of the dates.")
        if self.design not in DESIGNS:
            raise BadRequest("A round is one of: %(known)s.", known=", ".join(DESIGNS))
        if self.valid_for is not None and not 1 <= self.valid_for <= LONGEST_VALIDITY:
            raise BadRequest(
                "Interviews count for 1 to %(most)s months.", most=str(LONGEST_VALIDITY)
            )
        if self.valid_for is not None and self.ends_on is not None:
            raise BadRequest("A rolling round has no last day. Leave one of the two empty.")
        if self.frozen_on is not None and self.frozen_on < (self.ends_on or self.starts_on):
            raise BadRequest("The round is frozen before it ends. Choose a later day.")
        if any(not name.strip() for _, name in self.deadlines):
            raise BadRequest("Say what is due on each day of the calendar.")


def check_code(code: str) -> str:
    """A round's code, as it stands in addresses and files; `BadRequest` for another text."""
    if not _CODE.fullmatch(code):
        raise BadRequest(
            "A round's code has up to 40 letters, digits, dots, hyphens or underscores."
        )
    return code
