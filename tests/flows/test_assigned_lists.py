"""What phones have after assignments change, over a real socket as Collect updates its forms."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token
from app.accounts.models import AppUser
from app.db import db, transaction
from app.demo.phone import Phone
from app.fieldwork.assignments import assign, share_evenly
from app.forms.source import FormSource
from app.submissions.models import Interview
from tests import people
from tests.survey import Survey, start_survey

LIST = "households.csv"
FORM = """
| survey |
| | type | name | label |
| | text | note | Note |
| | select_one_from_file villages.csv | village_id | Village |
| | select_one_from_file households.csv | hh_id | Household |
| settings |
| | form_id | version | org_unit | household_key |
| | tham | 1 | village_id | hh_id |
"""


class Watched(Phone):
    """A phone that notes what it downloads, and the bytes of it."""

    def __init__(self, project_url: str) -> None:
        super().__init__(project_url, "watched")
        self.fetched: dict[str, bytes] = {}

    def _download(self, name: str, url: str, md5: str) -> bytes | None:
        body = super()._download(name, url, md5)
        if body is not None:
            self.fetched[name] = body
        return body


@pytest.fixture
def survey(app: Flask) -> Survey:
    """Twelve households in a village, and a form that chooses one of them."""
    survey = start_survey(households=12)
    programme.publish(survey.project.id, FormSource("tham.md", FORM.encode()), OPERATOR)
    return survey


@pytest.fixture
def surveyors(survey: Survey) -> list[AppUser]:
    """Four surveyors of the village."""
    names = ("dtv02", "dtv03", "dtv04")
    with transaction():
        others = [people.surveyor(survey.village, of=survey.project, username=n) for n in names]
    return [survey.phone, *others]


@pytest.fixture
def phones(app: Flask, survey: Survey, surveyors: list[AppUser]) -> Iterator[list[Watched]]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/v1/key"
    with transaction():
        tokens = [app_user_token(db.session.merge(one)) for one in surveyors]
    phones = [Watched(f"{address}/{token}/projects/{survey.project.id}") for token in tokens]
    yield phones
    for phone in phones:
        phone.connection.close()
    server.shutdown()
    thread.join()
    server.server_close()


def updated(phones: list[Watched]) -> list[list[str]]:
    """The households that each phone shows after it has updated its forms."""
    for phone in phones:
        phone.fetched.clear()
        phone.update()
    return [[row["code"] for row in phone.lists[LIST]] for phone in phones]


def test_each_phone_has_its_own_and_re_assignment_changes_two(survey, surveyors, phones):
    assert updated(phones) == [survey.ids] * 4
    with transaction():
        ids = [surveyor.id for surveyor in surveyors[:3]]
        share_evenly(db.session.merge(survey.round), survey.village.id, ids, actor=OPERATOR)

    assert updated(phones) == [survey.ids[:4], survey.ids[4:8], survey.ids[8:], []]
    assert [set(phone.fetched) for phone in phones] == [{LIST}] * 4
    first = [phone.fetched[LIST] for phone in phones]

    def move(code: str, to: AppUser) -> None:
        with transaction():
            assign(db.session.merge(survey.round), {code: to.id}, actor=OPERATOR)

    move(survey.ids[0], surveyors[1])
    there = [survey.ids[0], *survey.ids[4:8]]
    assert updated(phones) == [survey.ids[1:4], there, survey.ids[8:], []]
    # The others find the hashes as they were and download nothing.
    assert [set(phone.fetched) for phone in phones] == [{LIST}, {LIST}, set(), set()]

    move(survey.ids[0], surveyors[0])
    updated(phones)
    assert [phone.fetched.get(LIST) for phone in phones] == [*first[:2], None, None]


def test_an_interview_about_an_assigned_household_arrives_where_it_belongs(
    survey, surveyors, phones
):
    with transaction():
        wanted = dict.fromkeys(survey.ids[:2], surveyors[0].id)
        assign(db.session.merge(survey.round), wanted, actor=OPERATOR)
    phones[0].update()
    (own, _) = phones[0].lists[LIST]
    answers = {"note": "", "village_id": own["village_id"], "hh_id": own["code"]}

    phones[0].send(phones[0].forms["tham"].fill(answers, "uuid:1", None))
    pipeline.settle()

    (interview,) = db.session.scalars(db.select(Interview))
    assert interview.household == survey.ids[0]
    assert interview.round_id == survey.round.id
