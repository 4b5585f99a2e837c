"""Figures worked by hand: the mistakes that reports of this kind have made."""

from datetime import date

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from tests import people
from tests.survey import Survey, person_form, person_xml, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(households=100)


def take_in(survey: Survey, *interviews: bytes) -> None:
    for xml in interviews:
        survey.post(xml)
    pipeline.settle()


def test_villages_count_by_their_households_not_by_how_many_were_visited(survey):
    """A: 90 of 100 yes, N = 100; B: 3 of 10 yes, N = 100. 60.0 %, not 93 of 110 = 84.5 %."""
    other = survey.add_village("Mook Trang")
    codes = survey.register(100, other)
    take_in(
        survey,
        *(
            survey.instance(household, fibre="1" if number < 90 else "0")
            for number, household in enumerate(survey.ids)
        ),
        *(
            survey.instance(
                household, fibre="1" if number < 3 else "0", village=str(other.public_id)
            )
            for number, household in enumerate(codes[:10])
        ),
    )
    commune = survey.figure(unit=people.unit(people.IA_DOM))
    assert commune.value == pytest.approx(0.600, abs=1e-12)
    assert (commune.numerator, commune.denominator) == (pytest.approx(120), pytest.approx(200))
    # A is counted whole, so that all error is that of B: 100² · 0.9 · 0.21 / 9 / 200².
    assert commune.se == pytest.approx((0.9 * 0.21 / 9) ** 0.5 / 2, rel=1e-12)
    assert commune.se == pytest.approx(0.0725, abs=5e-5)
    assert (commune.df, commune.ci_method, commune.status) == (9, "logit", "provisional")


def test_one_adult_stands_for_all_adults_of_the_household(survey):
    """n15 = 1 with yes, n15 = 4 with no: 20 %, not 50 %; what was typed does not matter."""
    programme.publish(survey.project.id, person_form(), OPERATOR)
    small, large = survey.ids[:2]
    take_in(survey, person_xml(survey, small, net="1"), person_xml(survey, large, net="2"))
    # Without the household's own interview nobody knows whom they stand for.
    assert survey.figure("NET").value is None
    take_in(
        survey,
        survey.instance(small, members=[(40, "2")]),
        survey.instance(large, members=[(40, "2"), (41, "1"), (20, "2"), (18, "0")]),
    )
    figure = survey.figure("NET")
    assert figure.value == pytest.approx(0.20)
    assert figure.n == 2
    # A sample, however complete the census: f = 0, and the two scores are 0.8 / 5 and -0.8 / 5.
    assert (figure.se, figure.df) == (pytest.approx(0.32), 1)


def test_two_adults_of_a_household_are_two_persons(survey):
    """Their number comes from a calculation, as in the forms of the programme."""
    programme.publish(survey.project.id, person_form(), OPERATOR)
    household = survey.ids[0]
    take_in(
        survey,
        survey.instance(household, members=[(40, "2"), (41, "2")]),
        person_xml(survey, household, net="1", pick=1),
        person_xml(survey, household, net="2", pick=2),
    )
    assert (survey.figure("NET").value, survey.figure("NET").n) == (0.5, 2)
    # One household was drawn, so that nothing is known of its variance.
    assert survey.figure("NET").se is None


def test_an_adult_said_to_live_in_another_village_stands_for_nobody(survey):
    programme.publish(survey.project.id, person_form(), OPERATOR)
    other, household = survey.add_village("Mook Trang"), survey.ids[0]
    stray = person_xml(survey, household, village=str(other.public_id))
    take_in(survey, survey.instance(household), stray)
    assert (survey.figure("NET", unit=other).value, survey.figure("NET").value) == (None, None)


def test_a_census_that_is_not_finished_has_bounds_and_no_zero_error(survey):
    """N = 100, n = 40, 30 yes: 75 %, from 30 to 90 of 100 once the others have answered."""
    take_in(
        survey,
        *(
            survey.instance(household, fibre="1" if number < 30 else "0")
            for number, household in enumerate(survey.ids[:40])
        ),
    )
    figure = survey.figure()
    assert (figure.value, figure.status) == (0.75, "provisional")
    assert figure.se == pytest.approx((0.6 * 0.75 * 0.25 / 39) ** 0.5, rel=1e-12)
    assert figure.bounds == (pytest.approx(0.30), pytest.approx(0.90))


def test_forty_of_sixty_households(survey):
    """N = 60, n = 40, 30 yes: 75 %, SE 4.00 points, from 50.0 to 83.3 %; never SE 0."""
    village = survey.add_village("Mook Trang")
    codes = survey.register(60, village)
    take_in(
        survey,
        *(
            survey.instance(
                household, fibre="1" if number < 30 else "0", village=str(village.public_id)
            )
            for number, household in enumerate(codes[:40])
        ),
    )
    figure = survey.figure(unit=village)
    assert (figure.value, figure.df) == (0.75, 39)
    assert figure.se == pytest.approx(0.0400, abs=5e-5)
    assert figure.bounds == (0.5, pytest.approx(0.833, abs=5e-4))


def test_a_household_without_a_member_of_the_domain_stays_in_the_sample(survey):
    """Three households of N = 6 with 4 of 6, 2 of 6 and none of the domain: SE 0.1021."""
    village = survey.add_village("Mook Trang")
    codes = survey.register(6, village)
    there = {"village": str(village.public_id)}
    take_in(
        survey,
        survey.instance(codes[0], members=[(30, "2")] * 4 + [(30, "0")] * 2, **there),
        survey.instance(codes[1], members=[(30, "2")] * 2 + [(30, "0")] * 4, **there),
        survey.instance(codes[2], members=[(12, "2")], **there),
    )
    figure = survey.figure("PHONE", unit=village)
    assert (figure.value, figure.n, figure.df) == (0.5, 12, 1)
    assert figure.se == pytest.approx(0.1021, abs=5e-5)


def test_one_household_alone_shows_no_error(survey):
    take_in(survey, survey.instance(survey.ids[0]))
    figure = survey.figure()
    assert (figure.value, figure.se, figure.ci, figure.ci_method) == (1.0, None, None, "none")


def test_the_same_answer_everywhere_shows_no_variance_and_an_honest_interval(survey):
    """All of 10 of 100 say yes: SE 0, but not "100 % ± 0": Clopper-Pearson of 10."""
    take_in(survey, *(survey.instance(household) for household in survey.ids[:10]))
    figure = survey.figure()
    assert (figure.se, figure.ci_method) == (0.0, "cp_neff0")
    assert figure.ci == (pytest.approx(0.025 ** (1 / 10)), 1.0)


def test_villages_of_one_mind_each_leave_no_error_of_rounding(survey):
    """7 of 100 say yes, 9 of 30 no: SE is exactly 0, and the interval that of 11.06 answers.

    Weights of 100/7 and 30/9 are no round numbers, and sums of squares of them would leave 1e-9 of
    each other. Kish: 130² / (7 · (100/7)² + 9 · (30/9)²) = 11.056, fewer than 16 households;
    R: p <- 100/130; qbeta(c(0.025, 0.975), n * p + 0:1, n * (1 - p) + 1:0).
    """
    other = survey.add_village("Mook Trang")
    codes = survey.register(30, other)
    village = str(other.public_id)
    take_in(
        survey,
        *(survey.instance(household, fibre="1") for household in survey.ids[:7]),
        *(survey.instance(household, fibre="0", village=village) for household in codes[:9]),
    )
    commune = survey.figure(unit=people.unit(people.IA_DOM))

    assert commune.value == pytest.approx(100 / 130)
    assert (commune.se, commune.ci_method, commune.df) == (0.0, "cp_neff0", 14)
    assert commune.ci == pytest.approx((0.432342659008, 0.95844704266), rel=1e-9)


def test_a_village_nobody_went_to_is_named_and_ends_the_claim_to_be_complete(survey):
    other = survey.add_village("Mook Trang")
    survey.register(50, other)
    take_in(survey, *(survey.instance(household) for household in survey.ids))
    village, commune = survey.figure(), survey.figure(unit=people.unit(people.IA_DOM))
    assert (village.se, village.ci_method) == (0.0, "census")
    assert (commune.base.villages_left_out, commune.base.frame_left_out) == (1, 50)
    assert (commune.value, commune.se, commune.ci_method) == (1.0, None, "none")


def test_adults_who_do_not_know_and_the_young_are_not_no(survey):
    """Adults with phone 2 and 8; a 17-year-old with phone 2: 1 of 1, not 1 of 2."""
    take_in(survey, survey.instance(survey.ids[0], members=[(30, "2"), (31, "8"), (17, "2")]))
    figure = survey.figure("PHONE")
    assert (figure.value, figure.n, figure.missing["dont_know"]) == (1.0, 1, 1)


@pytest.mark.parametrize(
    ("fibre", "missing"), [("8", "dont_know"), (None, "blank"), ("", "blank"), (" ", "blank")]
)
def test_who_does_not_know_is_neither_yes_nor_no(survey, fibre, missing):
    take_in(
        survey,
        survey.instance(survey.ids[0], fibre="1"),
        survey.instance(survey.ids[1], fibre=fibre),
    )
    figure = survey.figure()
    assert (figure.value, figure.n, figure.missing[missing]) == (1.0, 1, 1)
    assert sum(figure.missing.values()) == 1


def test_refusals_and_absences_are_no_answers(survey):
    take_in(
        survey,
        survey.instance(survey.ids[0], fibre="1"),
        survey.instance(survey.ids[1], visit="2"),
        survey.instance(survey.ids[2], visit="4"),
        survey.instance(survey.ids[3], consent="2"),
    )
    figure = survey.figure()
    assert (figure.value, figure.n, sum(figure.missing.values())) == (1.0, 1, 0)
    assert (figure.base.refused, figure.base.unresolved) == (2, 97)


def test_of_visits_without_an_interview_the_last_one_stands(survey):
    """Nobody was at home, then nobody lived there any more; and a phone that was offline."""
    for day, visit in ((2, "2"), (9, "5"), (5, "4")):
        visited = survey.instance(survey.ids[0], visit=visit, day=date(2026, 11, day))
        take_in(survey, visited)
    base = survey.figure().base
    assert (base.unresolved, base.refused, base.expected) == (99, 0, 0)


def test_a_completed_visit_beats_an_earlier_absence(survey):
    take_in(survey, survey.instance(survey.ids[0], visit="2"))
    take_in(survey, survey.instance(survey.ids[0], fibre="1"))
    take_in(survey, survey.instance(survey.ids[0], visit="2"))
    assert (survey.figure().value, survey.figure().n) == (1.0, 1)
