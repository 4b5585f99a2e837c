"""Ranks with their intervals: the specification's example, tables of the range, and properties."""

import random
from fractions import Fraction
from statistics import NormalDist

import pytest

from app.scorecards.ranks import Rank, Standing, difference, rank_all, studentized_range


def standings(*pairs):
    return [Standing(Fraction(points), error) for points, error in pairs]


def test_the_example_of_the_rules():
    # q(.95, 3, ∞)/√2 = 2.344: 80 - 78 is within 2.344 · √18, 78 - 70 above 2.344 · √10 = 7.41.
    assert rank_all(standings(("80", 3.0), ("78", 3.0), ("70", 1.0))) == [
        Rank(1, 1, 2),
        Rank(2, 1, 2),
        Rank(3, 3, 3),
    ]


@pytest.mark.parametrize(
    ("k", "q"),
    # Printed tables of the studentized range, 5 %, infinite degrees of freedom.
    [(2, 2.772), (3, 3.314), (4, 3.633), (5, 3.858), (10, 4.474), (20, 5.012)],
)
def test_the_studentized_range(k, q):
    assert studentized_range(k) == pytest.approx(q, abs=0.0006)


@pytest.mark.parametrize(
    ("k", "q"),
    # R: qtukey(0.95, k, Inf), which is exact to six digits.
    [(3, 3.3144932), (10, 4.4741245), (132, 6.2523448), (800, 7.2542546), (3321, 7.9638040)],
)
def test_the_studentized_range_of_a_country(k, q):
    assert studentized_range(k) == pytest.approx(q, rel=1e-6)


def test_intervals_of_ranks_as_r_counts_them():
    """R: ptukey(|a - b| / sqrt(SE² + SE²) * sqrt(2), 10, Inf, lower.tail = FALSE) < 0.05."""
    points = ("231.5", "228.25", "224", "219.75", "219.75", "203.5", "188", "171.25", "140", "96.5")
    errors = (6.1, 2.4, 9.8, 0.0, 3.3, 12.5, 4.75, 8.2, 1.1, 20.4)
    found = rank_all(standings(*zip(points, errors, strict=True)))

    assert [one.rank for one in found] == [1, 2, 3, 4, 4, 6, 7, 8, 9, 10]
    assert [one.best for one in found] == [1, 1, 1, 2, 1, 1, 6, 6, 9, 9]
    assert [one.worst for one in found] == [6, 5, 6, 6, 6, 8, 8, 8, 10, 10]


def test_two_values_are_the_normal_distribution():
    assert studentized_range(2) == pytest.approx(NormalDist().inv_cdf(0.975) * 2**0.5, abs=1e-8)


def test_many_communes_need_a_wider_gap():
    chance = random.Random(7)
    ranges = sorted(
        max(drawn) - min(drawn)
        for drawn in ([chance.gauss(0, 1) for _ in range(132)] for _ in range(4000))
    )

    assert studentized_range(132) == pytest.approx(ranges[3800], abs=0.1)


def test_equal_points_as_they_are_read_share_a_rank():
    found = rank_all(standings(("9.004", 0.0), ("9.001", 0.0), ("8", 0.0), ("9.01", 0.0)))

    assert [one.rank for one in found] == [2, 2, 4, 1]


def test_full_counts_are_sure():
    found = rank_all(standings(("3", 0.0), ("2", 0.0), ("1", 0.0)))

    assert found == [Rank(1, 1, 1), Rank(2, 2, 2), Rank(3, 3, 3)]


def test_one_whose_error_is_not_known_may_be_anywhere():
    found = rank_all(standings(("90", 0.1), ("50", None), ("10", 0.1)))

    assert found == [Rank(1, 1, 2), Rank(2, 1, 3), Rank(3, 2, 3)]


def test_one_alone_and_none():
    assert rank_all(standings(("5", 1.0))) == [Rank(1, 1, 1)]
    assert rank_all([]) == []


@pytest.mark.parametrize("seed", range(40))
def test_an_interval_holds_its_rank_and_grows_with_the_errors(seed):
    chance = random.Random(seed)
    points = [Fraction(chance.randrange(0, 3000), 10) for _ in range(chance.randrange(2, 25))]
    errors = [chance.uniform(0, 9) for _ in points]
    narrow = rank_all(list(map(Standing, points, errors)))
    wide = rank_all([Standing(p, 2 * e) for p, e in zip(points, errors, strict=True)])

    for one, other in zip(narrow, wide, strict=True):
        assert 1 <= other.best <= one.best <= one.rank <= one.worst <= other.worst <= len(points)


def test_a_difference_has_its_own_error():
    apart = difference(*standings(("212.5", 3.0), ("205", 4.0)))

    assert (apart.points, apart.error) == (Fraction("7.5"), 5.0)
    assert apart.ci == pytest.approx((-2.3, 17.3))
    assert not apart.is_sure
    assert difference(*standings(("212.5", 3.0), ("200", 4.0))).is_sure
    unknown = difference(*standings(("9", None), ("1", 0.1)))
    assert (unknown.error, unknown.ci, unknown.is_sure) == (None, None, False)
