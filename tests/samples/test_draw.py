"""The draw: the same everywhere, exact probabilities, and no favourites."""

import hashlib
import random
from collections import Counter
from fractions import Fraction
from math import exp, factorial

import pytest

from app.errors import BadRequest
from app.samples.design import Design, FrameHousehold, fingerprint
from app.samples.draw import draw, inclusion, systematic

# Twelve villages of three communes with 20 to 75 households, every seventh of them poor.
FRAME = [
    FrameHousehold(f"T-{v:02}-{h:04}", f"T-{v:02}", f"C{v % 3}", h % 7 == 0)
    for v in range(12)
    for h in range(20 + 5 * v)
]
DESIGNS = {
    "census": Design("census"),
    "simple": Design("simple", 50),
    "stratified": Design("stratified", 60, by="commune"),
    "poor": Design("stratified", 60, by="commune", oversample=3, reserves=2),
    "two-stage": Design("two-stage", 6, 10, by="commune", oversample=2, reserves=3),
}


def codes(design, seed="đợt 1", frame=FRAME):
    return [household.code for household in draw(frame, design, seed).households]


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_the_same_seed_and_frame_give_the_same_households_in_any_order(design):
    mixed = random.Random(1).sample(FRAME, len(FRAME))

    assert codes(design, frame=mixed) == codes(design)
    assert fingerprint(mixed) == fingerprint(FRAME)


# Drawn once; another machine, another Python and another year must give the same.
GOLDEN = {
    "simple": "d15e55db39be5ac2",
    "poor": "2f510ae436866208",
    "two-stage": "d3a6497708d1ccb9",
}


@pytest.mark.parametrize(("name", "digest"), GOLDEN.items())
def test_golden_draws(name, digest):
    drawn = "\n".join(codes(DESIGNS[name])).encode()

    assert hashlib.sha256(drawn).hexdigest()[:16] == digest


def test_a_small_draw_can_be_followed_by_hand():
    """SHA-256 of seed, stage and code with the sign U+001F between: the smallest are drawn."""
    frame = [FrameHousehold(code, "T-1") for code in "ABCD"]
    digest = {c: hashlib.sha256(f"s\x1fhousehold\x1f{c}".encode()).hexdigest() for c in "ABCD"}

    assert codes(Design("simple", 2), "s", frame) == sorted(digest, key=digest.get)[:2]


def test_another_seed_gives_others():
    assert codes(DESIGNS["simple"], "a") != codes(DESIGNS["simple"], "b")


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_weights_add_up_to_the_frame_and_nobody_is_drawn_twice(design):
    sample = draw(FRAME, design, "s")
    drawn = [household.code for household in sample.households]

    assert len(set(drawn)) == len(drawn)
    assert sum(1 / household.probability for household in sample.drawn) == len(FRAME)
    assert sum(stratum.households for stratum in sample.strata) == len(FRAME)


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_sizes_are_those_of_what_was_drawn(design):
    sample = draw(FRAME, design, "s")
    per_village = Counter((h.village, h.stratum) for h in sample.drawn)

    for village in sample.villages:
        assert village.drawn == per_village[village.code, village.stratum]
        assert village.frame <= sum(h.village == village.code for h in FRAME)
    for stratum in sample.strata:
        inside = [v for v in sample.villages if v.stratum == stratum.code]
        drawn = len(inside) if stratum.psu == "village" else sum(v.drawn for v in inside)
        assert drawn == stratum.drawn


@pytest.mark.parametrize(
    ("sizes", "n"),
    [
        ({"a": 10, "b": 20, "c": 30}, 1),
        ({"a": 10, "b": 20, "c": 30, "d": 41, "e": 3}, 3),
        ({"a": 1000, "b": 500, "c": 20, "d": 30, "e": 3, "f": 11}, 4),  # two are certain
        ({"a": 5, "b": 5}, 2),
    ],
)
def test_inclusion_probabilities_sum_to_the_sample_size(sizes, n):
    probability = inclusion(sizes, n)

    assert sum(probability.values()) == n
    left = {unit for unit, pi in probability.items() if pi < 1}
    ratios = {Fraction(probability[unit], sizes[unit]) for unit in left}
    assert len(ratios) <= 1  # in proportion to size, exactly


def test_every_start_of_the_systematic_draw_takes_n_villages_and_each_as_often_as_its_size(
    monkeypatch,
):
    """All starts that there are, one after the other: the probability is counted, not estimated."""
    sizes = {"a": 10, "b": 20, "c": 30, "d": 7, "e": 3}
    times = Counter()
    for start in range(70):
        monkeypatch.setattr("app.samples.draw.below", lambda *_, start=start: start)
        drawn = systematic(sizes, 2, "s")
        assert len(set(drawn)) == 2
        times.update(drawn)

    assert times == {unit: 2 * size for unit, size in sizes.items()}


def chi_square_tail(value, df):
    """Of an even number of degrees of freedom (Abramowitz & Stegun 26.4.21)."""
    return exp(-value / 2) * sum((value / 2) ** k / factorial(k) for k in range(df // 2))


def test_two_thousand_simple_draws_favour_nobody():
    """Chi-square of counts without replacement: (N-1)/N · Σ(O-E)²/(E(1-f)) has N-1 degrees."""
    frame = [FrameHousehold(f"H{n}", "T-1") for n in range(41)]
    times = Counter(c for seed in range(2000) for c in codes(Design("simple", 8), str(seed), frame))
    expected, left = 2000 * 8 / 41, 1 - 8 / 41
    value = sum((times[h.code] - expected) ** 2 for h in frame) / expected / left * 40 / 41

    assert 0.001 < chi_square_tail(value, 40) < 0.999


def test_two_thousand_draws_in_two_stages_have_the_stated_probabilities():
    """Each household's count against its own probability; normal scores, the largest of 90."""
    frame = [
        FrameHousehold(f"{v}-{n}", f"V{v}", listed=n < 3)
        for v in range(6)
        for n in range(5 + 4 * v)
    ]
    design = Design("two-stage", 2, 4, oversample=2)
    times, probability = Counter(), {}
    for seed in range(2000):
        for household in draw(frame, design, str(seed)).drawn:
            times[household.code] += 1
            probability[household.code] = household.probability

    assert sum(probability.values()) == 2 * 4
    for code, pi in probability.items():
        p = float(pi)
        assert abs(times[code] - 2000 * p) < 4.5 * (2000 * p * (1 - p)) ** 0.5, code


def test_a_poor_household_is_three_times_as_likely():
    sample = draw(FRAME, Design("simple", 100, oversample=3), "s")
    poor = {h.code for h in FRAME if h.listed}
    chance = {household.code in poor: household.probability for household in sample.drawn}

    assert float(chance[True] / chance[False]) == pytest.approx(3, rel=0.05)
    assert {stratum.code for stratum in sample.strata} == {"", "+"}


def test_a_village_too_large_for_its_share_is_certain_and_a_stratum_of_households():
    frame = [FrameHousehold(f"L-{n}", "T-L") for n in range(300)] + FRAME
    sample = draw(frame, Design("two-stage", 4, 10), "s")
    (large,) = [stratum for stratum in sample.strata if stratum.code == "T-L"]

    assert (large.psu, large.frame, large.drawn) == ("household", 300, 10)
    assert {h.probability for h in sample.drawn if h.village == "T-L"} == {Fraction(10, 300)}


def test_reserves_are_the_next_in_the_order_of_their_group():
    with_, without = (
        draw(FRAME, Design("simple", 50, reserves=reserves), "s") for reserves in (5, 0)
    )

    assert [h.code for h in with_.drawn] == [h.code for h in without.drawn]
    assert [h.place for h in with_.households if h.is_reserve] == [51, 52, 53, 54, 55]


@pytest.mark.parametrize(
    ("frame", "kind", "settings", "words"),
    [
        ([], "simple", {"size": 1}, "no household"),
        (FRAME, "simple", {"size": 9999}, "Between 2 and 570"),
        (FRAME, "simple", {"size": 0}, "how many"),
        (FRAME, "simple", {"size": 9, "by": "commune"}, "no strata"),
        (FRAME, "stratified", {"size": 9}, "what the strata are"),
        (FRAME, "stratified", {"size": 5, "by": "commune"}, "Between 6 and 570"),
        (FRAME, "two-stage", {"size": 3}, "each village"),
        (FRAME, "two-stage", {"size": 3, "take": 9, "by": "village"}, "cannot be the strata"),
        (FRAME, "cluster", {}, "design is one of"),
    ],
)
def test_a_design_that_cannot_be_drawn_says_why(frame, kind, settings, words):
    with pytest.raises(BadRequest, match=words):
        draw(frame, Design(kind, **settings), "s")
