"""Which round an interview belongs to: by its date, else by its receipt."""

from dataclasses import replace
from datetime import date

import pytest

from app.rounds.membership import Membership, RoundSpan, choose_round

SPRING = RoundSpan(1, "2026-1", date(2026, 3, 1), date(2026, 5, 31), "hold-all")
AUTUMN = RoundSpan(2, "2026-2", date(2026, 9, 1), None, "hold-all")
ROUNDS = (AUTUMN, SPRING)


@pytest.mark.parametrize(
    ("said", "received", "round_", "flag"),
    [
        # Weeks without signal: the interview's own date holds, not the day it arrived.
        (date(2026, 5, 30), date(2026, 9, 15), SPRING, None),
        (date(2026, 9, 15), date(2026, 9, 15), AUTUMN, None),
        # A phone's clock may be a day ahead, not more.
        (date(2026, 9, 16), date(2026, 9, 15), AUTUMN, None),
        (date(2031, 1, 1), date(2026, 9, 15), AUTUMN, "date-implausible"),
        # Between rounds, or without any date.
        (date(2026, 7, 1), date(2026, 9, 15), AUTUMN, "date-implausible"),
        (None, date(2026, 4, 1), SPRING, "date-implausible"),
        (date(2026, 7, 1), date(2026, 7, 2), None, "no-round"),
    ],
)
def test_membership(said, received, round_, flag):
    found = choose_round(ROUNDS, said, received)
    assert (found.round, found.flag) == (round_, flag)


def test_the_day_that_counts_is_the_one_that_was_believed():
    assert choose_round(ROUNDS, date(2026, 5, 1), date(2026, 9, 15)).day == date(2026, 5, 1)
    assert choose_round(ROUNDS, date(2031, 5, 1), date(2026, 9, 15)).day == date(2026, 9, 15)


def test_a_household_that_was_assigned_belongs_to_that_round():
    """A few days after the end, it is of the round in which somebody was sent to it."""
    late = (ROUNDS, date(2026, 6, 3), date(2026, 6, 4))

    assert choose_round(*late).flag == "no-round"
    assert choose_round(*late, assigned={SPRING.id}) == Membership(SPRING, date(2026, 6, 3))


def test_of_two_assignments_the_date_chooses():
    both = {SPRING.id, AUTUMN.id}

    found = choose_round(ROUNDS, date(2026, 5, 1), date(2026, 9, 15), assigned=both)
    assert found.round == SPRING
    # A round that had not begun when the interview came cannot be meant.
    assert choose_round(ROUNDS, date(2026, 4, 1), date(2026, 4, 2), assigned=both).round == SPRING


def test_what_comes_after_the_freeze_is_flagged_but_not_its_edits():
    frozen = replace(SPRING, frozen_on=date(2026, 6, 10))
    day = date(2026, 5, 30)

    assert choose_round([frozen], day, date(2026, 6, 10)).flag is None
    assert choose_round([frozen], day, date(2026, 6, 11)).flag == "after-freeze"
    assert choose_round([frozen], day, date(2026, 6, 11), kept=frozen.id).flag is None
