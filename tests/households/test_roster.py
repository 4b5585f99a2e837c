"""Whatever changes a row raises its version, since phones keep a row until a newer one comes."""

import csv
import io
from datetime import date

import pytest
from flask import Flask

from app import clock, pipeline, programme
from app.accounts.actors import OPERATOR, app_user_actor
from app.db import db, transaction
from app.households import changes
from app.households.lists import SurveyorList, surveyor_list
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(policy="hold-all", households=2)


def rows(survey: Survey) -> dict[str, dict[str, str]]:
    db.session.expire_all()
    made = surveyor_list("households", app_user_actor(survey.phone.id), survey.project.id)
    return {row["code"]: row for row in csv.DictReader(io.StringIO(made.content.decode()))}


def raised(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> set[str]:
    """Those with a higher version; none is lower, and what is the same has the same."""
    numbers = {
        code: (int(before[code]["__version"]), int(row["__version"])) for code, row in after.items()
    }
    assert all(old <= new for old, new in numbers.values())
    differs = {code for code in after if before[code] != after[code]}
    assert differs == {code for code, (old, new) in numbers.items() if old < new}
    return differs


def change(survey: Survey, kind, *which) -> None:
    with transaction():
        programme.change_household(survey.project.id, kind, *which, actor=OPERATOR)


def test_a_row_starts_low_and_stays_while_nothing_happens(survey):
    first = rows(survey)
    survey.send(survey.instance(survey.ids[0]))
    assert rows(survey) == first
    assert all(int(row["__version"]) < 10 for row in first.values())


def test_an_interview_changes_the_lists_of_its_village_alone(survey):
    other = survey.add_village("Mook Trang")
    with transaction():
        neighbour = app_user_actor(people.surveyor(other, of=survey.project, username="dtv09").id)
        reviewer = people.actor("commune_reviewer", of=survey.project)
    mine = app_user_actor(survey.phone.id)

    def lists() -> tuple[SurveyorList, SurveyorList]:
        made = [surveyor_list("households", who, survey.project.id) for who in (mine, neighbour)]
        db.session.rollback()
        return made[0], made[1]

    first, theirs = lists()
    survey.send(survey.instance(survey.ids[0]))
    with transaction():
        pipeline.decide(pending(), "approved", None, reviewer)

    again, still = lists()
    assert again is not first
    assert still is theirs


def test_a_moved_household_and_one_with_another_name(survey):
    before = rows(survey)
    other = survey.add_village("Mook Trang")
    change(survey, changes.move, survey.ids[0], other.id, None)
    assert raised(before, after := rows(survey)) == {survey.ids[0]}

    content = f"village,number,label\n{survey.village.public_id},2,Ông Páo".encode()
    with transaction():
        programme.import_households(survey.project.id, content, "a.csv", actor=OPERATOR)
    assert raised(after, rows(survey)) == {survey.ids[1]}


def test_what_the_interview_counted_comes_with_its_approval_and_goes_with_it(survey):
    with transaction():
        reviewer = people.actor("commune_reviewer", of=survey.project)
    before = rows(survey)
    survey.send(survey.instance(survey.ids[0], members=[(40, "2"), (30, "1")]))
    with transaction():
        pipeline.decide(pending(), "approved", None, reviewer)
    approved = rows(survey)
    assert raised(before, approved) == {survey.ids[0]}
    assert approved[survey.ids[0]]["n15"] == "2"
    with transaction():
        pipeline.decide(pending(), "rejected", "sai", reviewer)
    assert raised(approved, rows(survey)) == {survey.ids[0]}


def test_the_draw_of_another_round_comes_by_its_day_or_by_a_change_of_its_days(survey, monkeypatch):
    before = rows(survey)
    with transaction():
        days = date(2027, 1, 5), date(2027, 3, 31)
        opened = programme.open_round(survey.project.id, "2027-1", "2", *days, actor=OPERATOR)
    assert raised(before, planned := rows(survey)) == set(survey.ids)
    assert planned[survey.ids[0]]["pick_seed"] == before[survey.ids[0]]["pick_seed"]

    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 5))
    began = rows(survey)
    assert raised(planned, began) == set(survey.ids)
    assert began[survey.ids[0]]["pick_seed"] != before[survey.ids[0]]["pick_seed"]

    monkeypatch.setattr(clock, "today", lambda: date(2027, 4, 1))
    assert raised(began, ended := rows(survey)) == set(survey.ids)
    assert ended[survey.ids[0]]["pick_seed"] == before[survey.ids[0]]["pick_seed"]

    with transaction():
        db.session.merge(opened).ends_on = date(2027, 6, 30)
    assert raised(ended, rows(survey)) == set(survey.ids)


def pending() -> int:
    return db.session.scalars(db.select(Submission.id)).one()
