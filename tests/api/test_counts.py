"""Counts of others for machines."""

from datetime import date

import pytest

from app.accounts.actors import OPERATOR
from app.counts import tasks
from app.counts.take import Source, take_table
from app.db import transaction
from tests import people

SOURCE = Source("viettel", "Viettel Gia Lai", "123/VTGL", date(2026, 10, 31), "NĐ 278/2025")


@pytest.fixture
def table(survey):
    for household, fibre in zip(survey.ids, "11000", strict=True):
        survey.send(survey.instance(household, fibre=fibre))
    content = f"unit,indicator,numerator,denominator\n{people.IA_DOM},FIBRE,73,100\n".encode()
    with transaction():
        made = take_table(survey.project.id, SOURCE, "x.csv", content, OPERATOR)
        tasks.open_tasks(survey.round, made)
    return made


def test_a_count_beside_the_figure(machine, commune, table):
    (item,) = machine().ask(f"/counts?unit={commune.id}&indicator=FIBRE")["items"]

    assert item.pop("difference") == pytest.approx(0.33)
    assert item == {
        "unit": {"id": commune.id, "code": people.IA_DOM, "name": "Ia Dom", "level": "commune"},
        "indicator": "FIBRE", "table": "viettel", "version": 1, "source": "Viettel Gia Lai",
        "document": "123/VTGL", "as_of": "2026-10-31", "legal_basis": "NĐ 278/2025",
        "numerator": 73.0, "denominator": 100.0, "counted": 0.73, "survey": 0.4, "ci": [0.4, 0.4],
        "task": "open",
    }  # fmt: skip


def test_open_differences(machine, table):
    asking = machine("province_analyst", people.GIA_LAI)
    (task,) = asking.ask("/counts/tasks")["items"]

    assert (task["source"], task["survey"], task["closed_at"]) == ("Viettel Gia Lai", 0.4, None)
    assert asking.ask("/counts/tasks?state=closed")["items"] == []


def test_a_difference_is_looked_into_by_machine(machine, table):
    asking = machine("province_analyst", people.GIA_LAI)
    (listed,) = asking.ask(f"/counts/tasks?code={people.IA_DOM}&indicator=FIBRE&sort=place")[
        "items"
    ]
    where = f"/counts/tasks/{listed['id']}"

    task = asking.ask(where)
    assert (task["table"], task["threshold"], task["unit"]["code"]) == ("viettel", 0.05, "23872")
    assert [one["name"] for one in task["people"]] != []
    asking.ask(where, 400, "PATCH", json={"act": "close", "comment": " "})
    closed = asking.ask(where, 200, "PATCH", json={"act": "close", "comment": "cả cơ quan"})
    assert (closed["comment"], closed["closed_by"][:5]) == ("cả cơ quan", "user:")
    asking.ask(where, 409, "PATCH", json={"act": "close", "comment": "x"})
    assert asking.ask(where, 200, "PATCH", json={"act": "reopen"})["closed_at"] is None
    machine("commune_lead").ask(where, 403, "PATCH", json={"act": "reopen"})
    assert asking.ask("/counts/tasks?indicator=PHONE")["items"] == []
    asking.ask("/counts/tasks?next=x", 422)


def test_others_learn_nothing(machine, commune, table):
    machine("api_client", people.GIA_LAI).ask(f"/counts?unit={commune.id}", 403)
    elsewhere = machine("auditor", people.PLEIKU)
    elsewhere.ask(f"/counts?unit={commune.id}", 404)
    assert elsewhere.ask("/counts/tasks")["items"] == []
    (task,) = machine("auditor", people.GIA_LAI).ask("/counts/tasks")["items"]
    elsewhere.ask(f"/counts/tasks/{task['id']}", 404)
