"""Scores of figures by hand: what is missing is said, and never zero."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.indicators.figures import Base, Figure
from app.scorecards.definitions import Criterion, Definition
from app.scorecards.points import shown
from app.scorecards.ranking import compare, rank_scores
from app.scorecards.scores import score, standard_error

BASE = Base(100.0, 80, 0, 20, 0, 5, 0, 0, None, None, None)
DEFINITION = Definition(
    "CDS",
    1,
    2026,
    {"vi": "Xã hội số"},
    (
        Criterion("A", {}, Fraction(20), "target", indicator="FIBRE", target=Fraction("0.8")),
        Criterion("B", {}, Fraction(10), "proportional", indicator="PHONE"),
        Criterion("C", {}, Fraction(5), "yes_no"),
    ),
)


def figure(indicator="FIBRE", value=0.5, se=0.02, **said):
    empty = Figure(
        1, "23872", "Ia Dom", "commune", "2026-1", indicator, "1", {}, "", "",
        numerator=value, denominator=1.0, n=80, missing={}, base=BASE,
    )  # fmt: skip
    interval = {"ci": (value - 0.04, value + 0.04), "ci_method": "logit"} if value else {}
    return replace(empty, **({"value": value, "se": se} | interval | said))


def scored(*figures, reported=None, unit_id=1):
    return score(unit_id, DEFINITION, figures, {} if reported is None else reported)


def test_points_and_their_errors_are_added_up():
    found = scored(figure(), figure("PHONE", 0.9, 0.01), reported={"C": "yes"})

    # 0.5 / 0.8 · 20 = 12.5 ± 0.5; 9 ± 0.1; 5, which is no estimate
    assert [shown(line.points) for line in found.lines] == [
        shown(Fraction(points)) for points in ("12.5", "9", "5")
    ]
    assert (found.points, found.of) == (Fraction("26.5"), 35)
    assert found.error == pytest.approx(0.6)
    assert found.ci == pytest.approx((26.5 - 1.176, 26.5 + 1.176))
    assert found.is_complete


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((), "no_indicator"),
        ((figure(value=None, se=None),), "no_figure"),
        ((figure(value=None, se=None, suppressed="small"),), "withheld"),
        ((figure(value=None, se=None, broken="Broken series"),), "broken"),
    ],
)
def test_what_has_no_figure_has_no_points_and_says_why(given, why):
    found = scored(*given, figure("PHONE", 0.9, 0.01))

    assert (found.lines[0].points, found.lines[0].missing) == (None, why)
    assert (found.points, found.of) == (9, 10)
    assert not found.is_complete


def test_a_report_that_is_missing_or_no_longer_fits_is_not_a_no():
    for reported in ({}, {"C": ""}, {"C": "3/4"}):
        assert scored(reported=reported).lines[2].missing == "not_reported"
    assert scored(reported={"C": "no"}).lines[2].points == 0
    assert score(1, DEFINITION, (), None).lines[2].missing == "not_given_out"


def test_an_unknown_error_stays_unknown():
    found = scored(figure(se=None), figure("PHONE", 0.9, 0.01))

    assert found.lines[0].points == Fraction("12.5")
    assert (found.error, found.ci) == (None, None)


def test_a_sample_that_agrees_is_not_certain():
    everybody = figure(value=1.0, se=0.0, ci=(0.9, 1.0), ci_method="korn_graubard")

    assert standard_error(everybody) == pytest.approx(0.1 / 1.96)
    assert standard_error(figure(value=1.0, se=0.0, ci=(1.0, 1.0), ci_method="census")) == 0


def test_without_an_estimate_the_error_reaches_what_is_possible():
    some_villages = figure(value=0.5, se=None, ci=None, bounds=(0.2, 0.8))

    assert standard_error(some_villages) == pytest.approx(0.3 / 1.96)


def test_communes_are_ranked_on_what_they_have_in_common():
    best = scored(figure(value=0.7), figure("PHONE", 0.9), unit_id=1)
    last = scored(figure(value=0.3), figure("PHONE", 0.9), unit_id=2)
    lacking = scored(figure(value=0.8), unit_id=3)
    ranking = rank_scores([last, lacking, best])

    assert [(one.score.unit_id, one.rank.rank) for one in ranking.ranked] == [(1, 1), (2, 2)]
    assert [one.score.unit_id for one in ranking.unranked] == [3]
    assert [line.criterion.code for line in ranking.unranked[0].lacks] == ["B"]
    assert [one.code for one in ranking.basis] == ["A", "B"]
    assert [one.code for one in ranking.left_out] == ["C"]
    seen = ranking.seen_by({2})
    assert ([one.rank.rank for one in seen.ranked], seen.size) == ([2], 2)


def test_nothing_to_rank():
    assert rank_scores([]).ranked == ()
    ranking = rank_scores([scored()])
    assert (ranking.ranked, len(ranking.unranked), ranking.basis) == ((), 1, ())


def test_two_scores_are_compared_on_what_both_have():
    mine = scored(figure(value=0.7, se=0.03), figure("PHONE", 0.9))
    theirs = scored(figure(value=0.5, se=0.04), reported={"C": "yes"})
    compared = compare(mine, theirs)

    # 25 points for 1: 17.5 - 12.5, and √(0.75² + 1²)
    assert compared.total.points == 5
    assert compared.total.error == pytest.approx(1.25)
    assert [line.criterion.code for line, _, _ in compared.lines] == ["A"]
