"""Entities for machines: lists, pages of entities, one with its versions, and changes."""

import pytest

from app.db import driver, transaction
from tests import people
from tests.entities import trees
from tests.entities.trees import changed_tree, new_tree

OPEN = trees.TREE.replace("| owner | personal |", "| owner | |")


@pytest.fixture
def tree(survey):
    """A tree with a soft conflict; its id."""
    trees.publish(survey, OPEN)
    survey.send(new_tree(survey, trees.SOME, "Cây lim", species="lim", girth="1"))
    survey.send(changed_tree(survey, trees.SOME, 1, girth="2"))
    survey.send(changed_tree(survey, trees.SOME, 1, owner="An"))
    return trees.the_tree().id


def test_lists_with_their_counts(machine, tree):
    [found] = machine("auditor").ask("/entity-lists")["items"]
    assert found == {
        "name": "trees", "needs_approval": False, "properties": ["species", "girth", "owner"],
        "entities": 1, "conflicts": 1, "held": 0, "waiting": 0, "failed": 0,
    }  # fmt: skip


def test_a_page_of_entities_and_one_with_its_versions(machine, tree):
    asking = machine("auditor")
    page = asking.ask("/entities?name=trees&show=conflict")
    assert [item["uuid"] for item in page["items"]] == [trees.SOME]
    assert page["next"] is None
    assert asking.ask("/entities?name=trees&show=deleted")["items"] == []

    found = asking.ask(f"/entities/{tree}")
    assert (found["label"], found["version"], found["conflict"]) == ("Cây lim", 3, "soft")
    assert [v["base"] for v in found["versions"]] == [1, 1, None]
    assert found["data"] == {"species": "lim", "girth": "2", "owner": "An"}


def test_a_page_goes_on(machine, survey, tree, monkeypatch):
    monkeypatch.setattr("app.entities.queries.PAGE", 1)
    survey.send(new_tree(survey, "6fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f666"))
    asking = machine("auditor")
    first = asking.ask("/entities?name=trees")
    second = asking.ask(f"/entities?name=trees&next={first['next']}")
    assert [len(first["items"]), len(second["items"])] == [1, 1]
    assert first["items"] != second["items"]


@pytest.mark.parametrize("asked", ["", "?name=houses", "?name=trees&next=x"])
def test_what_cannot_be_asked(machine, tree, asked):
    answer = machine("auditor").open(f"/entities{asked}")
    assert answer.status_code in {400, 404, 422}


def test_changed_resolved_deleted_and_restored(machine, tree):
    asking = machine("commune_lead")

    def patch(status=200, **body):
        return asking.ask(f"/entities/{tree}", status, "PATCH", json=body)

    changed = patch(version=3, values={"girth": "9", "evil": "x"}, reason="Đo lại")
    assert changed["data"] == {"species": "lim", "girth": "9", "owner": "An"}
    patch(409, version=3, values={"girth": "10"}, reason="Đo lại")
    patch(400, version=4, values={"girth": "10"})
    assert patch(act="resolve", version=4)["conflict"] is None
    assert patch(act="delete", reason="Đã chặt")["deleted_at"] is not None
    assert patch(act="restore")["deleted_at"] is None


def test_personal_properties_and_labels_stay_here(machine, survey, tree):
    trees.publish(survey, trees.TREE, "2")
    survey.send(changed_tree(survey, trees.SOME, 3, owner="Rơ Châm H'Lan", label="Cây của Lan"))
    answer = machine("commune_lead").open(f"/entities/{tree}")
    assert "Lan" not in answer.text
    assert answer.json["data"] == {"species": "lim", "girth": "2"}


@pytest.mark.parametrize("role", ["commune_lead", "administrator"])
def test_other_communes_get_nothing(machine, tree, role):
    asking = machine(role, people.PLEIKU)
    assert asking.ask("/entities?name=trees")["items"] == []
    asking.ask(f"/entities/{tree}", 404)
    asking.ask(f"/entities/{tree}", 404, "PATCH", json={"act": "delete", "reason": "x"})
    with transaction():
        assert driver().execute("select deleted_at from entities").fetchone() == (None,)
