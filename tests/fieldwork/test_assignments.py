"""A surveyor sees the households that are theirs; re-assigning changes two lists and no other."""

import csv
import hashlib
import io

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR, app_user_actor
from app.db import db, driver, transaction
from app.errors import BadRequest, NotAllowed, NotFound
from app.fieldwork.assignments import Assigned, assign, rounds_of, share_evenly, unassign
from app.households.lists import surveyor_list
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from app.submissions.models import Interview
from tests import people
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app) -> Survey:
    return start_survey(households=9)


@pytest.fixture
def phones(survey):
    """Three surveyors of the village."""
    with transaction():
        names = ("dtv02", "dtv03")
        others = [people.surveyor(survey.village, of=survey.project, username=n) for n in names]
    return [survey.phone, *others]


def found(survey):
    return db.session.merge(survey.round)


def give(survey, wanted, actor=OPERATOR):
    with transaction():
        return assign(found(survey), wanted, actor=actor)


def codes(survey, phone):
    made = surveyor_list("households", app_user_actor(phone.id), survey.project.id)
    return [row["code"] for row in csv.DictReader(io.StringIO(made.content.decode()))]


def hashes(survey, phones):
    actors = [app_user_actor(phone.id) for phone in phones]
    return [surveyor_list("households", actor, survey.project.id).md5 for actor in actors]


def test_each_sees_their_own_and_a_new_household_nobody_until_it_is_given(survey, phones):
    one, two, three = phones
    assert codes(survey, one) == codes(survey, three) == survey.ids
    give(survey, dict.fromkeys(survey.ids[:4], one.id) | dict.fromkeys(survey.ids[4:], two.id))

    assert codes(survey, one) == survey.ids[:4]
    assert codes(survey, two) == survey.ids[4:]
    assert codes(survey, three) == []


def test_a_village_of_which_nothing_is_given_stays_open(survey, phones):
    other = survey.add_village("Mook Trang")
    there = survey.register(2, other)
    give(survey, {survey.ids[0]: phones[1].id})

    assert codes(survey, phones[0]) == there


def test_re_assignment_changes_exactly_the_two_lists_concerned(survey, phones):
    with transaction():
        share_evenly(found(survey), survey.village.id, [p.id for p in phones], actor=OPERATOR)
    before = hashes(survey, phones)
    (moved, *_) = codes(survey, phones[0])

    assert give(survey, {moved: phones[1].id}) == Assigned(1, 0)

    after = hashes(survey, phones)
    assert [a != b for a, b in zip(before, after, strict=True)] == [True, True, False]
    assert moved in codes(survey, phones[1])
    give(survey, {moved: phones[0].id})
    assert hashes(survey, phones) == before


def test_the_manifest_of_a_phone_tells_of_it(client, survey, phones):
    """What Collect compares: the hash in the manifest is that of the list it then downloads."""
    form = (
        "| survey |\n| | type | name | label |\n"
        "| | select_one_from_file households.csv | hh | Hộ |\n"
        "| settings |\n| | form_id | version |\n| | chon | 1 |\n"
    )
    published = programme.publish(survey.project.id, form_source(form), OPERATOR)
    base = f"/v1/key/{survey.token}/projects/{survey.project.id}/forms/{published.version.id}"
    headers = {"X-OpenRosa-Version": "1.0"}

    def listed():
        manifest = client.get(f"{base}/manifest", headers=headers).get_data(as_text=True)
        content = client.get(f"{base}/media/households.csv", headers=headers).get_data()
        assert hashlib.md5(content).hexdigest() in manifest
        return content.decode()

    assert survey.ids[8] in listed()
    give(survey, dict.fromkeys(survey.ids[:2], phones[0].id))
    assert [code in listed() for code in survey.ids] == [True] * 2 + [False] * 7


def form_source(text):
    from app.forms.source import FormSource

    return FormSource("chon.md", text.encode())


def test_households_are_shared_out_evenly_and_what_is_done_stays(survey, phones):
    everybody = [phone.id for phone in phones]
    with transaction():
        assert share_evenly(
            found(survey), survey.village.id, everybody[:2], actor=OPERATOR
        ) == Assigned(9, 0)
    survey.send(survey.instance(survey.ids[0]))
    with transaction():  # nothing is left to give
        assert share_evenly(
            found(survey), survey.village.id, everybody, actor=OPERATOR
        ) == Assigned(0, 0)
        share_evenly(found(survey), survey.village.id, everybody, actor=OPERATOR, again=True)

    sizes = [len(codes(survey, phone)) for phone in phones]
    assert sum(sizes) == 9
    assert max(sizes) - min(sizes) <= 1
    assert survey.ids[0] in codes(survey, phones[0])


def test_of_a_sample_only_drawn_households_are_seen_and_given(survey, phones):
    with transaction():
        programme.draw_sample(found(survey), Design("simple", 4, reserves=2), "s", actor=OPERATOR)
    drawn = [h for h in households_of(get_sample(survey.round.id)) if h.role == "drawn"]
    reserve = next(h for h in households_of(get_sample(survey.round.id)) if h.role == "reserve")
    assert codes(survey, phones[0]) == [h.household for h in drawn]

    with pytest.raises(NotFound, match=reserve.household):
        give(survey, {reserve.household: phones[0].id})
    with transaction():
        done = share_evenly(found(survey), survey.village.id, [phones[0].id], actor=OPERATOR)
    assert done == Assigned(4, 0)


def test_unvisited_households_come_first(survey, phones):
    survey.send(survey.instance(survey.ids[0]))

    assert codes(survey, phones[0]) == [*survey.ids[1:], survey.ids[0]]


def test_what_is_taken_back_is_nobodys(survey, phones):
    give(survey, dict.fromkeys(survey.ids[:2], phones[0].id))
    with transaction():
        assert unassign(found(survey), survey.ids[:1], actor=OPERATOR) == 1
        assert unassign(found(survey), survey.ids[:1], actor=OPERATOR) == 0

    assert codes(survey, phones[0]) == [survey.ids[1]]
    assert rounds_of([(survey.project.id, code) for code in survey.ids[:2]]) == {
        (survey.project.id, survey.ids[1]): {survey.round.id}
    }


def test_an_interview_belongs_to_the_round_in_which_its_household_was_assigned(survey, phones):
    give(survey, {survey.ids[0]: phones[0].id})
    with transaction():
        driver().execute("update rounds set ends_on = '2026-10-01'")
    survey.send(survey.instance(survey.ids[0]))  # of 1 November
    survey.send(survey.instance(survey.ids[1]))
    pipeline.settle()

    rounds = db.session.query(Interview.household, Interview.round_id).all()
    assert sorted(rounds) == [(survey.ids[0], survey.round.id), (survey.ids[1], None)]


def test_who_does_not_work_there_gets_nothing(survey, phones):
    other = survey.add_village("Mook Trang")
    (there, *_) = survey.register(1, other)
    with pytest.raises(BadRequest, match=there):
        give(survey, {there: phones[1].id})
    with pytest.raises(NotFound, match="surveyor"):
        give(survey, {there: 0})


def test_a_lead_gives_in_their_commune_only_and_a_reviewer_nothing(survey, phones):
    with transaction():
        lead = people.actor("commune_lead", people.PLEIKU, of=survey.project)
        reviewer = people.actor("commune_reviewer", of=survey.project)
        own = people.actor("commune_lead", of=survey.project)
    wanted = {survey.ids[0]: phones[0].id}
    with pytest.raises(NotFound):
        give(survey, wanted, lead)
    with pytest.raises(NotAllowed):
        give(survey, wanted, reviewer)
    assert give(survey, wanted, own).given == 1
