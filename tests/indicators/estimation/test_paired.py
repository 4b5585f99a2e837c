"""The change among the same households, against textbooks and by hand."""

import math
import statistics

import pytest

from app.indicators.estimation.paired import Pair, paired_change


def test_of_households_with_one_answer_it_is_the_paired_t_test():
    before, after = (0, 0, 1, 1, 0, 1), (1, 0, 1, 1, 1, 0)
    found = paired_change(Pair(1, b, 1, a, 1) for b, a in zip(before, after, strict=True))

    differences = [a - b for b, a in zip(before, after, strict=True)]
    assert (found.before, found.after, found.households, found.df) == (0.5, 4 / 6, 6, 5)
    assert found.difference == pytest.approx(statistics.mean(differences))
    assert found.se == pytest.approx(statistics.stdev(differences) / math.sqrt(6))
    assert found.ci == pytest.approx(
        (found.difference - 2.570582 * found.se, found.difference + 2.570582 * found.se)
    )


def test_a_ratio_worked_by_hand():
    # Members with a smartphone of members: 1/2, 1/1 and then 2/2, 1/2: 2/3 and 3/4.
    found = paired_change([Pair(1, 1, 2, 2, 2), Pair(1, 1, 1, 1, 2)])

    # z: (2 - 1.5)/4 - (1 - 4/3)/3 = 0.125 + 1/9, and its negative.
    z = 0.125 + 1 / 9
    assert found.se == pytest.approx(math.sqrt(2 * 2 * z**2))
    assert found.difference == pytest.approx(3 / 4 - 2 / 3)


def test_villages_are_strata_and_a_household_alone_counts_with_its_square():
    found = paired_change([
        Pair(1, 0, 1, 1, 1), Pair(1, 0, 1, 0, 1), Pair(2, 1, 1, 1, 1)
    ])  # fmt: skip

    # Scores: differences 1, 0, 0 less their mean 1/3, over 3.
    two, one = (2 / 9, -1 / 9), -1 / 9
    inside = 2 * sum((z - sum(two) / 2) ** 2 for z in two)
    assert found.se == pytest.approx(math.sqrt(inside + one**2))
    assert found.df == 1


def test_without_a_denominator_or_a_second_household_there_is_no_error():
    assert paired_change([]) is None
    assert paired_change([Pair(1, 0, 0, 1, 1)]) is None
    alone = paired_change([Pair(1, 0, 1, 1, 1)])
    assert (alone.difference, alone.se, alone.ci) == (1, None, None)
