"""Units put together from the sums of their villages, by hand and against the estimator of rows."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.indicators.estimation.villages import PUBLISHED, Village, bounds, from_sums


def village(expected, pairs, weights=None, **more):
    """A village of households with one element each; None is a household without an answer."""
    weights = weights or [1] * len(pairs)
    told = [(w, *pair) for w, pair in zip(weights, pairs, strict=True) if pair is not None]
    return Village(
        expected,
        len(pairs),
        m=len(told),
        y=sum(w * y for w, y, x in told),
        x=sum(w * x for w, y, x in told),
        yy=sum((w * y) ** 2 for w, y, x in told),
        xy=sum(w * w * y * x for w, y, x in told),
        xx=sum((w * x) ** 2 for w, y, x in told),
        n=len(told),
        w=sum(w for w, y, x in told),
        ww=sum(w * w for w, y, x in told),
        element_yy=sum(w * y * y for w, y, x in told),
        element_xy=sum(w * y * x for w, y, x in told),
        element_xx=sum(w * x * x for w, y, x in told),
        **more,
    )


def share(expected, yes, n, **more):
    return village(expected, [(1, 1)] * yes + [(0, 1)] * (n - yes), **more)


def test_who_was_visited_first_does_not_count_for_more():
    """All 100 of A (90 yes), 10 of the 100 of B (3 yes): 60 %, not 84.5 %."""
    found = from_sums([share(100, 90, 100), share(100, 3, 10)], kind="prop", census=True)

    assert found.value == pytest.approx(0.6)
    assert (found.numerator, found.denominator, found.n) == (120, 200, 110)
    assert found.se == pytest.approx(0.0725, abs=5e-5)
    assert (found.df, found.ci_method) == (9, "logit")


def test_one_adult_of_each_household_is_a_sample_even_when_all_are_visited():
    """n15 = 1 says yes, n15 = 4 says no: 20 % ± 32 points, not 50 % and not ± 0."""
    unit = village(2, [(1, 1), (0, 1)], weights=[1, 4])
    found = from_sums([unit], kind="prop", census=False)

    assert (found.value, found.se, found.df) == (0.2, pytest.approx(0.32), 1)
    assert from_sums([unit], kind="prop", census=True).se == 0
    assert found.kish == pytest.approx(25 / 17)


def test_a_census_on_its_way():
    """40 of 60 visited, 30 yes: √(1/3 · .75 · .25 / 39); bounds 30/60 and 50/60."""
    unit = share(60, 30, 40)
    found = from_sums([unit], kind="prop", census=True)

    assert (found.value, found.se) == (0.75, pytest.approx(0.0400, abs=5e-5))
    assert bounds([unit]) == (0.5, pytest.approx(0.833, abs=5e-4))


def test_a_complete_census_has_no_error():
    found = from_sums([share(60, 30, 60), share(3, 0, 3)], kind="prop", census=True)

    assert (found.se, found.ci, found.ci_method) == (0, (30 / 63, 30 / 63), "census")


def test_don_t_know_is_not_a_complete_census():
    unit = replace(village(60, [(1, 1)] * 30 + [(0, 1)] * 10 + [None] * 20), missing=20)
    found = from_sums([unit], kind="prop", census=True)

    assert found.ci_method == "logit"
    assert found.se == pytest.approx(0.0400, abs=2e-4)


def test_only_don_t_know():
    unit = replace(village(2, [None, None]), missing=2)

    assert from_sums([unit, share(5, 2, 5)], kind="prop", census=True).ci_method == "none"
    assert from_sums([unit], kind="prop", census=True) is None


def test_a_village_nobody_went_to_is_left_out_but_ends_the_claim_to_be_complete():
    there = share(60, 30, 60)
    found = from_sums([there, Village(50, 0)], kind="prop", census=True)

    assert found.value == 0.5
    assert (found.se, found.ci, found.ci_method) == (None, None, "none")
    assert from_sums([there, Village(0, 0)], kind="prop", census=True).ci_method == "census"
    assert bounds([there, Village(50, 0)]) == (30 / 110, 80 / 110)


def test_a_single_household_has_no_error_to_show_alone_but_adds_to_that_of_its_commune():
    one, more = share(30, 1, 1), share(30, 4, 10)
    alone = from_sums([one], kind="prop", census=True)
    together = from_sums([one, more], kind="prop", census=True)
    removed = from_sums([one, more], kind="prop", census=True, lonely="remove")

    assert (alone.se, alone.ci, alone.ci_method, alone.df) == (None, None, "none", 0)
    assert together.df == 9
    assert together.se > removed.se


def test_a_counted_village_without_a_member_of_the_domain_stays_in_the_count():
    """(4, 6), (2, 6) and a household with nobody, of N = 6."""
    unit = Village(6, 3, m=2, y=6, x=12, yy=20, xy=36, xx=72, n=2)
    found = from_sums([unit], kind="ratio", census=True)

    assert found.se == pytest.approx(0.1021, abs=5e-5)


def test_which_interval():
    usual, rare = [share(500, 30, 100)], [share(500, 2, 100)]

    assert from_sums(usual, kind="prop", census=True).ci_method == "logit"
    assert from_sums(rare, kind="prop", census=True).ci_method == "korn_graubard"
    published = from_sums(usual, kind="prop", census=True, use=PUBLISHED)
    assert published.ci_method == "korn_graubard"
    assert from_sums(usual, kind="mean", census=True, use=PUBLISHED).ci_method == "t"
    none = from_sums([share(500, 0, 100)], kind="prop", census=True)
    assert (none.ci_method, none.se) == ("cp_neff0", 0)
    assert none.ci == (0, pytest.approx(1 - 0.025 ** (1 / 100)))


def test_rounding_does_not_pass_for_error():
    units = [village(70, [(0.1, 1)] * 7), village(33, [(0.7, 1)] * 9)]
    found = from_sums(units, kind="prop", census=True)

    assert (found.se, found.ci_method, found.deff) == (0, "cp_neff0", 0)


def sums_of(rows, code):
    """Villages of the sample b as the register of sums would hold them."""
    homes = {}
    for row in rows:
        place = homes.setdefault(row.cells["village_id"], (row.cells["N_hh"], []))
        known = row.cells[f"{code}_e"] == "1" and row.cells[f"{code}_y"] != ""
        place[1].append((float(row.cells[f"{code}_y"]), 1.0) if known else None)
    return {name: village(float(size), pairs) for name, (size, pairs) in homes.items()}


@pytest.mark.parametrize("census", [True, False])
@pytest.mark.parametrize("code", ["hh_fiber", "hh_smartphones_mean"])
def test_sums_say_what_rows_say(code, census, households, oracle):
    rows = [row for row in households if row.cells["status_b"] == "complete"]
    units = sums_of(rows, code)
    known = {
        row["geo_id"]: row
        for row in oracle
        if row["design"] == ("b_srs_fpc" if census else "b_srs_wr")
        and (row["lonely"], row["indicator"], row["breakdown"]) == ("adjust", code, "")
    }
    for commune in ("C1", "C2", "C3"):
        inside = [unit for name, unit in units.items() if name.startswith(commune)]
        found = from_sums(inside, kind="mean", census=census)
        for value, name in (
            (found.value, "est"),
            (found.se, "se"),
            (found.deff, "deff_wr"),
            (found.kish, "kish_neff"),
        ):
            assert value == pytest.approx(float(known[commune][name]), rel=1e-9), name


answers = st.lists(st.sampled_from([(0, 1), (1, 1), (2, 3), None]), min_size=1, max_size=8)


@given(places=st.lists(answers, min_size=2, max_size=6), more=st.integers(0, 9), data=st.data())
@settings(deadline=None, max_examples=60)
def test_any_order_of_villages_says_the_same(places, more, data):
    units = [village(len(pairs) + more, pairs) for pairs in places]
    shuffled = data.draw(st.permutations(units))
    first, second = (from_sums(u, kind="ratio", census=True) for u in (units, shuffled))

    assert (first is None) == (second is None)
    if first is not None:
        assert second.value == pytest.approx(first.value)
        assert second.se == (None if first.se is None else pytest.approx(first.se, abs=1e-9))
        assert (second.df, second.ci_method) == (first.df, first.ci_method)
