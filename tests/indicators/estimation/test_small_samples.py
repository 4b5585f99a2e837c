"""A sample with awkward features, against what R (survey 4.1-1) says of it.

In two stages without replacement: a PSU "1" beside a PSU "01", a stratum with one PSU, a PSU of
which one household was drawn, an answer missing, a negative one, groups with Vietnamese names.

    s <- svydesign(~psu+hh, strata=~stratum, fpc=~N+M, weights=~w, nest=TRUE, data=d)
    r <- calibrate(s, ~sex+age, c(`(Intercept)`=70, sexnữ=40, agetrẻ=33), calfun="raking",
                   epsilon=1e-14)
"""

from fractions import Fraction

import pytest

from app.indicators.estimation.estimate import estimate
from app.indicators.estimation.plan import read_plan

SAMPLE = """
    | stratum | psu | hh | N | M | f | g | w | y | m | a | b | sex | age |
    | 1 | 01 | 1 | 5 | 6 | 0.4 | 0.5 | 4.5 | 1 | 12.5 | 2 | 3 | nữ | trẻ |
    | 1 | 01 | 2 | 5 | 6 | 0.4 | 0.5 | 4.5 | 0 | 7.25 | 1 | 4 | nam | già |
    | 1 | 01 | 3 | 5 | 6 | 0.4 | 0.5 | 5.5 | 1 | 9 | 0 | 2 | nữ | già |
    | 1 | 1 | 1 | 5 | 4 | 0.4 | 0.5 | 3.5 | 0 | 20 | 3 | 3 | nam | trẻ |
    | 1 | 1 | 2 | 5 | 4 | 0.4 | 0.5 | 6 | | 4.5 | 1 | 5 | nữ | trẻ |
    | 2 | 01 | 1 | 8 | 5 | 0.25 | 0.4 | 9 | 1 | 11 | 2 | 2 | nam | già |
    | 2 | 01 | 2 | 8 | 5 | 0.25 | 0.4 | 10.5 | 1 | -3 | 0 | 1 | nữ | già |
    | 2 | 02 | 1 | 8 | 3 | 0.25 | 0.3333333333333333 | 8 | 0 | 6.75 | 4 | 6 | nam | trẻ |
    | 3 | 07 | 1 | 3 | 10 | 0.3333333333333333 | 0.2 | 7 | 1 | 15 | 1 | 2 | nữ | trẻ |
    | 3 | 07 | 2 | 3 | 10 | 0.3333333333333333 | 0.2 | 7.5 | 0 | 2.5 | 1 | 1 | nam | già |
"""
MARGINS = """
    | margin | level | N |
    | sex | nữ | 40 |
    | sex | nam | 30 |
    | age | trẻ | 33 |
    | age | già | 37 |
"""
INDICATORS = [
    {"code": "y", "kind": "prop", "y": "y"},
    {"code": "m", "kind": "mean", "y": "m"},
    {"code": "r", "kind": "ratio", "y": "a", "x": "b"},
    {"code": "t", "kind": "total", "y": "m"},
]
# Estimates and standard errors: svymean, svyratio, svytotal of all, svymean of m of women.
PLAIN = {
    "adjust": {
        "y": (0.6083333333333, 0.2038578576806),
        "m": (7.282196969697, 1.509626535768),
        "r": (0.5220994475138, 0.06140185598826),
        "t": (480.625, 129.8311644021),
        "m of women": (6.15671641791, 3.506163410262),
    },
    "remove": {
        "y": (0.6083333333333, 0.1996185232289),
        "m": (7.282196969697, 1.49258728187),
        "r": (0.5220994475138, 0.05750631128385),
        "t": (480.625, 78.49048509214),
        "m of women": (6.15671641791, 3.164935181565),
    },
}
RAKED = {
    "adjust": {
        "y": (0.6489240196545, 0.08827636642465),
        "m": (7.28861679693, 1.316022238324),
        "r": (0.4982622125755, 0.05193679626249),
        "t": (510.2031757851, 92.12155668265),
        "m of women": (6.367939725557, 2.836816029511),
    },
    "remove": {
        "y": (0.6489240196545, 0.08743602544244),
        "m": (7.28861679693, 1.25293653306),
        "r": (0.4982622125755, 0.05081990754697),
        "t": (510.2031757851, 87.70555731419),
        "m of women": (6.367939725557, 2.461161893079),
    },
}
RAKE = {"kind": "rake", "margins": ["sex", "age"], "totals": "margins.csv"}


@pytest.fixture
def estimates(table):
    """Everybody's estimates by indicator, and women's as `… of women`."""

    def estimates(**design):
        plan = read_plan({
            "ids": ["psu", "hh"], "strata": ["stratum"], "weight": "w", "indicators": INDICATORS,
            "domains": [{"level": "all"}, {"level": "all", "breakdown": "sex"}], **design,
        })  # fmt: skip
        totals = table(MARGINS) if plan.calibration else ()
        found = estimate(table(SAMPLE), plan, totals)
        groups = {"": "", "nữ": " of women", "nam": " of men"}
        return {one.indicator + groups[one.breakdown_value]: one for one in found}

    return estimates


@pytest.mark.parametrize("lonely", ["adjust", "remove"])
@pytest.mark.parametrize(("calibration", "expected"), [(None, PLAIN), (RAKE, RAKED)])
def test_two_stages(estimates, lonely, calibration, expected):
    found = estimates(fpc=["N", "M"], lonely=lonely, calibration=calibration)

    said = {name: (found[name].est, found[name].se) for name in expected[lonely]}
    assert said == {name: pytest.approx(e, rel=1e-11) for name, e in expected[lonely].items()}


def test_the_rest_of_a_raked_figure(estimates):
    """deff="replace", deff=TRUE, degf; confint(svyciprop(~y, …, method="xlogit"))."""
    found = estimates(fpc=["N", "M"], calibration=RAKE)

    mean, share = found["m"], found["y"]
    assert (mean.deff_wr, mean.deff_wor) == pytest.approx((0.3853450918945, 0.4495692738769))
    assert (mean.df, mean.w_den, mean.se_w_den) == (2, pytest.approx(70), 0)
    logit = (share.ci_logit_lo, share.ci_logit_hi)
    assert logit == pytest.approx((0.2586725138019, 0.9073337126105), rel=1e-12)


def test_shares_of_the_population_say_what_its_size_says(estimates):
    """As in svydesign(fpc=~f+g): where no value is above 1, they are shares that were sampled."""
    shares, sizes = estimates(fpc=["f", "g"]), estimates(fpc=["N", "M"])

    for name, size in sizes.items():
        assert shares[name].se == pytest.approx(size.se, rel=1e-12), name


def test_a_stage_of_unknown_size_has_no_correction_of_its_own(estimates):
    """As in svydesign(fpc=~N+I) and (fpc=~I+M) with I = Inf; the second stage is then left out."""
    households, villages = estimates(fpc=["N", None]), estimates(fpc=[None, "M"])

    assert households["y"].se == pytest.approx(0.21115666083898, rel=1e-12)
    assert households["t"].se == pytest.approx(140.55867324715328, rel=1e-12)
    assert households["m of women"].se == pytest.approx(3.67033593434049, rel=1e-12)
    assert villages["r"].se == pytest.approx(0.03566232660574, rel=1e-12)


def test_a_size_worked_out_from_weights_still_says_that_everybody_was_taken(table, figures):
    """R takes a sampled share of more than 1 - 1e-7 for all: SE of svymean of s, u, and both."""
    rows = table("""
        | psu | stratum | N | w | y |
        | 1 | s | 3.0000000001 | 1.1 | 1 |
        | 2 | s | 3 | 1.1 | 0 |
        | 3 | s | 3.0000000001 | 0.8 | 1 |
        | 4 | t | 9 | 4.5 | 1 |
        | 5 | t | 9 | 4.5 | 0 |
        | 6 | u | 2.0000004 | 1 | 1 |
        | 7 | u | 2.0000004 | 1 | 0 |
    """)
    domains = [{"level": "stratum", "unit": "stratum"}, {"level": "all"}]
    s, _, u, everybody = figures(rows, domains=domains, fpc=["N"])

    assert (s.se, s.flags, s.ci_rec_lo) == (0, "census;", pytest.approx(1.9 / 3))
    assert (u.se, u.flags) == (pytest.approx(0.000223606775330454, rel=1e-9), "")
    assert everybody.se == pytest.approx(0.283473356556751, rel=1e-12)


def test_a_large_mean_keeps_the_digits_of_a_small_spread(table, figures):
    """Means of 1e9 with a spread of 1, unequal weights: R loses eight digits of the spread here."""
    answers = [(n, 1 + n % 7 / 3, 1e9 + (n * 37 % 11) / 8) for n in range(20)]
    lines = "\n".join(f"| {n} | s | {w!r} | {y!r} |" for n, w, y in answers)
    (found,) = figures(table(f"| psu | stratum | w | y |\n{lines}"), kind="mean")

    known = [(Fraction(w), Fraction(y)) for _, w, y in answers]
    whole = sum(w for w, _ in known)
    mean = sum(w * y for w, y in known) / whole
    exact = Fraction(20, 19) * sum((w * (y - mean)) ** 2 for w, y in known) / whole**2
    assert found.var == pytest.approx(float(exact), rel=1e-12)


def test_what_calibration_knows_of_a_domain_in_one_unit_is_known_exactly(estimates):
    """Rounding of the fit, in units outside the domain, is no variance."""
    found = estimates(fpc=None, ids=["psu"], calibration=RAKE)

    assert (found["m of women"].w_den, found["m of women"].se_w_den) == (pytest.approx(40), 0)
