"""From round to round and from commune to commune: what changed, and how sure that is."""

from datetime import date

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.indicators.differences import changes, contrasts
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from tests import people
from tests.survey import start_survey

LATER = date(2026, 11, 20)


@pytest.fixture
def survey(app):
    """A village of 10 households, and a second round."""
    survey = start_survey(households=10)
    with transaction():
        survey.later = programme.open_round(
            survey.project.id, "2026-2", "2", date(2026, 11, 10), None, actor=OPERATOR
        )
        survey.later.review_policy = "approve-unflagged"
    pipeline.settle()
    return survey


def send(survey, households, answers, day=None):
    for household, fibre in zip(households, answers, strict=True):
        village = household.rpartition("-")[0]
        survey.post(survey.instance(household, fibre=fibre, day=day, village=village))
    pipeline.settle()


def change(survey, level="village", unit=None):
    (found,) = changes(
        OPERATOR,
        round_=db.session.merge(survey.later),
        before=db.session.merge(survey.round),
        unit_id=(unit or survey.village).id,
        level=level,
        indicator="FIBRE",
    )
    return found


def test_other_households_are_other_samples(survey):
    send(survey, survey.ids[:4], "1000")
    send(survey, survey.ids[4:8], "1110", LATER)
    found = change(survey)
    assert (found.figure.value, found.against.value) == (0.75, 0.25)
    assert found.difference.value == 0.5
    # 0.6 · 0.1875 / 3 for each.
    assert found.difference.se == pytest.approx((2 * 0.6 * 0.1875 / 3) ** 0.5)
    assert found.difference.df == pytest.approx(6)


def test_households_asked_twice_tell_the_change_better(survey):
    """One of four changed: d = 1, 0, 0, 0, so (1 - f) s²(d) / n = 0.6 · 0.25 / 4."""
    send(survey, survey.ids[:4], "1000")
    send(survey, survey.ids[:4], "1100", LATER)
    found = change(survey)
    assert found.difference.value == 0.25
    assert found.difference.se == pytest.approx((0.6 * 0.25 / 4) ** 0.5)
    assert found.difference.df == 3


PANEL = {  # phones of adults by household, in one round and in the next
    0: (("20", "2", "002", "22", "0"), ("22", "2", "022", "22", "2")),
    1: (("02", "0", "220", "00", "2", "20"), ("02", "2", "220", "20", "0", "22")),
}


def test_a_panel_of_households_as_in_r(survey):
    """Adults of 5 of 10 and 6 of 20 households, asked twice.

    R: s <- svydesign(~hh, strata=~village, fpc=~N, weights=~w, data=both)
    svycontrast(svyby(~phone, ~round, s, svymean, covmat=TRUE), c(-1, 1))
    """
    other = survey.add_village("Bi")
    homes = {0: survey.ids, 1: survey.register(20, other)}
    villages = {0: survey.village, 1: other}
    for number, day in enumerate((None, LATER)):
        for village, said in PANEL.items():
            for household, phones in zip(homes[village], said[number], strict=False):
                members = [(40, phone) for phone in phones]
                place = str(villages[village].public_id)
                survey.post(survey.instance(household, members=members, day=day, village=place))
        pipeline.settle()
    found = {
        level: changes(
            OPERATOR,
            round_=db.session.merge(survey.later),
            before=db.session.merge(survey.round),
            unit_id=unit.id,
            level=level,
            indicator="PHONE",
        )[0]
        for level, unit in (
            ("commune", people.unit(people.IA_DOM)),
            ("village", survey.village),
        )
    }

    commune, village = found["commune"], found["village"].difference
    was, now = commune.against, commune.figure
    assert (was.value, was.se) == pytest.approx((0.4878048780488, 0.08235746781286), rel=1e-11)
    assert (now.value, now.se) == pytest.approx((0.719512195122, 0.06310893731192), rel=1e-11)
    assert commune.difference.value == pytest.approx(0.2317073170732, rel=1e-11)
    assert commune.difference.se == pytest.approx(0.1063020990998, rel=1e-11)
    assert (village.value, village.se) == pytest.approx((0.3333333333333, 0.09259259259259))


def test_nobody_changed(survey):
    send(survey, survey.ids[:4], "1000")
    send(survey, survey.ids[:4], "1000", LATER)
    assert (change(survey).difference.value, change(survey).difference.se) == (0, 0)


def test_without_a_value_there_is_no_difference(survey):
    send(survey, survey.ids[:4], "1000")
    assert change(survey).difference is None


def draw(survey, round_, design):
    with transaction():
        programme.draw_sample(db.session.merge(round_), design, "hạt", actor=OPERATOR)
    pipeline.settle()
    return [one.household for one in households_of(get_sample(round_.id))]


def test_villages_drawn_in_both_rounds(survey):
    """Two villages in both samples: of the village totals only the change spreads."""
    for name in ("Bi", "Trang"):
        survey.register(10, survey.add_village(name))
    design = Design("two-stage", 2, take=4)
    first, second = (draw(survey, r, design) for r in (survey.round, survey.later))
    assert first == second  # one seed, one frame
    send(survey, first, "11100000")
    send(survey, second, "11110000", LATER)
    found = change(survey, "commune", people.unit(people.IA_DOM))
    # Villages: 3/4 and 0, then 1 and 0; the change is 1/4 and 0 of a half each.
    assert found.difference.value == pytest.approx(0.125)
    assert found.difference.se == pytest.approx(0.125)
    assert found.against.se == pytest.approx(0.375)


def test_two_communes_of_a_census_are_independent(survey):
    send(survey, survey.ids[:4], "1000")
    with transaction():
        other = people.village("Bi", people.PLEIKU)
        people.grant_role(
            OPERATOR, survey.phone, role="surveyor", unit_id=other.id, project_id=survey.project.id
        )
    survey.commune_code = people.PLEIKU
    send(survey, survey.register(10, other)[:4], "1110")
    (found,) = contrasts(
        OPERATOR,
        round_=db.session.merge(survey.round),
        unit_ids=(people.unit(people.PLEIKU).id, people.unit(people.IA_DOM).id),
        level="commune",
        indicator="FIBRE",
    )
    assert found.difference.value == 0.5
    assert found.difference.se == pytest.approx((2 * 0.6 * 0.1875 / 3) ** 0.5)


def test_two_villages_of_one_stratum(survey):
    """In a simple sample places are domains of one stratum, whose scores add up to nothing."""
    other = survey.add_village("Bi")
    survey.register(10, other)
    drawn = draw(survey, survey.round, Design("simple", 10))
    here = [h for h in drawn if h in survey.ids]
    there = [h for h in drawn if h not in survey.ids]
    assert min(len(here), len(there)) > 1
    send(survey, here, ["1", *"0" * (len(here) - 1)])
    send(survey, there, ["0", *"1" * (len(there) - 1)])
    (found,) = contrasts(
        OPERATOR,
        round_=db.session.merge(survey.round),
        unit_ids=(other.id, survey.village.id),
        level="village",
        indicator="FIBRE",
    )
    one, two = found.figure.se, found.against.se
    assert found.difference.se == pytest.approx((one**2 + two**2) ** 0.5, rel=1e-9)
