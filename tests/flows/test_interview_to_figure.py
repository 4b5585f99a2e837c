"""The story end to end: a phone sends, the worker reads, a person decides, a figure changes."""

from datetime import date

import pytest
from flask import Flask

from app import ledger, pipeline, programme, village_lists
from app.accounts.actors import OPERATOR, Actor
from app.db import db, driver, transaction
from app.errors import Conflict
from app.rounds.change import set_review_policy
from app.submissions.models import Submission
from tests import people
from tests.survey import HOUSEHOLD_FORM, Survey, household_form, new_id, start_survey


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


def test_an_edit_of_the_interview_that_counts_keeps_its_place(held, reviewer):
    first = new_id()
    held.send(held.instance(held.ids[0], fibre="1", instance_id=first))
    decide("approved", reviewer)
    counting = submission().id
    held.send(held.instance(held.ids[0], fibre="0"))
    decide("approved", reviewer)
    held.send(held.instance(held.ids[0], fibre="8", deprecated_id=first))
    with transaction():
        pipeline.decide(counting, "approved", None, reviewer)
    pipeline.settle()
    figure = held.figure()
    assert (figure.value, figure.missing["dont_know"]) == (None, 1)


def test_a_household_counts_once_also_when_interviews_name_different_villages(held, reviewer):
    other = held.add_village("Mook Trang")
    for village in (held.village, other):
        held.send(held.instance(held.ids[0], village=str(village.public_id)))
        decide("approved", reviewer)
    assert (held.figure().n, held.figure(unit=other).n) == (1, 0)
    with transaction():
        pipeline.prefer(submission().id, reviewer)
    pipeline.settle()
    assert (held.figure().n, held.figure(unit=other).n) == (0, 1)


def test_what_waits_in_another_round_does_not_hold_up_this_one(survey):
    for household in survey.ids:
        survey.send(survey.instance(household, day=date(2026, 1, 31)))
    with transaction():
        later = programme.open_round(
            survey.project.id, "2026-2", "2", date(2026, 2, 1), None, actor=OPERATOR
        )
    survey.send(survey.instance(survey.ids[0], day=date(2026, 2, 2)))
    assert submission().state == "received"
    assert survey.figure().status == "final"
    survey.round = later
    assert survey.figure().base.waiting == 1


def test_a_village_that_is_added_later_belongs_to_the_rounds_as_well(survey):
    with transaction():
        said = {"commune": people.IA_DOM, "name": "Mook Trang", "type": "làng"}
        village_lists.add_village(said, actor=OPERATOR)
    pipeline.settle()
    assert survey.figure(unit=people.unit(people.IA_DOM)).base.villages == 2


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


def test_the_second_is_the_one_that_came_later_also_when_both_are_read_at_once(survey):
    for fibre in ("1", "0"):
        survey.post(survey.instance(survey.ids[0], fibre=fibre))
    pipeline.settle()
    assert (survey.figure().value, survey.figure().n, submission().state) == (1.0, 1, "received")


def test_no_policy_approves_beside_an_interview_that_counts(held, reviewer):
    first = new_id()
    held.send(held.instance(held.ids[0], fibre="0", instance_id=first))
    held.send(held.instance(held.ids[0], fibre="1"))
    decide("approved", reviewer)
    with transaction():
        set_review_policy(held.project.id, "2026-1", "approve-unflagged", actor=OPERATOR)
    held.send(held.instance(held.ids[0], fibre="0", deprecated_id=first))
    assert (held.figure().value, held.figure().n, held.figure().base.waiting) == (1.0, 1, 1)


def test_members_beyond_the_count_are_not_there(survey):
    survey.send(survey.instance(survey.ids[0], members=[(40, "2"), (41, "0")], n15=1))
    assert (survey.figure("PHONE").value, survey.figure("PHONE").n) == (1.0, 1)


def test_a_commune_counts_its_villages_by_their_households(survey):
    """A: 9 of 10 yes; B: 1 of 2 yes; ten households each: 14 of 20, not 10 of 12."""
    other = survey.add_village("Mook Trang")
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
    assert figure.se == pytest.approx((0.6 * 0.75 * 0.25 / 3) ** 0.5)


def test_the_bounds_of_a_commune_come_from_heads_not_from_weighted_shares(survey):
    """A: 9 of 10 visited and yes; B: 0 of 1 visited of 10: between 9 and 19 of 20."""
    other = survey.add_village("Mook Trang")
    codes = survey.register(10, other)
    for household in survey.ids[:9]:
        survey.send(survey.instance(household))
    survey.send(survey.instance(codes[0], fibre="0", village=str(other.public_id)))
    figure = survey.figure(unit=people.unit(people.IA_DOM))
    assert figure.value == pytest.approx(0.5)
    assert figure.bounds == (pytest.approx(9 / 20), pytest.approx(19 / 20))


def test_only_households_an_indicator_is_about_can_be_missing_in_it(survey):
    """All ten are visited; it asks the one with two adults, and that one does not know."""
    publish_indicator(survey, "| LARGE | 1 | Large | household | ${n15} = 2 | ${fibre} = '1' |")
    for household in survey.ids[2:]:
        survey.send(survey.instance(household, version="2"))
    for household, fibre in zip(survey.ids[:2], ("1", "8"), strict=True):
        members = [(40, "2"), (41, "2")]
        survey.send(survey.instance(household, members=members, fibre=fibre, version="2"))
    assert survey.figure("LARGE").bounds == (0.5, 1.0)


def test_a_mean_has_no_bounds(survey):
    publish_indicator(survey, "| ADULTS | 1 | Adults | household | | ${n15} |")
    survey.send(survey.instance(survey.ids[0], members=[(40, "2"), (41, "2")], version="2"))
    assert (survey.figure("ADULTS").value, survey.figure("ADULTS").bounds) == (2.0, None)


def test_a_number_beyond_reason_does_not_stop_the_figures_of_others(survey):
    publish_indicator(survey, "| ADULTS | 1 | Adults | household | | ${n15} |")
    survey.send(survey.instance(survey.ids[0], n15=10**17, version="2"))
    survey.send(survey.instance(survey.ids[1], version="2"))
    assert ledger.owed(driver()).unread == 1  # it is tried again later
    assert (survey.figure("ADULTS").value, survey.figure("ADULTS").n) == (1.0, 1)


def publish_indicator(survey: Survey, row: str) -> None:
    """Version 2 of the form, with one indicator more."""
    known = "| | PHONE | 1       | Smartphone |"
    assert known in HOUSEHOLD_FORM
    text = HOUSEHOLD_FORM.replace(known, f"| {row}\n{known}")
    programme.publish(survey.project.id, household_form("2", text), OPERATOR)


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
