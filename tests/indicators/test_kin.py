"""Indicators that say something about each other hide the same figures."""

from app.indicators.definitions import Breakdown, Indicator
from app.indicators.kin import asking, families, groups_of, nested_pairs, twins_of, wholes_of

ADULTS, YOUTH = "${age} >= 18", "${age} >= 15"


def indicator(code, numerator, eligible="", unit="m", calculations=None, **said):
    one = Indicator(code, "1", unit, numerator, eligible=eligible, **said)
    return asking(one, calculations or {})


VNEID = indicator("17", "${vneid} = '2'", ADULTS)
VNEID_15 = indicator("17b", "${vneid} = '2'", YOUTH)
NO_VNEID = indicator("17c", "${vneid} != '2'", ADULTS)
EITHER = indicator(
    "E", "indicator('17') + indicator('S')", ADULTS, parts=(("17", VNEID.indicator.numerator),)
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
    assert list(nested_pairs(family)) == [("17", "17b"), ("17b", "17c")]


def test_who_counts_only_those_that_said_something_tells_how_many_did():
    """Users of a telephone are counted among its owners: so many owners there are."""
    owners = indicator("O", "${phone} = '2'", ADULTS)
    users = indicator("U", "${net} = '1'", f"{ADULTS} and ${{phone}} = '2'")
    family = [owners, users]

    assert codes(families(family)) == [["O", "U"]]
    # Few owners are a secret of the users alone: what they say of the Internet.
    assert twins_of(family) == {"O": {"U"}, "U": set()}


def test_one_adult_of_each_household_counts_as_the_household_does():
    """Adults asked about where there is fibre are as many as the households that have it."""
    skilled = indicator(
        "K", "${skilled} = '1'", "${ho#fibre} = '1'", unit="person", join="ho", by=(
            Breakdown("fibre", "${ho#fibre}"),
        )
    )  # fmt: skip
    members = indicator("M", "${net} = '1'", "${fibre} = '1'", unit="m")
    family = [FIBRE, skilled]

    assert codes(families([*family, members])) == [["F", "K"], ["M"]]
    assert twins_of(family) == {"F": {"K"}, "K": set()}
    assert groups_of(family)["F"] == {("K", "fibre")}


def test_groups_of_an_answer_tell_how_many_gave_it():
    by_phone = Breakdown("phone", "${phone}")
    owners = indicator("O", "${phone} = '2'", ADULTS)
    net = indicator("N", "${net} = '1'", ADULTS, by=(by_phone,))
    users = indicator("U", "${net} = '1'", f"{ADULTS} and ${{phone}} = '2'")

    assert groups_of([owners, net])["O"] == {("N", "phone")}
    # One group of the breakdown is all that the third one counts.
    assert groups_of([net, users])["U"] == {("N", "phone")}
    assert wholes_of([net, users]) == {("N", "phone"): {"U"}}


def test_a_no_of_nested_people_is_as_good_as_a_yes():
    youth_without = indicator("W", "${vneid} != '2'", YOUTH)
    assert list(nested_pairs([VNEID, youth_without])) == [("17", "W")]


def test_all_of_nested_people_are_nested_whatever_is_asked():
    adults, youth = (indicator(code, "1", who) for code, who in (("A", ADULTS), ("Y", YOUTH)))
    assert list(nested_pairs([adults, youth])) == [("A", "Y")]


def test_a_calculation_stands_for_its_questions():
    said = {"has_id": "if(/data/m/vneid = '2', 1, 0)"}
    calculated = indicator("C", "${has_id} = 1", ADULTS, calculations=said)
    joined = indicator("J", "${other#vneid} = '1'", ADULTS)

    assert twins_of([VNEID, calculated])["17"] == {"C"}
    assert twins_of([VNEID, joined])["17"] == {"J"}
    far = {"x#has_id": "if(${known} = 1, 1, 0)", "x#known": "if(/data/vneid = '2', 1, 0)"}
    both = indicator("B", "${x#has_id} = 1", ADULTS, calculations=far)
    assert twins_of([VNEID, both])["17"] == {"B"}
