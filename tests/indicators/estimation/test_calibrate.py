"""Weights that meet known totals, and totals that cannot be met."""

import pytest

from app.indicators.estimation.calibrate import calibrate
from app.indicators.estimation.linear import decompose, solve
from app.indicators.estimation.plan import Adjustment, DataFault

PEOPLE = """
    | psu | stratum | w | y | sex | age |
    | 1 | s | 10 | 1 | F | young |
    | 2 | s | 10 | 0 | F | old |
    | 3 | s | 10 | 1 | M | young |
    | 4 | s | 20 | 0 | M | old |
"""
MARGINS = """
    | margin | level | N |
    | sex | F | 30 |
    | sex | M | 20 |
    | age | young | 15 |
    | age | old | 35 |
"""
SEXES = "| sex | N |\n| F | 30 |\n| M | 20 |"
BY_SEX = Adjustment("poststratify", ("sex",), "sexes.csv")
RAKED = Adjustment("rake", ("sex", "age"), "margins.csv")


@pytest.fixture
def fit(table):
    def fit(adjustment, totals):
        rows = table(PEOPLE)
        base = [float(row.cells["w"]) for row in rows]
        return calibrate(adjustment, table(totals), rows, base, range(len(rows)))

    return fit


def test_post_strata_are_scaled(fit):
    assert fit(BY_SEX, SEXES).weights == pytest.approx([15, 15, 20 / 3, 40 / 3])


def test_raked_weights_meet_every_margin_and_keep_the_odds(fit):
    a, b, c, d = fit(RAKED, MARGINS).weights

    assert (a + b, c + d, a + c, b + d) == pytest.approx((30, 20, 15, 35), rel=1e-12)
    assert a * d / (b * c) == pytest.approx(10 * 20 / (10 * 10))


def test_one_margin_raked_is_post_stratified(fit):
    margin = "| margin | level | N |\n| sex | F | 30 |\n| sex | M | 20 |"
    raked = fit(Adjustment("rake", ("sex",), "m.csv"), margin)

    assert raked.weights == pytest.approx(fit(BY_SEX, SEXES).weights)


def test_an_answer_that_the_post_strata_explain_has_no_variance(table, figures):
    """Whoever knows how many women there are need not estimate it."""
    rows = table(PEOPLE)
    for row in rows:
        row.cells["y"] = "1" if row.cells["sex"] == "F" else "0"
    given = {"kind": "poststratify", "by": ["sex"], "totals": "sexes.csv"}
    (known,) = figures(rows, totals=table(SEXES), calibration=given)
    (guessed,) = figures(rows)

    assert (known.est, known.se) == (pytest.approx(0.6), 0)
    assert guessed.se > 0.2


@pytest.mark.parametrize(
    ("adjustment", "totals", "message"),
    [
        (BY_SEX, "| sex | N |\n| F | 30 |", "row 4, column sex: no total is known for M"),
        (BY_SEX, SEXES + "\n| X | 5 |", "row 4: nobody in the sample is X; merge"),
        (BY_SEX, SEXES + "\n| F | 5 |", "row 4: is there twice"),
        (BY_SEX, "| sex | N |\n| F | many |", "row 2, column N: 'many' is not a number"),
        (BY_SEX, "| sex | N |\n| F | -1 |", "row 2, column N: must be 0 or more"),
        (RAKED, MARGINS.replace("| 35 |", "| 36 |"), "not add up to the same: sex 50, age 51"),
        (RAKED, "| margin | level | N |\n| sex | F | 1 |", "has no totals of age"),
    ],
)
def test_totals_that_do_not_fit_are_refused(adjustment, totals, message, fit):
    with pytest.raises(DataFault) as refused:
        fit(adjustment, totals)

    assert message in str(refused.value)


def test_margins_that_contradict_each_other_do_not_go_on_for_ever(table):
    rows = table("| w | a | b |\n| 1 | x | x |\n| 1 | y | y |")
    totals = table(
        "| margin | level | N |\n| a | x | 10 |\n| a | y | 5 |\n| b | x | 5 |\n| b | y | 10 |"
    )
    with pytest.raises(DataFault, match="raking does not settle"):
        calibrate(Adjustment("rake", ("a", "b"), "m.csv"), totals, rows, [1.0, 1.0], [0, 1])


def test_whoever_has_no_value_of_a_margin_is_told(table):
    rows = table(PEOPLE.replace("| M | old |", "| | old |"))
    with pytest.raises(DataFault, match=r"row 5, column sex: no total is known for \(blank\)"):
        calibrate(BY_SEX, table(SEXES), rows, [1.0] * 4, range(4))


def test_equations_with_an_open_unknown_are_solved():
    """The third column is the sum of the other two."""
    matrix = [[2.0, 0.0, 2.0], [0.0, 3.0, 3.0], [2.0, 3.0, 5.0]]
    a, b, c = solve(decompose(matrix), [4.0, 9.0, 13.0])

    assert (2 * a + 2 * c, 3 * b + 3 * c) == (pytest.approx(4), pytest.approx(9))
