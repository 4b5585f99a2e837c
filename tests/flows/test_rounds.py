"""What counts in a round that is frozen, rolling, or held with some forms in some place."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app import clock, daily, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.errors import BadRequest, NotAllowed, NotFound
from app.rounds.queries import exceptions_of, plan_of
from app.submissions.models import Interview
from tests import people
from tests.survey import Survey, new_id, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(households=4)


def change(survey: Survey, **settings: object) -> None:
    with transaction():
        found = db.session.merge(survey.round)
        plan = {name: getattr(plan_of(found), name) for name in plan_of(found).__slots__}
        programme.change_round(found, type(plan_of(found))(**plan | settings), actor=OPERATOR)
    pipeline.settle()
    survey.round = db.session.merge(survey.round)


def receive_on(survey: Survey, day: date, xml: bytes) -> None:
    """As if it had come on that day."""
    survey.post(xml)
    with transaction():
        instant = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        driver().execute(
            "update instances set received_at = %s where id = (select max(id) from instances)",
            (instant,),
        )
    pipeline.settle()


def approve_all(survey: Survey) -> None:
    with transaction():
        reviewer = people.actor("commune_lead", of=survey.project)
    for (submission_id,) in driver().execute("select id from submissions order by id").fetchall():
        with transaction():
            pipeline.decide(submission_id, "approved", "đã xem", reviewer)
    pipeline.settle()


def test_what_comes_after_the_freeze_waits_for_an_exception(survey):
    first, second, _, _ = survey.ids
    receive_on(survey, date(2026, 6, 1), survey.instance(first, day=date(2026, 5, 1)))
    change(survey, frozen_on=date(2026, 6, 5))
    receive_on(survey, date(2026, 6, 9), survey.instance(second, day=date(2026, 5, 2)))
    approve_all(survey)
    assert survey.figure().n == 1  # approved, and not counted

    commune = people.unit(people.IA_DOM)
    with transaction():
        found = db.session.merge(survey.round)
        programme.grant_exception(found, commune.id, date(2026, 6, 8), "lũ", actor=OPERATOR)
    pipeline.settle()
    assert survey.figure().n == 1  # it came a day later still

    with transaction():
        found = db.session.merge(survey.round)
        programme.grant_exception(found, commune.id, date(2026, 6, 9), "lũ", actor=OPERATOR)
    pipeline.settle()
    assert survey.figure().n == 2
    assert [one.reason for one in exceptions_of(db.session.merge(survey.round))] == ["lũ", "lũ"]


def test_an_exception_says_why_and_lies_after_the_freeze_and_in_the_territory(survey):
    commune, elsewhere = people.unit(people.IA_DOM), people.unit(people.HA_NOI)
    change(survey, frozen_on=date(2026, 6, 5))
    with transaction():
        found = db.session.merge(survey.round)
        for place, day, reason, refusal in (
            (commune, date(2026, 6, 5), "lũ", BadRequest),
            (commune, date(2026, 6, 9), " ", BadRequest),
            (elsewhere, date(2026, 6, 9), "lũ", NotFound),
        ):
            with pytest.raises(refusal):
                programme.grant_exception(found, place.id, day, reason, actor=OPERATOR)


def test_an_edit_of_what_came_in_time_needs_no_exception(survey):
    original = new_id()
    day = date(2026, 5, 1)
    receive_on(survey, date(2026, 6, 1), survey.instance(survey.ids[0], day=day, fibre="0",
                                                         instance_id=original))  # fmt: skip
    change(survey, frozen_on=date(2026, 6, 5))
    receive_on(survey, date(2026, 6, 9), survey.instance(survey.ids[0], day=day, fibre="1",
                                                         deprecated_id=original))  # fmt: skip
    approve_all(survey)

    assert survey.figure().value == 1


def test_in_a_rolling_round_an_interview_counts_until_it_is_too_old(survey):
    change(survey, valid_for=6)
    old, fresh = survey.ids[:2]
    today = clock.today()
    survey.send(survey.instance(old, day=today - timedelta(170)))
    survey.send(survey.instance(fresh, day=today))
    assert survey.figure().n == 2

    with transaction():  # two weeks later
        driver().execute(
            "update interviews set interviewed_on = %s where household = %s",
            (today - timedelta(185), old),
        )
    daily.expire()
    pipeline.settle()
    daily.expire()  # idempotent
    assert survey.figure().n == 1

    survey.send(survey.instance(old, day=today))  # visited again
    approve_all(survey)
    assert survey.figure().n == 2


def test_a_round_takes_its_own_forms_and_its_own_place(survey):
    with transaction():
        elsewhere = people.unit(people.PLEIKU)
    change(survey, org_unit_id=elsewhere.id)
    survey.send(survey.instance(survey.ids[0]))
    assert db.session.query(Interview.round_id).all() == [(None,)]

    change(survey, org_unit_id=people.unit(people.IA_DOM).id)
    survey.send(survey.instance(survey.ids[1]))
    assert db.session.query(Interview.round_id).order_by(Interview.instance_pk).all()[-1] == (
        survey.round.id,
    )


def test_only_who_manages_the_whole_programme_changes_its_rounds(survey):
    with transaction():
        lead = people.actor("administrator", people.IA_DOM, of=survey.project)
    with transaction(), pytest.raises(NotAllowed):
        programme.change_round(survey.round, plan_of(survey.round), actor=lead)
