"""What changed among households that were visited again, for machines."""

from datetime import timedelta

import pytest

from app import clock, pipeline
from app.db import db, driver, transaction
from tests import people


@pytest.fixture
def again(survey):
    """A rolling round of three months: two households visited twice, a third once."""
    with transaction():
        found = db.session.merge(survey.round)
        found.starts_on, found.valid_for = clock.today() - timedelta(300), 3
        driver().execute("update households set since = '2020-01-01'")
    for ago, answers in ((120, "001"), (5, "01")):
        day = clock.today() - timedelta(ago)
        for household, fibre in zip(survey.ids, answers, strict=False):
            survey.post(survey.instance(household, fibre=fibre, day=day))
    pipeline.settle()
    with transaction():
        lead = people.actor("commune_lead", of=survey.project)
        waiting = driver().execute("select id from submissions where state = 'received'").fetchall()
        for (submission_id,) in waiting:
            pipeline.decide(submission_id, "approved", None, lead)
    pipeline.settle()
    return survey


def test_the_change_with_its_error(machine, again, commune):
    since = clock.today() - timedelta(60)
    answer = machine().ask(f"/indicators/revisited?unit={commune.id}&indicator=FIBRE&since={since}")

    assert answer == {
        "unit": {"id": commune.id, "code": people.IA_DOM, "name": "Ia Dom", "level": "commune"},
        "round": "2026-1", "indicator": "FIBRE", "since": str(since),
        "as_of": str(clock.today()), "households": 2, "before": 0.0, "after": 0.5,
        "difference": 0.5, "se": pytest.approx(0.5), "df": 1,
        "ci": pytest.approx([0.5 - 12.7062 * 0.5, 0.5 + 12.7062 * 0.5], abs=1e-3),
    }  # fmt: skip


def test_figures_as_of_a_day(machine, again, commune):
    key, where = machine(), f"/indicators?unit={commune.id}&indicator=FIBRE"
    day = clock.today() - timedelta(60)
    (then,) = key.ask(f"{where}&as_of={day}")["items"]
    (now,) = key.ask(where)["items"]

    assert (then["value"], then["n"]) == (pytest.approx(1 / 3), 3)
    assert then["as_of"] == f"{day}T17:00:00+00:00"  # midnight in the programme's zone
    assert (now["value"], now["n"]) == (0.5, 2)
    key.ask(f"{where}&as_of={day}&release=1", 422)
    key.ask(f"{where}&as_of={clock.today() + timedelta(1)}", 400)


def test_without_pairs_there_is_nothing_to_tell(machine, again, commune):
    day = clock.today() - timedelta(200)
    answer = machine().ask(f"/indicators/revisited?unit={commune.id}&indicator=FIBRE&since={day}")
    assert (answer["households"], answer["before"], answer["ci"]) == (0, None, None)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("&indicator=FIBRE&since=2999-01-01", 400),
        ("&indicator=FIBRE", 422),
        ("&indicator=X&since=2026-01-01", 404),
        ("&indicator=FIBRE&since=2026-01-01&round=x", 404),
        ("&indicator=FIBRE&since=2026-01-01&code=23872", 422),
    ],
)
def test_bad_questions_are_refused(machine, again, commune, more, status):
    machine().ask(f"/indicators/revisited?unit={commune.id}{more}", status)


def test_a_key_without_access_to_interviews_gets_none(machine, again, commune):
    address = f"/indicators/revisited?unit={commune.id}&indicator=FIBRE&since=2026-01-01"
    machine("api_client").ask(address, 403)
    machine(place=people.PLEIKU).ask(address, 404)
