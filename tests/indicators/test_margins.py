"""Errors are given out where they tell nothing of a few people inside."""

from dataclasses import replace

import pytest

from app.indicators.disclosure import COMPLEMENT, SMALL, Rule
from app.indicators.figures import Base, Figure
from app.indicators.margins import moved, telling
from app.indicators.subtraction import Line

BASE = Base(100.0, 60, 0, 40, 0, 3, 0, 0, None, None, None)


def figure(denominator, se=0.02, ci_method="logit"):
    return Figure(
        1, "1", "x", "commune", "2026-1", "F", "1", {}, "", "", 1.0, denominator, 9,
        {}, BASE, se=se, ci_method=ci_method,
    )  # fmt: skip


LINES = [Line("province", ("commune", "other")), Line("commune", ("a", "b", "c"))]


def found(commune, province, small=12.0, hidden=("a", "b"), rule=Rule()):  # noqa: B008
    cells = {"province": province, "commune": commune, "a": figure(small)}
    cells |= {name: figure(40.0) for name in ("b", "c", "other")}
    return telling(cells, LINES, {"a": SMALL, "b": COMPLEMENT} if hidden else {}, rule)


def test_a_commune_with_a_hidden_village_is_told_without_its_error():
    assert found(figure(120.0), figure(90_000.0, 0.005)) == {"commune"}


def test_nothing_hidden_nothing_kept_back():
    assert found(figure(120.0), figure(900.0), hidden=()) == set()


def test_a_full_count_has_no_error_that_could_tell():
    assert found(figure(120.0, 0.0, "census"), figure(9000.0, 0.0, "census")) == set()


@pytest.mark.parametrize(
    ("denominator", "se", "tells"),
    [
        (900.0, 0.5, True),  # three digits of fewer than a thousand are finer than the count
        (2_000.0, 0.02, True),  # √(0.02² + 0.006²) - 0.02 = 0.0009, more than half a digit
        (20_000.0, 0.02, False),  # √(0.02² + 0.002²) - 0.02 = 0.0001, of what hides it
        (20_000.0, 0.0, True),
    ],
)
def test_what_is_inside_has_to_weigh_little(denominator, se, tells):
    assert ("province" in found(figure(120.0), figure(denominator, se))) is tells


def test_rounded_counts_need_larger_places():
    assert "province" in found(figure(120.0), figure(4_000.0), 2.0, rule=Rule(round_to=5))
    assert "province" not in found(figure(120.0), figure(20_000.0), 2.0, rule=Rule(round_to=5))


def test_what_covers_up_the_small_one_has_to_weigh_little_as_well():
    """Who knows what it said subtracts it from what both say together."""
    covered = found(figure(120.0), figure(6_000.0), 2.0)  # √(0.02² + (40 / 6000)²) - 0.02 = 0.0011
    assert "province" in covered


def test_a_group_that_covers_up_tells_of_its_own_groups_in_larger_places():
    cells = {
        name: figure(size) for name, size in (("whole", 6_000.0), ("village", 60.0), ("men", 40.0))
    }
    cells["men"] = replace(cells["men"], domain_id=2)
    lines = [Line("whole", ("village",)), Line("village", ("men",))]
    assert telling(cells, lines, {"men": COMPLEMENT}, Rule()) == set()


@pytest.mark.parametrize(
    ("numerator", "denominator", "is_other"),
    [
        (500.0, 1_000.0, False),
        (1_000.8, 2_000.0, False),  # 0.5004 is given out as 0.5, of which the error is
        (1_001.2, 2_000.0, True),  # 0.5006 as 0.501
        (3.0, 0.0, False),  # nobody to divide by: the value stays
    ],
)
def test_an_error_stands_beside_no_other_value(numerator, denominator, is_other):
    own = replace(figure(1_000.0), value=0.5, domain_id=7)
    cells = {"place": own, "elsewhere": replace(own, unit_id=2), "nobody": replace(own, value=None)}
    found = moved(cells, {(1, 7): (numerator, denominator)})
    assert found == ({"place"} if is_other else set())


def test_what_only_rounding_makes_another_number_is_the_same_value():
    """A sixteenth is half way between two numbers of three digits."""
    own = replace(figure(1_600.0), value=0.0625, domain_id=7)
    assert moved({"place": own}, {(1, 7): (100.0000000001, 1_600.0)}) == set()
