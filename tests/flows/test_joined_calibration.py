"""An indicator of two forms in a release whose weights are fitted to a known population.

Seven of eight drawn households of 20 have both interviews; one adult of each stands for all adults
of the household, so that each weighs 20/7 times its adults:

    village  adults  sex  safe           fitted: A · 30/6, B · 24/9 for each adult
    A        1       2    1              Y = 5 · (1 + 3) + 8/3 · 2            = 25 1/3
    A        2       1    0              X = 5 · 6 + 8/3 · 7                  = 48 2/3
    A        3       2    1
    B        2       1    1              Y / X                                = 0.520548
    B        1       2    0
    B        4       2    0
    B        2       1    does not know  (weighs in its village, and is in neither sum)

R: s <- svydesign(ids=~hh, weights=~w, data=d)
svyratio(~y, ~x, postStratify(s, ~village, …)); calibrate(s, list(~village, ~sex), …, "raking")
"""

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.indicators import releases
from app.indicators.disclosure import Rule
from app.indicators.known_totals import import_totals
from app.indicators.queries import find_figures
from app.indicators.release_queries import get_release
from app.samples.chance import shuffled
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from tests import people, releasing
from tests.joined_forms import safety_form, safety_xml, use_form, use_xml
from tests.survey import start_survey

HERE = ((1, "2", "1"), (2, "1", "2"), (3, "2", "1"))
THERE = ((2, "1", "1"), (1, "2", "2"), (4, "2", "2"), (2, "1", "8"))


@pytest.fixture
def survey(app):
    survey = start_survey(households=0)
    for form in (safety_form(), use_form()):
        programme.publish(survey.project.id, form, OPERATOR)
    survey.ids = survey.register(10)
    survey.other = survey.add_village("Bi")
    others = survey.register(10, survey.other)
    both = [*survey.ids, *others]
    seed = next(
        seed
        for seed in map(str, range(99))
        if sum(one in survey.ids for one in shuffled(both, seed, "household")[:8]) == 3
    )
    with transaction():
        programme.draw_sample(
            db.session.merge(survey.round), Design("simple", 8), seed, actor=OPERATOR
        )
        releases.set_rule(survey.project.id, Rule(threshold=1, smallest_n=0), OPERATOR)
    pipeline.settle()
    drawn = sorted(one.household for one in households_of(get_sample(survey.round.id)))
    here = [household for household in drawn if household in survey.ids]
    there = [household for household in drawn if household in others]
    survey.first = here[0]
    for household, (adults, sex, locked) in zip([*here, *there], [*HERE, *THERE], strict=False):
        village = household.rpartition("-")[0]
        survey.post(survey.instance(household, members=[(40, "2")] * adults, village=village))
        survey.post(use_xml(survey, household, sex=sex, village=village))
        survey.post(safety_xml(survey, household, sex=sex, locked=locked, village=village))
    # The eighth has one of the two forms: it did not answer, and weighs nothing.
    last = there[-1]
    village = last.rpartition("-")[0]
    survey.post(survey.instance(last, members=[(40, "2")] * 7, village=village))
    survey.post(use_xml(survey, last, village=village))
    pipeline.settle()
    survey.villages = (
        f"SAFE,village,{survey.village.public_id},30\nSAFE,village,{survey.other.public_id},24\n"
    )
    return survey


def released(survey, totals):
    """By group ("" for all), the figures of a release that is fitted to these totals."""
    with transaction():
        found = db.session.merge(survey.round)
        import_totals(found, f"indicator,margin,level,N\n{totals}", OPERATOR)
        version = releasing.release(found, OPERATOR).version
    return version, {
        figure.breakdown_value: figure
        for figure in find_figures(
            OPERATOR,
            round_=survey.round,
            unit_id=people.unit(people.GIA_LAI).id,
            level="province",
            indicator="SAFE",
            by=None,
            release=get_release(survey.round.id, version),
        )
    }


def test_without_totals_each_weighs_by_the_pairs(survey):
    figure = survey.figure("SAFE", people.unit(people.GIA_LAI))
    assert (figure.n, figure.base.n) == (6, 7)
    assert (figure.value, figure.se) == pytest.approx((6 / 13, 0.24269974520459), rel=1e-9)
    assert figure.denominator == pytest.approx(20 / 7 * 13)


def test_fitted_to_the_villages_as_by_hand_and_in_r(survey):
    _, found = released(survey, survey.villages)
    figure = found[""]
    assert figure.is_calibrated
    assert (figure.numerator, figure.denominator) == pytest.approx((76 / 3, 146 / 3), rel=1e-9)
    assert (figure.value, figure.se) == pytest.approx((38 / 73, 0.22132437115890), rel=1e-9)
    assert figure.df == 5  # six answer, in one stratum
    assert not found["1"].is_calibrated  # nothing is known of men and women


def test_raked_to_villages_and_sexes_as_in_r(survey):
    _, found = released(survey, f"{survey.villages}SAFE,sex,1,20\nSAFE,sex,2,34\n")
    expected = {
        "": (0.52285630671304, 0.22795916917853),
        "1": (0.34916187343668, 0.33230575040752),
        "2": (0.59858717196841, 0.18315485581857),
    }
    for group, numbers in expected.items():
        assert (found[group].value, found[group].se) == pytest.approx(numbers, rel=1e-9), group
    sums = (25.52794577038872, 48.82401807653709)
    assert (found[""].numerator, found[""].denominator) == pytest.approx(sums, rel=1e-9)
    assert sum(found[sex].denominator for sex in "12") == pytest.approx(sums[1], rel=1e-9)


def test_a_release_keeps_its_pairs_when_a_partner_goes(survey):
    """Without the first of A's three, those of 2 and 3 adults stand for its 30 people: 3 of 5."""
    first, before = released(survey, survey.villages)
    rows = driver().execute(
        "select s.id from counted_interviews c join submissions s on s.id = c.submission_id"
        " join forms f on f.id = c.form_id"
        " where f.xml_form_id = 'antoan' order by c.household <> %s, c.household",
        (survey.first,),
    )
    (number,) = rows.fetchone()
    db.session.rollback()
    with transaction():
        pipeline.throw_away(number, "vì", OPERATOR)
    pipeline.settle()
    _, after = released(survey, survey.villages)
    sums = (30 * 3 / 5 + 16 / 3, 30 + 56 / 3)
    assert (after[""].numerator, after[""].denominator) == pytest.approx(sums)
    again = find_figures(
        OPERATOR, round_=survey.round, unit_id=people.unit(people.GIA_LAI).id, level="province",
        indicator="SAFE", release=get_release(survey.round.id, first),
    )  # fmt: skip
    assert (again[0].value, again[0].se) == (before[""].value, before[""].se)
