"""PURE. Which round an interview belongs to (the rule: by its date, else by its receipt)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# A phone's clock may be a day ahead; further ahead it is wrong.
AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoundSpan:
    """What membership needs of a round."""

    id: int
    code: str
    starts_on: date
    ends_on: date | None
    review_policy: str
    pick_salt: str = ""

    def holds(self, day: date) -> bool:
        """Whether a day lies in the round."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Membership:
    """The round an interview belongs to, its accepted date, and what is doubtful about it."""

    round: RoundSpan | None
    day: date
    flag: str | None = None


def choose_round(
    rounds: Sequence[RoundSpan], said: date | None, received: date, *, kept: int | None = None
) -> Membership:
    """By the interview's own date; by its receipt, flagged, where that date is implausible.

    `kept` is the round that an earlier reading gave it: its edits stay there.
    """
    believed = said if said is not None and said <= received + AHEAD else None
    possible = [span for span in rounds if kept in {None, span.id}]
    for span in possible:
        if believed is not None and span.holds(believed):
            return Membership(span, believed)
    for span in possible:
        if kept is not None or span.holds(received):
            return Membership(span, received, flag="date-implausible")
    return Membership(None, believed or received, flag="no-round")
