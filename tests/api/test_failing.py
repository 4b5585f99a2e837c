"""The database fails at any step of a request: it is answered, or told when to come again."""

import pytest

from app.db import db, driver, transaction
from tests.breaking import AWAY, at_each_step, cut, raising

HARMS = (cut, raising(AWAY))


@pytest.fixture
def number(survey):
    """An interview that waits."""
    with transaction():
        survey.round.review_policy = "hold-all"
    survey.send(survey.instance(survey.ids[0]))
    found = driver().execute("select id from submissions").fetchone()
    db.session.rollback()
    return found[0]


def assert_answered_or_refused(answer):
    assert answer.status_code in {200, 503}, answer.text
    if answer.status_code == 503:
        assert answer.headers["Retry-After"] == "30"
        assert answer.json["code"] == "NotReady"
        assert "Try again later" in answer.json["message"]


@pytest.mark.parametrize(
    "address", ["/submissions?unit={}", "/indicators?unit={}", "/changes", "/households"]
)
def test_a_question_is_answered_or_to_be_asked_again(machine, number, commune, address):
    asking, address = machine("commune_lead"), address.format(commune.id)
    for harm in HARMS:
        for _, answer in at_each_step(lambda: lambda: asking.open(address), harm):
            assert_answered_or_refused(answer)
    asking.ask(address)


def test_a_decision_is_taken_or_to_be_sent_again(machine, number):
    asking = machine("commune_lead")

    def make():
        return lambda: asking.open(
            f"/submissions/{number}", method="PATCH", json={"state": "approved"}
        )

    for harm in HARMS:
        for patch, answer in at_each_step(make, harm):
            assert_answered_or_refused(answer)
            assert patch().json["state"] == "approved"


def test_odata_says_it_in_its_own_form(machine, number):
    asking = machine("commune_lead")
    answers = [
        answer
        for _, answer in at_each_step(lambda: lambda: asking.open("/odata/Rounds"), raising(AWAY))
    ]
    # A connection that is looked at before it is used, and one whose work is done, may break.
    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused
    for answer in refused:
        assert answer.status_code == 503
        assert answer.json["error"]["code"] == "NotReady"
        assert answer.headers["Retry-After"] == "30"
