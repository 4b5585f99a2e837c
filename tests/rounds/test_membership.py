"""Which round an interview belongs to: by its date, else by its receipt."""

from datetime import date

import pytest

from app.rounds.membership import RoundSpan, choose_round

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
