"""Indicators that say something about each other hide the same figures."""

from app.indicators.definitions import Indicator
from app.indicators.kin import families, nested_pairs, twins_of

ADULTS, YOUTH = "${age} >= 18", "${age} >= 15"


def indicator(code, numerator, eligible="", unit="m", **said):
    return Indicator(code, "1", unit, numerator, eligible=eligible, **said)


VNEID = indicator("17", "${vneid} = '2'", ADULTS)
VNEID_15 = indicator("17b", "${vneid} = '2'", YOUTH)
NO_VNEID = indicator("17c", "${vneid} != '2'", ADULTS)
EITHER = indicator(
    "E", "indicator('17') + indicator('S')", ADULTS, parts=(("17", VNEID.numerator),)
)
SIGNED = indicator("S", "${esign} = '1'", ADULTS)
FIBRE = indicator("F", "${fibre} = '1'", unit="household")


def codes(groups):
    return sorted(sorted(one.code for one in group) for group in groups)


def test_the_same_question_of_the_same_people_is_one_family():
    """A yes and its no, a composite and its parts; those from 15 and those from 18."""
    everybody = [SIGNED, FIBRE, NO_VNEID, VNEID_15, VNEID, EITHER]

    assert codes(families(everybody)) == [["17", "17b", "17c", "E"], ["F"], ["S"]]


def test_one_that_joins_two_families_makes_them_one():
    left, right = indicator("L", "${a} = '1'"), indicator("R", "${b} = '1'")
    both = indicator("B", "${a} = '1' and ${b} = '1'")

    assert codes(families([left, right])) == [["L"], ["R"]]
    assert codes(families([left, right, both])) == [["B", "L", "R"]]


def test_twins_hide_together_and_nested_ones_do_not():
    """Of nested ones only the difference has to be about enough people."""
    family = [VNEID, VNEID_15, NO_VNEID]

    assert twins_of(family) == {"17": {"17c"}, "17b": set(), "17c": {"17"}}
    assert list(nested_pairs(family)) == [("17", "17b")]
