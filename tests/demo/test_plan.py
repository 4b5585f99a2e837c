from datetime import date, timedelta

import pytest

from app.demo import earlier
from app.demo.interviews import (
    APPROVE,
    EDIT,
    HOUSEHOLD,
    LEAVE,
    LISTING,
    REJECT,
    SECOND,
    SERVICES,
    SKILLS,
    VILLAGE,
)  # fmt: skip
from app.demo.people import OCCUPIED
from app.demo.places import VILLAGES
from app.demo.plan import Plan, make_plan, round_begins
from app.demo.schedule import surveyor_of

SEED, DAY = 2026, date(2026, 11, 22)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(SEED, 600, DAY)


def test_the_same_plan_is_made_every_time(plan):
    assert make_plan(SEED, 600, DAY) == plan


def test_every_dwelling_is_listed_and_every_village_reports(plan):
    listing = plan.turns[0]

    assert sum(interview.form == LISTING for interview in listing) == len(plan.households) == 600
    assert sum(interview.form == VILLAGE for interview in listing) == len(VILLAGES)


def test_only_households_whose_listing_is_approved_are_visited(plan):
    listed = {i.subject for i in plan.turns[0] if i.form == LISTING and i.decision == APPROVE}
    visited = {interview.subject for turn in plan.turns[1:] for interview in turn}
    lived_in = {house.key for house in plan.households if house.dwelling == OCCUPIED}

    assert visited <= listed & lived_in
    assert len(visited) > 0.9 * len(listed & lived_in)


def test_nothing_happens_outside_the_round_or_in_the_future(plan):
    days = {interview.start.date() for turn in plan.turns for interview in turn}
    before = {interview.start.date() for turn in plan.earlier for interview in turn}

    assert round_begins(DAY) <= min(days) <= max(days) <= DAY
    assert earlier.BEGINS <= min(before) <= max(before) <= earlier.ENDS
    assert {interview.start.utcoffset() for interview in plan.interviews} == {timedelta(hours=7)}
    assert all(7 <= interview.start.hour <= 17 for interview in plan.interviews)


def test_households_are_visited_after_the_listing(plan):
    last_listing = max(interview.start for interview in plan.turns[0])

    assert all(interview.start > last_listing for interview in plan.turns[1])


def test_no_two_interviews_share_an_instance_id(plan):
    ids = [interview.instance_id(SEED) for interview in plan.interviews]

    assert len(set(ids)) == len(ids)
    assert all(len(instance_id) == len("uuid:") + 36 for instance_id in ids)


def test_a_corrected_version_replaces_one_that_was_sent_before(plan):
    sent = {interview.instance_id(SEED): interview for interview in plan.turns[1]}
    edits = [interview for interview in plan.turns[2] if interview.variant == EDIT]

    assert {edit.decision for edit in edits} == {APPROVE, LEAVE, REJECT}
    for edit in edits:
        original = sent[edit.replaced_id(SEED)]
        assert (original.subject, original.visit) == (edit.subject, edit.visit)
    assert {sent[edit.replaced_id(SEED)].decision for edit in edits} == {APPROVE, REJECT}


def test_a_second_interview_is_a_new_one(plan):
    seconds = [interview for interview in plan.turns[2] if interview.variant == SECOND]

    assert seconds
    assert all(second.replaced_id(SEED) is None for second in seconds)


def test_not_everybody_can_be_interviewed_and_not_everything_is_approved(plan):
    visits = [interview for interview in plan.turns[1] if interview.form == HOUSEHOLD]

    assert {visit.result for visit in visits} == set("1234567")
    assert any(visit.result == "1" and visit.consent == "2" for visit in visits)
    assert {visit.decision for visit in visits} == {APPROVE, LEAVE, REJECT}
    approved = sum(visit.decision == APPROVE for visit in visits)
    assert approved > 0.88 * len(visits)


def test_persons_are_interviewed_only_where_the_household_was(plan):
    complete = {i.subject for i in plan.turns[1] if i.form == HOUSEHOLD and i.is_complete}
    persons = {i.subject for i in plan.turns[1] if i.form in {SKILLS, SERVICES}}

    assert persons
    assert persons <= complete


def test_two_surveyors_share_the_villages_of_a_commune():
    assert {surveyor_of(village) for village in VILLAGES} == set(range(8))
    for surveyor in range(8):
        own = [village for village in VILLAGES if surveyor_of(village) == surveyor]
        assert len(own) == 3
        assert len({village.commune for village in own}) == 1


def test_the_earlier_round_visits_a_part_of_one_commune_under_its_old_codes(plan):
    listing, visits = plan.earlier
    houses = {interview.subject for interview in listing}
    today = {house.key: house for house in plan.households}

    assert houses == {interview.subject for interview in visits}
    assert 0.4 < len(houses) / sum(key.startswith("23869/") for key in today) < 0.8
    assert {interview.commune_code for interview in (*listing, *visits)} == {"23860", "23869"}
    assert {i.commune_code for i in plan.turns[1] if i.village.commune == "23869"} == {"23869"}
    for interview in listing:
        then, now = interview.household, today[interview.subject]
        assert then.size == now.size
        assert {member.birth_year for member in then.members} <= {
            member.birth_year for member in now.members
        }
        assert all(2024 - member.birth_year == member.age >= 15 for member in then.members)
