"""PURE. Which round an interview belongs to: by its assignment, its date, else its receipt."""

from collections.abc import Collection, Sequence
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
    frozen_on: date | None = None
    org_unit_id: int | None = None
    form_ids: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        """Whether a day lies in the round."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def takes(self, form_id: int) -> bool:
        """Whether interviews of a form belong to it; a round without forms takes all."""
        return not self.form_ids or form_id in self.form_ids


@dataclass(frozen=True, slots=True)
class Membership:
    """The round an interview belongs to, its accepted date, and what is doubtful about it."""

    round: RoundSpan | None
    day: date
    flag: str | None = None


def choose_round(
    rounds: Sequence[RoundSpan],
    said: date | None,
    received: date,
    *,
    kept: int | None = None,
    assigned: Collection[int] = (),
) -> Membership:
    """By the assignment; else the interview's own date; by its receipt where that is implausible.

    `rounds` come newest first. `kept` is the round that an earlier reading gave it: its edits stay
    there. `assigned` are the rounds in which its household was assigned to a surveyor: an interview
    a few days too late or too early is theirs all the same. What comes after a round's freeze, and
    is no edit, is flagged: it waits for an exception.
    """
    found = _choose(rounds, said, received, kept, assigned)
    frozen_on = found.round.frozen_on if found.round else None
    if kept is None and frozen_on is not None and received > frozen_on:
        return Membership(found.round, found.day, flag="after-freeze")
    return found


def _choose(
    rounds: Sequence[RoundSpan],
    said: date | None,
    received: date,
    kept: int | None,
    assigned: Collection[int],
) -> Membership:
    believed = said if said is not None and said <= received + AHEAD else None
    possible = [span for span in rounds if kept in {None, span.id}]
    theirs = [span for span in possible if span.id in assigned and span.starts_on <= received]
    for span in (*theirs, *possible):
        if believed is not None and span.holds(believed):
            return Membership(span, believed)
    if believed is not None and kept is None and theirs:
        return Membership(theirs[0], believed)
    for span in (*theirs, *possible):
        if kept is not None or span.holds(received):
            return Membership(span, received, flag="date-implausible")
    return Membership(None, believed or received, flag="no-round")
