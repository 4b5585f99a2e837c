"""Places of any day over the API, which became which, and changes of them."""

import pytest

from tests import people

DECISION = {"on": "2026-05-01", "legal_ref": "12/NQ-HĐND"}


def test_places_of_the_old_days_are_found_with_their_district(machine):
    asking = machine("auditor", "52")

    (ia_dom,) = asking.ask("/units?code=23872&on=2024-06-01")["items"]
    (district,) = asking.ask("/units?level=district&q=duc co&on=2024-06-01")["items"]

    assert (ia_dom["name"], ia_dom["valid_to"]) == ("Ia Dom", "2025-06-30")
    assert ia_dom["parent"] == district["id"]
    children = asking.ask(f"/units?parent={district['id']}&on=2024-06-01")["items"]
    assert len(children) == 10
    assert asking.ask(f"/units?parent={district['id']}")["items"] == []
    assert asking.ask(f"/units/{ia_dom['id']}?on=2024-06-01") == ia_dom


def test_a_places_history_and_the_crosswalk_resolve_both_ways(machine):
    asking = machine("auditor", "52")
    ia_dok = asking.ask("/units?code=23869")["items"][0]

    history = asking.ask(f"/units/{ia_dok['id']}/history")

    assert {edge["from"]["code"]: edge["from"]["name"] for edge in history["came_from"]} == {
        "23860": "Ia Dơk",
        "23869": "Ia Kla",
    }
    assert [event["kind"] for event in history["events"]] == ["reform"]
    old = next(e["from"] for e in history["came_from"] if e["from"]["code"] == "23860")
    (edge,) = asking.ask(f"/crosswalk?unit={old['id']}")["items"]
    assert (edge["to"]["id"], edge["extent"], edge["on"]) == (ia_dok["id"], "whole", "2025-07-01")


def test_the_whole_crosswalk_is_paged(machine):
    asking = machine()
    first = asking.ask("/crosswalk?level=province&limit=40")
    rest = asking.ask(f"/crosswalk?level=province&limit=40&next={first['next']}")

    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (40, 23, None)


def test_a_change_is_previewed_made_and_undone(machine, survey):
    analyst = machine("province_analyst", "52")
    village = survey.village.id
    change = DECISION | {"kind": "rename", "units": [village], "name": "Mook Mới"}

    shown = analyst.ask("/units/changes", method="POST", json=change | {"preview": True})
    assert shown["changed"][0]["name"] == "Mook Mới"
    assert analyst.ask(f"/units/{village}")["name"] == "Mook Đen"

    done = analyst.ask("/units/changes", method="POST", json=change)
    assert analyst.ask(f"/units/{village}")["name"] == "Mook Mới"
    names = analyst.ask(f"/units/{village}/history")["names"]
    assert [name["name"] for name in names] == ["Mook Đen", "Mook Mới"]
    analyst.ask(f"/units/changes/{done['event']['id']}/undo", method="POST")
    assert analyst.ask(f"/units/{village}")["name"] == "Mook Đen"
    analyst.ask(f"/units/changes/{done['event']['id']}/undo", 409, method="POST")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "merge", "into": []}, 400),
        ({"kind": "split", "into": [{"name": "A", "type": "làng"}]}, 400),
        ({"kind": "rename"}, 400),
        ({"kind": "burn"}, 422),
        ({"kind": "rename", "name": "X", "on": "2099-01-01"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(machine, survey, change, status):
    asked = DECISION | {"units": [survey.village.id]} | change
    machine("province_analyst", "52").ask("/units/changes", status, method="POST", json=asked)


def test_places_elsewhere_are_not_changed(machine, survey):
    change = DECISION | {"kind": "rename", "units": [survey.village.id], "name": "X"}

    machine("province_analyst", people.HA_NOI, people.project("01")).ask(
        "/units/changes", 404, method="POST", json=change
    )
    machine("commune_lead").ask("/units/changes", 403, method="POST", json=change)
    machine("province_analyst", "52").ask("/units/changes/1/undo", 404, method="POST")
