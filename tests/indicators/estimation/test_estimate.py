"""Rows in, figures out: who is counted, who is missing, and which cells are refused."""

import pytest

from app.indicators.estimation.plan import DataFault

ROWS = """
    | psu | stratum | status | N | w | y | sex | unit |
    | 1 | s | complete | 9 | 3 | 1 | F | a |
    | 2 | s | complete | 9 | 3 | 0 | M | a |
    | 3 | s | complete | 9 | 3 |   | F | a |
    | 4 | t | refused |  | | | F | b |
    | 5 | t | refused |  | | | | b |
"""
DONE = {"filter": {"status": "complete"}}


def test_blank_answers_are_missing_and_the_rest_is_weighted(table, figures):
    (figure,) = figures(table(ROWS), **DONE)

    assert (figure.n_eligible, figure.n_valid, figure.n_missing) == (3, 2, 1)
    assert (figure.w_num, figure.w_den, figure.est) == (3, 6, 0.5)
    assert (figure.geo_id, figure.n_psu_valid, figure.df) == ("ALL", 2, 1)


def test_units_and_strata_without_a_sampled_row_are_told(table, figures):
    units = [{"level": "unit", "unit": "unit"}, {"level": "all"}]
    a, b, everybody = figures(table(ROWS), domains=units, **DONE)

    assert (a.geo_id, a.strata_left_out) == ("a", "")
    assert (b.geo_id, b.est, b.flags, b.strata_left_out) == ("b", None, "no_eligible", "t")
    assert (everybody.flags, everybody.strata_left_out) == ("", "t")


def test_a_group_without_an_answer(table, figures):
    by_sex = [{"level": "unit", "unit": "unit", "breakdown": "sex"}]
    rows = table(ROWS.replace("| 3 | 0 | M |", "| 3 |  | M |"))
    found = {(f.geo_id, f.breakdown_value): f.flags for f in figures(rows, domains=by_sex, **DONE)}

    assert found == {("a", "F"): "df0;zero_var;", ("a", "M"): "no_valid", ("b", "F"): "no_eligible"}


def test_a_ratio_to_nothing(table, figures):
    rows = table("| psu | stratum | w | y | x |\n| 1 | s | 1 | 1 | 0 |\n| 2 | s | 1 | 1 | 0 |")
    (figure,) = figures(rows, kind="ratio")

    assert (figure.est, figure.ci_rec_method, figure.flags) == (None, "none", "zero_den;")
    assert (figure.kish_neff, figure.se_w_num, figure.df) == (2, 0, 1)


def test_a_total_and_its_design_effect(table, figures):
    """A simple random sample of 3 of 9 costs what a simple random sample costs."""
    lines = "| psu | stratum | N | w | y |\n| 1 | s | 9 | 3 | 2 |\n| 2 | s | 9 | 3 | 5 |"
    (figure,) = figures(table(lines + "\n| 3 | s | 9 | 3 | 8 |"), kind="total", fpc=["N"])

    assert (figure.est, figure.se) == (45, pytest.approx((9 * 9 * 9 / 3 * (1 - 3 / 9)) ** 0.5))
    assert figure.deff_wor == pytest.approx(1)
    assert figure.deff_wr == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("| 2 | s | complete | 9 | 3 |", "| 2 | s | complete | 9 | 0 |", "row 3, column w: 0 is"),
        ("| 2 | s | complete | 9 | 3 |", "| 2 | s | complete | 9 |  |", "row 3, column w: is bla"),
        ("| 2 | s | complete | 9 |", "| 2 | s | complete | 8 |", "row 3, column N: 8 differs from"),
        ("| 9 |", "| 2 |", "row 2, column N: 2 is less than the 3 sampled in s"),
        ("| 2 | s | complete | 9 |", "| 2 | s | complete | ? |", "row 3, column N: '?' is not a n"),
        ("| 2 | s |", "| 2 |   |", "row 3, column stratum: is blank"),
        ("| 3 | 0 | M |", "| 3 | 7 | M |", "row 3, column y: 7 is not a share"),
        ("| 3 | 0 | M |", "| 3 | inf | M |", "row 3, column y: 'inf' is not a number"),
        ("| 3 | 0 | M |", "| 3 | 1_0 | M |", "row 3, column y: '1_0' is not a number"),
        ("| 3 | 0 | M |", "| 3 | 1e160 | M |", "row 3, column y: 1e160 is too large"),
        ("| 2 | s | complete | 9 | 3 |", "| 2 | s | complete | 9 | 1e-200 |", "row 3, column w: 1"),
        ("complete", "done", "no row is left by the filter"),
    ],
)
def test_bad_cells_are_refused_with_their_place(old, new, message, table, figures):
    assert old in ROWS
    with pytest.raises(DataFault) as refused:
        figures(table(ROWS.replace(old, new)), fpc=["N"], **DONE)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ({"done": True}, "1 2 3"),
        ({"done": False}, "4"),
        ({"done": "true"}, "2"),
        ({"done": None}, "5"),
        ({"round": 2}, "1 2"),
        ({"round": "2"}, "1"),
        ({"round": [2, "third", None]}, "1 2 3 5"),
        ({"done": True, "round": 2}, "1 2"),
    ],
)
def test_a_filter_takes_numbers_and_truth_for_what_they_are(wanted, kept, table, figures):
    rows = table("""
        | psu | stratum | w | y | done | round |
        | 1 | s | 1 | 1 | TRUE | 2 |
        | 2 | s | 1 | 1 | true | 2.0 |
        | 3 | s | 1 | 1 | 1 | third |
        | 4 | s | 1 | 1 | FALSE | 1 |
        | 5 | s | 1 | 1 | | NA |
    """)
    each = [{"level": "psu", "unit": "psu"}]
    found = [f.geo_id for f in figures(rows, domains=each, filter=wanted) if f.n_valid]

    assert " ".join(found) == kept


def test_what_r_writes_is_read(table, figures):
    rows = ROWS.replace("| 3 |   | F |", "| 3 | NA | F |").replace("| 3 | 1 |", "| 3 | TRUE |")
    (figure,) = figures(table(rows), **DONE)

    assert (figure.est, figure.n_missing) == (0.5, 1)
