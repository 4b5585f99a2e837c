"""The registry for machines: households, one with its versions, changes, likely doubles."""

import pytest

from app.db import driver, transaction
from tests import people

NAMES = (
    "insert into household_labels (household_id, label, search_key, phone) values (%s, %s, %s, %s)"
)


@pytest.fixture
def ids(survey):
    """By code, the UUIDs of three households with names."""
    rows = driver().execute("select id, code, uuid from households order by code").fetchall()
    with transaction():
        for number, (pk, _, _) in enumerate(rows):
            driver().execute(NAMES, (pk, "Ông Páo", "ong pao", f"091234567{number}"))
    return {code: uuid for _, code, uuid in rows}


def test_pages_of_the_registry_without_names(machine, survey, ids):
    asking = machine("auditor")
    page = asking.ask("/households?limit=3")
    assert [item["code"] for item in page["items"]] == survey.ids[:3]
    first = page["items"][0]
    assert (first["uuid"], first["number"]) == (ids[survey.ids[0]], 1)
    assert first["village"]["code"] == survey.village.public_id
    rest = asking.ask(f"/households?limit=3&next={page['next']}")["items"]
    assert [item["code"] for item in rest] == survey.ids[3:]
    assert "Páo" not in str(page)


@pytest.mark.parametrize(
    ("asked", "count"),
    [("code=23872", 5), ("household=T-", 5), ("household=Páo", 0), ("household=2", 1)],
)
def test_what_may_be_asked(machine, ids, asked, count):
    assert len(machine("auditor").ask(f"/households?{asked}")["items"]) == count


@pytest.mark.parametrize("asked", ["unit=999999", "code=T-00000", "next=x", "limit=0", "name=x"])
def test_what_cannot_be_asked(machine, ids, asked):
    assert machine("auditor").open(f"/households?{asked}").status_code in {400, 404, 422}


def test_moved_with_a_preview_and_taken_back(machine, survey, ids):
    asking, one = machine("commune_lead"), survey.ids[0]
    with transaction():
        public_id = people.village("Mook Trang").public_id
    body = {"act": "move", "village": public_id}
    address = f"/households/{ids[one]}/changes"
    tried = asking.ask(address, 200, "POST", json=body | {"preview": True})
    assert (tried["id"], tried["before"]["number"], tried["after"]["number"]) == (None, 1, 1)
    assert asking.ask(f"/households/{ids[one]}")["changes"] == []

    done = asking.ask(address, 200, "POST", json=body)
    found = asking.ask(f"/households/{ids[one]}")
    assert found["household"]["village"]["code"] == public_id
    assert [change["id"] for change in found["changes"]] == [done["id"]]
    assert "Páo" not in str(found)

    asking.ask(f"/households/changes/{done['id']}/undo", 200, "POST", json={})
    again = asking.ask(f"/households/changes/{done['id']}/undo", 409, "POST", json={})
    assert "later change" in again["message"]


def test_merged_it_is_gone_and_its_history_stays(machine, survey, ids):
    asking, (one, two) = machine("commune_lead"), survey.ids[:2]
    merged = asking.ask(
        f"/households/{ids[two]}/changes", 200, "POST", json={"act": "merge", "into": one}
    )
    gone = asking.ask(f"/households/{ids[two]}")
    assert (gone["household"], gone["changes"][0]["kind"]) == (None, "merge")
    assert asking.ask(f"/households/{ids[one]}")["changes"][0]["id"] == merged["id"]


@pytest.mark.parametrize("body", [{}, {"act": "x"}, {"act": "move"}, {"act": "merge"},
                                  {"act": "move", "village": "T-00000"},
                                  {"act": "merge", "into": "T-00000-0001"}])  # fmt: skip
def test_a_change_that_says_too_little(machine, survey, ids, body):
    answer = machine("commune_lead").open(
        f"/households/{ids[survey.ids[0]]}/changes", method="POST", json=body
    )
    assert answer.status_code in {400, 404, 422}


def test_who_only_reads_changes_nothing(machine, survey, ids):
    address = f"/households/{ids[survey.ids[0]]}/changes"
    assert machine("auditor").open(address, method="POST", json={"act": "split"}).status_code == 403


def test_likely_doubles_are_listed_until_they_are_settled(machine, survey, ids):
    asking = machine("commune_lead")
    with transaction():
        driver().execute("update household_labels set search_key = 'khac' || household_id")
        driver().execute("update household_labels set phone = '0912000000' where household_id in"
                         " (select id from households order by code limit 2)")  # fmt: skip
    [pair] = asking.ask("/household-pairs?code=23872")["items"]
    assert pair == {"one": survey.ids[0], "other": survey.ids[1], "reasons": ["phone"]}
    asking.ask("/household-pairs", 200, "POST", json={"one": pair["one"], "other": pair["other"]})
    assert asking.ask("/household-pairs?code=23872")["items"] == []
    assert asking.open("/household-pairs").status_code == 422
