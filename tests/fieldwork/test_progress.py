"""Coverage: what the visits of each household came to, by village and by surveyor."""

from datetime import date, timedelta

import pytest

from app import clock, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.fieldwork.assignments import assign
from app.fieldwork.deliveries import deliveries, reconcile, silences
from app.fieldwork.progress import coverage, given_by_day, households, villages_below
from app.samples.design import Design
from app.samples.queries import get_sample, households_of
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, start_survey

DAY = date(2026, 11, 3)


@pytest.fixture
def survey(app) -> Survey:
    return start_survey(policy="hold-all", households=6)


def found(survey):
    return db.session.merge(survey.round)


def whole(survey, actor=OPERATOR):
    commune = people.unit(people.IA_DOM)
    villages = villages_below(actor, found(survey), commune.id)
    return coverage(found(survey), villages), households(found(survey), villages)


def visit(survey, number, result="1", day=DAY, **said):
    survey.send(survey.instance(survey.ids[number], visit=result, day=day, **said))
    return db.session.query(Submission).order_by(Submission.id.desc()).first().id


def decide(survey, submission_id, state):
    with transaction():
        reviewer = people.actor("commune_lead", of=survey.project)
        pipeline.decide(submission_id, state, "vì", reviewer)
    pipeline.settle()


def test_the_last_visit_says_what_a_household_came_to(survey):
    visit(survey, 1, "2")
    visit(survey, 1, "5", DAY + timedelta(1))
    visit(survey, 1, "2", DAY - timedelta(1))  # sent last, held first
    visit(survey, 2, "4")
    visit(survey, 3, consent="2")
    visit(survey, 4, "2")
    visit(survey, 4)

    done, each = whole(survey)

    assert [one.state for one in each] == [
        "unvisited", "moved", "refused", "refused", "completed", "unvisited",
    ]  # fmt: skip
    assert [one.attempts for one in each] == [0, 3, 1, 1, 2, 0]
    assert each[1].last_on == DAY + timedelta(1)
    assert (done.whole.frame, done.whole.resolved, done.whole.attempts) == (6, 4, 7)
    assert done.whole.response == pytest.approx(1 / 5)  # who moved away is no household any more


def test_a_rejected_interview_has_to_be_held_again(survey):
    one = visit(survey, 0)
    assert whole(survey)[1][0].state == "completed"
    decide(survey, one, "rejected")
    assert whole(survey)[1][0].state == "absent"
    decide(survey, visit(survey, 0), "approved")
    assert (whole(survey)[1][0].state, whole(survey)[0].whole.approved) == ("completed", 1)


def test_villages_and_surveyors_are_counted_apart(survey):
    other = survey.add_village("Mook Trang")
    there = survey.register(3, other)
    with transaction():
        wanted = dict.fromkeys([*survey.ids[:2], there[0]], survey.phone.id)
        assign(found(survey), wanted, actor=OPERATOR)
    visit(survey, 0)

    done, _ = whole(survey)

    assert {v: t.frame for v, t in done.by_village.items()} == {survey.village.id: 6, other.id: 3}
    mine, nobody = done.by_surveyor[survey.phone.id], done.by_surveyor[None]
    assert (mine.frame, mine.assigned, mine.states["completed"]) == (3, 3, 1)
    assert (nobody.frame, nobody.assigned) == (6, 0)


def test_a_sample_is_measured_against_what_was_drawn(survey):
    with transaction():
        programme.draw_sample(found(survey), Design("simple", 3, reserves=1), "s", actor=OPERATOR)
    sample = get_sample(survey.round.id)
    drawn = [one.household for one in households_of(sample) if one.role == "drawn"]
    with transaction():
        driver().execute("delete from households where code = %s", (drawn[0],))
        reserve = programme.substitute(found(survey), drawn[1], "đi vắng", actor=OPERATOR)
        standing_in = reserve.household

    _, each = whole(survey)

    # The one that left the registry is still to be accounted for; both of the pair are there.
    assert {one.code for one in each} == {*drawn, standing_in}
    assert {one.code: one.replaces for one in each}[standing_in] == drawn[1]


def test_nobody_sees_another_commune(survey):
    with transaction():
        lead = people.actor("commune_lead", people.PLEIKU, of=survey.project)
    assert whole(survey, lead)[1] == []
    commune = people.unit(people.IA_DOM).id
    today = clock.today()
    visit(survey, 0)
    assert silences(lead, found(survey), commune) == []
    assert reconcile(lead, found(survey), commune, today, today, given={}) == []


def test_each_day_shows_how_far_its_uploads_came(survey):
    with transaction():
        assign(found(survey), dict.fromkeys(survey.ids[:4], survey.phone.id), actor=OPERATOR)
    decide(survey, visit(survey, 0), "approved")
    visit(survey, 1)
    survey.send(survey.instance(survey.ids[2], version="99"))  # parked
    survey.post(survey.instance(survey.ids[3]))  # not read yet
    today, commune = clock.today(), people.unit(people.IA_DOM).id

    given = given_by_day(found(survey), [survey.village])
    assert given == {today: 4}
    (day,) = reconcile(OPERATOR, found(survey), commune, today, today, given=given)

    assert (day.assigned, day.sent, day.received, day.parked) == (4, 4, 3, 1)
    assert (day.processed, day.approved, day.counted) == (2, 1, 1)
    for step in ("sent", "received", "parked", "processed", "approved", "counted"):
        listed = deliveries(OPERATOR, found(survey), commune, today, step)
        assert len(listed) == getattr(day, step), step
    yesterday = today - timedelta(1)
    assert reconcile(OPERATOR, found(survey), commune, yesterday, yesterday, given=given) == []
    # A day on which households were given and nothing was sent is a day as well.
    before = {yesterday: 2}
    (day,) = reconcile(OPERATOR, found(survey), commune, yesterday, yesterday, given=before)
    assert (day.day, day.assigned, day.sent) == (yesterday, 2, 0)


def test_who_is_silent_longest_comes_first(survey):
    with transaction():
        for name in ("dtv02", "dtv03"):
            people.surveyor(survey.village, of=survey.project, username=name)
        old = people.surveyor(survey.village, of=survey.project, username="dtv04")
        old.revoked_at = clock.now()
    visit(survey, 0)

    known = silences(OPERATOR, found(survey), people.unit(people.IA_DOM).id)

    assert [one.surveyor.username for one in known] == ["dtv02", "dtv03", "dtv01"]
    assert [one.days for one in known] == [None, None, 0]
