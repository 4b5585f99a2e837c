"""The story end to end: a phone sends, the worker reads, a person decides, a figure changes."""

import pytest
from flask import Flask

from app import pipeline
from app.accounts.actors import OPERATOR, Actor
from app.accounts.grants import grant_role
from app.db import db, transaction
from app.errors import Conflict
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, new_id, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey()


@pytest.fixture
def held(app: Flask) -> Survey:
    return start_survey(policy="hold-all")


@pytest.fixture
def reviewer(held: Survey) -> Actor:
    with transaction():
        return people.actor("commune_reviewer", of=held.project)


def submission() -> Submission:
    db.session.expire_all()
    return db.session.query(Submission).order_by(Submission.id.desc()).first()


def decide(state: str, actor: Actor, reason: str | None = None) -> None:
    with transaction():
        pipeline.decide(submission().id, state, reason, actor)
    pipeline.settle()


def test_an_unflagged_interview_counts_at_once(survey):
    receipt = survey.send(survey.instance(survey.ids[0], members=[(40, "2"), (17, "2"), (70, "8")]))
    assert receipt.case == "new"
    fibre, phone = survey.figure("FIBRE"), survey.figure("PHONE")
    assert (fibre.value, fibre.n) == (1.0, 1)
    # The 17-year-old is outside, the "don't know" is missing: 1 of 1.
    assert (phone.value, phone.n, phone.missing["dont_know"]) == (1.0, 1, 1)


def test_held_interviews_count_once_a_person_approves(held, reviewer):
    held.send(held.instance(held.ids[0]))
    assert held.figure().value is None
    decide("approved", reviewer)
    assert held.figure().value == 1.0
    decide("rejected", reviewer, "wrong house")
    assert held.figure().value is None


def test_an_approved_version_counts_until_its_edit_is_decided(held, reviewer):
    first = new_id()
    held.send(held.instance(held.ids[0], fibre="1", instance_id=first))
    decide("approved", reviewer)
    assert held.send(held.instance(held.ids[0], fibre="0", deprecated_id=first)).case == "edit"
    assert (submission().state, held.figure().value) == ("edited", 1.0)
    decide("approved", reviewer)
    assert held.figure().value == 0.0


def test_discarding_an_edit_keeps_the_approved_version(held, reviewer):
    first = new_id()
    held.send(held.instance(held.ids[0], fibre="1", instance_id=first))
    decide("approved", reviewer)
    held.send(held.instance(held.ids[0], fibre="0", deprecated_id=first))
    decide("rejected", reviewer, "a mistake")
    assert (submission().state, held.figure().value) == ("approved", 1.0)


def test_withdrawn_consent_stops_counting_at_once(held, reviewer):
    first = new_id()
    held.send(held.instance(held.ids[0], instance_id=first))
    decide("approved", reviewer)
    held.send(held.instance(held.ids[0], consent="2", deprecated_id=first))
    assert held.figure().value is None


def test_the_first_approved_interview_of_a_household_counts(held, reviewer):
    held.send(held.instance(held.ids[0], fibre="1"))
    decide("approved", reviewer)
    held.send(held.instance(held.ids[0], fibre="0"))
    decide("approved", reviewer)
    assert (held.figure().value, held.figure().n) == (1.0, 1)
    with transaction():
        pipeline.prefer(submission().id, reviewer)
    pipeline.settle()
    assert (held.figure().value, held.figure().n) == (0.0, 1)


def test_a_decision_about_a_version_nobody_saw_is_refused(held, reviewer):
    first = new_id()
    held.send(held.instance(held.ids[0], instance_id=first))
    seen = submission().current_pk
    held.send(held.instance(held.ids[0], deprecated_id=first))
    with pytest.raises(Conflict), transaction():
        pipeline.decide(submission().id, "approved", None, reviewer, seen_pk=seen)


def test_flagged_interviews_wait_under_every_policy(survey):
    survey.send(survey.instance("nowhere-0001"))
    assert submission().state == "received"
    assert survey.figure().value is None


def test_a_second_interview_of_a_household_is_flagged(survey):
    survey.send(survey.instance(survey.ids[0], fibre="1"))
    survey.send(survey.instance(survey.ids[0], fibre="0"))
    assert submission().state == "received"
    assert survey.figure().value == 1.0


def test_members_beyond_the_count_are_not_there(survey):
    survey.send(survey.instance(survey.ids[0], members=[(40, "2"), (41, "0")], n15=1))
    assert (survey.figure("PHONE").value, survey.figure("PHONE").n) == (1.0, 1)


def test_a_commune_counts_its_villages_by_their_households(survey):
    """A: 9 of 10 yes; B: 1 of 2 yes; ten households each: 14 of 20, not 10 of 12."""
    other = other_village(survey)
    for number, household in enumerate(survey.ids):
        survey.send(survey.instance(household, fibre="1" if number else "0"))
    codes = survey.register(10, other)
    for number, household in enumerate(codes[:2]):
        xml = survey.instance(household, fibre=str(number), village=str(other.public_id))
        survey.send(xml)
    commune = survey.figure(unit=people.unit(people.IA_DOM))
    assert commune.value == pytest.approx(14 / 20)
    assert (commune.numerator, commune.denominator) == (pytest.approx(14), pytest.approx(20))
    assert commune.n == 12
    assert survey.figure(unit=people.unit(people.GIA_LAI)).value == pytest.approx(14 / 20)


def test_a_half_visited_village_is_provisional_with_bounds(survey):
    """Ten households, four visited, three yes: 75 %, at least 3 and at most 9 of 10."""
    for number, household in enumerate(survey.ids[:4]):
        survey.send(survey.instance(household, fibre="1" if number else "0"))
    figure = survey.figure()
    assert (figure.value, figure.status, figure.coverage) == (0.75, "provisional", 0.4)
    assert figure.bounds == (pytest.approx(0.3), pytest.approx(0.9))
    assert figure.se is None


def test_a_full_census_is_final_without_sampling_error(survey):
    for household in survey.ids:
        survey.send(survey.instance(household))
    figure = survey.figure()
    assert (figure.status, figure.se, figure.ci) == ("final", 0.0, (1.0, 1.0))


def test_houses_without_people_leave_the_population(survey):
    """Ten in the list, two moved away, four visited: the other four count by the share 4/6."""
    for household in survey.ids[:4]:
        survey.send(survey.instance(household))
    for household in survey.ids[4:6]:
        survey.send(survey.instance(household, visit="5"))
    base = survey.figure().base
    assert base.expected == pytest.approx(4 + 4 * 4 / 6)
    assert (base.n, base.unresolved) == (4, 4)


def other_village(survey: Survey):
    with transaction():
        village = people.village("Mook Trang")
        grant_role(
            OPERATOR,
            survey.phone,
            role="surveyor",
            unit_id=village.id,
            project_id=survey.project.id,
        )
    return village
