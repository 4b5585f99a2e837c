"""Sharing out: even, side by side, and only where somebody works."""

from collections import Counter
from itertools import pairwise

from app.fieldwork.share import share

A, B = 1, 2  # villages
HOUSES = [(f"A-{n}", A) for n in range(9)] + [(f"B-{n}", B) for n in range(5)]


def test_everybody_gets_about_as_many_in_one_block_of_a_village():
    given = share(HOUSES, {7: [A, B], 8: [A, B], 9: [A, B]})

    assert sorted(Counter(given.values()).values()) == [4, 5, 5]
    owners = [given[code] for code, village in HOUSES if village == A]
    assert sum(a != b for a, b in pairwise(owners)) == 2


def test_who_works_in_one_village_only_gets_none_of_the_other():
    given = share(HOUSES, {7: [A], 8: [A, B]})

    assert {given[code] for code, village in HOUSES if village == B} == {8}
    assert Counter(given.values()) == {7: 7, 8: 7}


def test_what_they_have_already_is_taken_into_account():
    given = share(HOUSES[:9], {7: [A], 8: [A]}, {7: 5})

    assert Counter(given.values()) == {7: 2, 8: 7}


def test_where_nobody_works_nobody_gets_anything():
    assert share(HOUSES, {7: [B]}) == {f"B-{n}": 7 for n in range(5)}
    assert share([], {7: [A]}) == {}
