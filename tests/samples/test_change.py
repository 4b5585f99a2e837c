"""A sample in the books: drawn once, kept with its frame, taken back only while unused."""

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.errors import BadRequest, Conflict, NotFound
from app.rounds.models import Round
from app.samples.design import Design
from app.samples.models import SampleHousehold
from app.samples.queries import count_roles, get_sample, households_of, strata_of, villages_of
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app) -> Survey:
    survey = start_survey(households=20)
    survey.register(30, survey.add_village("Mook Trang"))
    return survey


def found(survey: Survey) -> Round:
    return db.session.merge(survey.round)


def draw(survey: Survey, kind="simple", size=10, seed="đợt 1", **further):
    poor = {name: further.pop(name) for name in ("poor", "codes") if name in further}
    with transaction():
        programme.draw_sample(
            found(survey), Design(kind, size, **further), seed, actor=OPERATOR, **poor
        )
    return get_sample(survey.round.id)


def test_the_sample_is_kept_with_its_seed_its_frame_and_its_probabilities(survey):
    sample = draw(survey, reserves=3)

    assert (sample.seed, sample.frame, sample.drawn) == ("đợt 1", 50, 10)
    assert count_roles(sample) == {"drawn": 10, "reserve": 3, "substitute": 0}
    assert {one.probability for one in households_of(sample)} == {0.2}
    (stratum,) = strata_of(sample)
    assert (stratum.psu, stratum.frame, stratum.drawn) == ("household", 50, 10)
    villages = villages_of(OPERATOR, sample, survey.project.id)
    assert [village.frame for village in villages] == [20, 30]
    assert sum(village.drawn for village in villages) == 10
    assert found(survey).design == "sample"


def test_drawn_again_from_the_same_seed_it_is_the_same(survey):
    first = draw(survey)
    before = {one.household for one in households_of(first)}, first.frame_sha256
    with transaction():
        programme.discard_sample(found(survey), actor=OPERATOR)
    assert found(survey).design == "census"
    again = draw(survey)

    assert ({one.household for one in households_of(again)}, again.frame_sha256) == before


def test_two_stages_keep_the_chance_of_each_village(survey):
    survey.register(25, survey.add_village("Mook Trêl"))
    sample = draw(survey, "two-stage", 2, take=5)
    villages = {v.frame: v for v in villages_of(OPERATOR, sample, survey.project.id)}

    assert len(villages) == 2
    for frame, village in villages.items():
        assert village.probability == pytest.approx(2 * frame / 75)
        assert village.drawn == 5
    assert all(one.probability == pytest.approx(10 / 75) for one in households_of(sample))


def test_the_poor_are_taken_from_the_registry_or_from_a_list(survey):
    with transaction():
        driver().execute("update households set poor = '1' where number <= 5")
    sample = draw(survey, size=20, oversample=3)
    assert {stratum.code: stratum.frame for stratum in strata_of(sample)} == {"": 40, "+": 10}

    with transaction():
        programme.discard_sample(found(survey), actor=OPERATOR)
    sample = draw(survey, size=20, oversample=3, poor=(), codes=survey.ids[:4])
    assert {stratum.code: stratum.frame for stratum in strata_of(sample)} == {"": 46, "+": 4}


def test_a_second_sample_is_refused(survey):
    draw(survey)
    with pytest.raises(Conflict, match="already"):
        draw(survey)


def test_a_sample_that_was_visited_stays(survey):
    sample = draw(survey)
    visited = households_of(sample)[0].household
    survey.send(survey.instance(visited, village=visited.rpartition("-")[0]))

    with transaction(), pytest.raises(Conflict, match="stays as it is"):
        programme.discard_sample(found(survey), actor=OPERATOR)


def test_a_round_without_a_sample_says_so(survey):
    with pytest.raises(NotFound, match="No sample"):
        get_sample(survey.round.id)


def stand_in(survey: Survey, household: str, reason: str = "nhà đóng cửa") -> SampleHousehold:
    with transaction():
        return programme.substitute(found(survey), household, reason, actor=OPERATOR)


def test_the_next_reserve_stands_in_and_the_household_stays_in_the_sample(survey):
    sample = draw(survey, reserves=1)
    drawn = [one for one in households_of(sample) if one.role == "drawn"]
    replaced, other = drawn[0].household, drawn[1].household
    reserve = stand_in(survey, replaced)

    assert (reserve.role, reserve.replaces) == ("substitute", replaced)
    assert count_roles(get_sample(survey.round.id)) == {"drawn": 10, "reserve": 0, "substitute": 1}
    with pytest.raises(Conflict, match="already"):
        stand_in(survey, replaced)
    with pytest.raises(Conflict, match="no reserve"):
        stand_in(survey, other)


def test_nobody_stands_in_for_who_was_interviewed_or_is_not_there(survey):
    sample = draw(survey, reserves=2)
    visited = next(one.household for one in households_of(sample) if one.role == "drawn")
    survey.send(survey.instance(visited, village=visited.rpartition("-")[0]))
    pipeline.settle()

    with pytest.raises(Conflict, match="interviewed"):
        stand_in(survey, visited)
    with pytest.raises(NotFound):
        stand_in(survey, "T-00000-1")
    with pytest.raises(BadRequest, match="why"):
        stand_in(survey, visited, " ")
