"""Figures of sample rounds: worked by hand, and what becomes of those who were not drawn."""

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.queries import find_figures
from tests import people, releasing
from tests.survey import Survey, person_form, person_xml, start_survey


@pytest.fixture
def survey(app) -> Survey:
    """A village of 6 households."""
    return start_survey(households=6)


def commune(survey: Survey, indicator: str = "FIBRE", **how):
    pipeline.settle()
    return survey.figure(indicator, unit=people.unit(people.IA_DOM), **how)


def phones(yes: int, no: int) -> list[tuple[int, str]]:
    return [(40, "2")] * yes + [(40, "1")] * no


def test_three_of_six_households(survey):
    """(Y, X): (4, 6), (2, 6), none; N = 6, n = 3: 1/2, SE 0.1021, though one has no adult."""
    first, second, third = survey.draw("simple", 3)
    survey.visit(first, members=phones(4, 2))
    survey.visit(second, members=phones(2, 4))
    survey.visit(third, members=[(16, "2")])
    figure = commune(survey, "PHONE")
    assert (figure.value, figure.numerator, figure.denominator) == (0.5, 12, 24)
    assert figure.se == pytest.approx((0.5 * 3 / 2 * 2) ** 0.5 / 12, rel=1e-12)
    assert figure.se == pytest.approx(0.1021, abs=5e-5)
    assert (figure.df, figure.n, figure.status, figure.bounds) == (1, 12, "final", None)


def test_who_was_not_drawn_does_not_count(survey):
    drawn = survey.draw("simple", 3)
    for household in survey.ids:
        survey.visit(household, fibre="0" if household in drawn else "1")
    figure = commune(survey)
    assert (figure.value, figure.base.n, figure.base.expected) == (0, 3, 3)


def test_who_refuses_is_stood_for_and_who_is_gone_is_not(survey):
    """Of 4 drawn of 6 one refused, one moved away: 2 stand for 3 of 4, that is 4.5 households."""
    drawn = survey.draw("simple", 4)
    survey.visit(drawn[0], fibre="1")
    survey.visit(drawn[1], fibre="0")
    survey.visit(drawn[2], visit="4")
    figure = commune(survey)
    # The fourth is not known: he is there as likely as the others.
    assert (figure.denominator, figure.base.expected) == (pytest.approx(6), 4)
    assert (figure.coverage, figure.status) == (0.5, "provisional")
    survey.visit(drawn[3], visit="5")
    figure = commune(survey)
    assert (figure.denominator, figure.base.expected) == (pytest.approx(4.5), 3)
    assert (figure.coverage, figure.status) == (pytest.approx(2 / 3), "final")
    # f = 2 of 4.5: 2.25² · (1 - 2/4.5) · 2 · 1/2 / 4.5².
    assert figure.se == pytest.approx((0.25 * (1 - 2 / 4.5)) ** 0.5, rel=1e-12)


def test_a_substitute_counts_and_the_household_stays_nonresponse(survey):
    drawn = survey.draw("simple", 3, reserves=1)
    for household in drawn[:2]:
        survey.visit(household)
    survey.visit(drawn[2], visit="4")
    assert commune(survey).denominator == pytest.approx(6)
    with transaction():
        found = db.session.merge(survey.round)
        one = programme.substitute(found, drawn[2], "từ chối", actor=OPERATOR).household
    survey.visit(one, fibre="0")
    figure = commune(survey)
    assert (figure.value, figure.denominator) == (pytest.approx(2 / 3), pytest.approx(6))
    assert (figure.n, figure.base.n, figure.base.refused) == (3, 2, 1)
    assert (figure.base.substitutes, figure.coverage) == (1, pytest.approx(2 / 3))


def test_the_poor_are_not_counted_three_times(survey):
    """Drawn thrice as likely: 2 of 2 poor with fibre, 2 of 4 others without: 2 of 6."""
    with transaction():
        driver().execute("update households set poor = '1' where number <= 2")
    for household in survey.draw("simple", 4, oversample=3):
        survey.visit(household, fibre="1" if household in survey.ids[:2] else "0")
    figure = commune(survey)
    assert figure.value == pytest.approx(1 / 3)
    assert figure.denominator == pytest.approx(6)
    # All poor were taken, and the others say the same.
    assert (figure.se, figure.df) == (0, 1)


def test_one_adult_of_a_drawn_household_has_its_weight_times_its_adults(survey):
    programme.publish(survey.project.id, person_form(), OPERATOR)
    small, large, *_ = survey.draw("simple", 3)
    survey.visit(small, members=[(40, "2")])
    survey.visit(large, members=[(40, "2")] * 4)
    survey.post(person_xml(survey, small, net="1"))
    survey.post(person_xml(survey, large, net="2"))
    figure = commune(survey, "NET")
    assert (figure.value, figure.n) == (0.2, 2)
    # 3 of 6 drawn, of whom 2 are in: each stands for 3 households, with f = 0.
    assert (figure.numerator, figure.denominator) == (pytest.approx(3), pytest.approx(15))
    assert figure.se == pytest.approx(0.32, rel=1e-12)


@pytest.fixture
def villages(survey):
    """Four villages of 6, 10, 10 and 10 households."""
    return [survey.village, *(survey.add_village(name) for name in ("Bi", "Trang", "Trêl"))]


def draw_villages(survey, villages, take=4):
    for village in villages[1:]:
        survey.register(10, village)
    drawn = survey.draw("two-stage", 2, take=take)
    return drawn, sorted({household.rpartition("-")[0] for household in drawn})


def test_of_villages_that_were_drawn_the_villages_spread(survey, villages):
    drawn, (one, _) = draw_villages(survey, villages)
    for household in drawn:
        survey.visit(household, fibre="1" if household.startswith(one) else "0")
    figure = commune(survey)
    # Each household has 2 · M/36 · 4/M of a chance: villages have the same weight.
    assert (figure.value, figure.denominator) == (pytest.approx(0.5), pytest.approx(36))
    # Two PSUs with z = ±9 of 36, f = 0; households inside them all say the same.
    assert figure.se == pytest.approx((2 * 2 * 9**2) ** 0.5 / 36, rel=1e-12)
    assert (figure.df, figure.base.villages_not_drawn, figure.status) == (1, 2, "final")


def test_drawn_villages_that_are_withheld_have_one_weight(survey, villages):
    """4 of 4 drawn answered, and 2 of 4: they stand for 18 households each, with 4.5 and 9."""
    drawn, (one, _) = draw_villages(survey, villages)
    inside = [household for household in drawn if household.startswith(one)]
    others = [household for household in drawn if household not in inside]
    for household, fibre in zip([*inside, *others[:2]], "110011", strict=True):
        survey.visit(household, fibre=fibre)
    for household in others[2:]:
        survey.visit(household, visit="4")
    assert commune(survey).numerator == pytest.approx(2 * 4.5 + 2 * 9)

    with transaction():
        releases.set_rule(survey.project.id, Rule(threshold=5, smallest_n=0), OPERATOR)
        releasing.release(survey.round, OPERATOR)
        outsider = people.actor("api_client", people.GIA_LAI, of=survey.project)
    (told,) = find_figures(
        outsider,
        round_=survey.round,
        unit_id=people.unit(people.IA_DOM).id,
        level="commune",
        indicator="FIBRE",
    )
    assert (told.numerator, told.denominator) == (36 / 6 * 4, 36)
    assert (told.n, told.suppressed, told.se) == (6, "margin", None)


def test_a_village_of_a_two_stage_sample_is_reported_by_itself(survey, villages):
    drawn, (one, _) = draw_villages(survey, villages)
    inside = [household for household in drawn if household.startswith(one)]
    for household in inside:
        survey.visit(household, fibre="1" if household == inside[0] else "0")
    pipeline.settle()
    village = next(v for v in villages if v.public_id == one)
    frame = 6 if village is survey.village else 10
    figure = survey.figure(unit=village)
    assert (figure.value, figure.denominator) == (0.25, pytest.approx(frame))
    assert figure.se == pytest.approx(((1 - 4 / frame) * 0.1875 / 3) ** 0.5, rel=1e-12)
    assert figure.df == 3
    # The commune's whole difference between villages is not known from one of them.
    both = commune(survey)
    assert (both.value, both.se, both.df) == (0.25, None, 0)
    assert (both.base.villages_left_out, both.status) == (1, "provisional")
    outside = [v for v in villages if v.public_id not in {h.rpartition("-")[0] for h in drawn}]
    assert [survey.figure(unit=v).base.villages_not_drawn for v in outside] == [1, 1]
    assert [survey.figure(unit=v).value for v in outside] == [None, None]
