"""Variances by hand: strata, stages, lonely units, and rounding that must not pass for error."""

import math

import pytest

ONE = [{"level": "all"}]


def se(figures, rows, **design):
    return figures(rows, **design)[0].se


def test_first_stage_with_a_psu_outside_the_domain(table, figures):
    """N = 6, three PSUs drawn: (4, 6), (2, 6) and one with nobody: √1.5 / 12, not √(8/3) / 12."""
    rows = table("""
        | psu | stratum | N | w | y | x |
        | 1 | s | 6 | 1 | 4 | 6 |
        | 2 | s | 6 | 1 | 2 | 6 |
        | 3 | s | 6 | 1 |   |   |
    """)
    assert se(figures, rows, kind="ratio", fpc=["N"]) == pytest.approx(0.1021, abs=5e-5)
    assert se(figures, rows[:2], kind="ratio", fpc=["N"]) != pytest.approx(0.1021, abs=5e-5)


def test_two_stages(table, figures):
    """By hand: scores ±5 and 0; f = 2/4: V1 = .5 · 2 · 0 = 0; V2 = .5 · Σ (1 - 2/10) · 2 · 50."""
    rows = table("""
        | village | hh | N | M | w | y |
        | a | 1 | 4 | 10 | 10 | 1 |
        | a | 2 | 4 | 10 | 10 | 0 |
        | b | 3 | 4 | 10 | 10 | 1 |
        | b | 4 | 4 | 10 | 10 | 0 |
    """)
    two = se(figures, rows, ids=["village", "hh"], strata=[], fpc=["N", "M"])
    one = se(figures, rows, ids=["village"], strata=[], fpc=["N"])

    assert two == pytest.approx(math.sqrt(0.5 * 2 * 0.8 * 2 * 50) / 40)
    assert one == 0


LONELY = """
    | psu | stratum | N | w | y |
    | 1 | s | 4 | 2 | 3 |
    | 2 | s | 4 | 2 | 5 |
    | 3 | t | 8 | 8 | 7 |
"""


@pytest.mark.parametrize(
    ("lonely", "expected"),
    [("remove", 0.5 * 2 * 8), ("adjust", 0.5 * 2 * 8 + (1 - 1 / 8) * 56**2)],
)
def test_a_lonely_psu(lonely, expected, table, figures):
    """Totals 6 and 10 differ by 4, so Σ(z - mean)² = 8; the lonely total 56 is centred at 0."""
    found = se(figures, table(LONELY), kind="total", fpc=["N"], lonely=lonely)

    assert found == pytest.approx(math.sqrt(expected))


def test_a_stratum_with_one_member_of_the_domain_is_not_lonely(table, figures):
    rows = table("""
        | psu | stratum | w | y | sex |
        | 1 | s | 1 | 6 | F |
        | 2 | s | 1 | 9 | M |
        | 3 | s | 1 | 9 | M |
    """)
    women, _ = figures(rows, kind="total", domains=[{"level": "all", "breakdown": "sex"}])

    assert women.se == pytest.approx(math.sqrt(3 / 2 * (36 - 36 / 3)))


CONSTANT = """
    | psu | stratum | w | y |
    | 1 | s | 3.7 | 0.1 |
    | 2 | s | 3.7 | 0.1 |
    | 3 | s | 3.7 | 0.1 |
    | 4 | t | 1.3 | 0.7 |
    | 5 | t | 1.3 | 0.7 |
    | 6 | t | 1.3 | 0.7 |
"""


def test_constant_inside_each_stratum_is_no_variance_at_all(table, figures):
    """Expanded sums leave 1e-9 here, and a logit interval that pretends to know."""
    (figure,) = figures(table(CONSTANT))

    assert 0 < figure.est < 1
    assert (figure.se, figure.ci_rec_method, figure.flags) == (0, "cp_neff0", "zero_var;")


def test_a_domain_of_one_lonely_psu_has_no_variance_either(table, figures):
    rows = table("""
        | psu | stratum | w | y | unit |
        | 1 | s | 3.3 | 0.1 | a |
        | 1 | s | 1.1 | 0.7 | a |
        | 2 | t | 3.7 | 0.3 | b |
        | 3 | t | 3.7 | 0.7 | b |
    """)
    one, _ = figures(rows, domains=[{"level": "unit", "unit": "unit"}])

    assert (one.se, one.df, one.ci_rec_lo, one.flags) == (0, 0, None, "df0;zero_var;")


def test_a_small_true_variance_is_kept(table, figures):
    """Means of 1e6 that differ by 1e-3: nine digits down, and still there."""
    lines = "\n".join(f"| {n} | s | 1 | {1e6 + n % 2 / 1000} |" for n in range(10))
    (figure,) = figures(table(f"| psu | stratum | w | y |\n{lines}"), kind="mean")

    assert figure.se == pytest.approx(0.001 / 2 / 3, rel=1e-5)


def test_a_village_inside_two_stages_is_not_a_domain_to_report(persons, figures, rows_of):
    """Only f · V2 is left of its variance, and no df: villages are reported by themselves."""
    told = ({**r.cells, "y": r.cells["p18_smartphone_y"]} for r in persons)
    rows = rows_of(cells for cells in told if cells["status_c"] == "complete")
    village = [{"level": "village", "unit": "village_id"}]
    stages = {"ids": ["village_id", "hh_id"], "strata": ["commune_id"], "weight": "w_c"}
    by_itself = {"ids": ["hh_id"], "strata": ["village_id"], "weight": "w_c", "fpc": ["N_hh"]}
    naive = figures(rows, domains=village, **stages, fpc=["N_vil", "N_hh"])[0]
    replaced = figures(rows, domains=village, **stages)[0]
    right = figures(rows, domains=village, **by_itself)[0]

    assert (naive.geo_id, replaced.geo_id, right.geo_id) == ("C1V2",) * 3
    assert (naive.se, naive.df) == (pytest.approx(0.0538191248895), 0)
    assert (replaced.se, replaced.df) == (0, 0)
    assert right.se == pytest.approx(0.0680764065312)
