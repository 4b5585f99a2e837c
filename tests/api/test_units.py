"""Places for machines: found by name, code and parent, with the ids that other questions take."""

import pytest

from tests import people


def names(answer):
    return [item["name"] for item in answer["items"]]


def test_a_place_has_its_code_kind_and_parent(machine):
    asking = machine(place=people.GIA_LAI)
    (item,) = asking.ask(f"/units?code={people.IA_DOM}")["items"]

    assert item == {
        "id": people.unit(people.IA_DOM).id, "code": people.IA_DOM, "name": "Ia Dom",
        "level": "commune", "type": "xã", "parent": people.unit(people.GIA_LAI).id,
        "valid_from": "2025-07-01", "valid_to": None,
    }  # fmt: skip


def test_places_are_found_without_vietnamese_marks(machine):
    assert names(machine(place=people.GIA_LAI).ask("/units?q=ia dok")) == ["Ia Dơk"]


def test_villages_are_found_below_their_commune(machine, survey, commune):
    (village,) = machine().ask(f"/units?below={commune.id}")["items"]

    assert village["code"] == survey.village.public_id
    assert machine().ask(f"/units?code={survey.village.public_id.lower()}")["items"] == [village]


def test_pages_follow_one_another(machine):
    asking = machine(place=people.GIA_LAI)
    whole = names(asking.ask("/units?level=commune"))
    first = asking.ask("/units?level=commune&limit=100")
    second = asking.ask(f"/units?level=commune&limit=100&next={first['next']}")

    assert names(first) + names(second) == whole
    assert len(whole) == 135
    assert second["next"] is None


def test_nothing_lies_outside_the_callers_territory(machine, survey):
    asking = machine(place=people.PLEIKU)

    assert names(asking.ask("/units")) == [people.unit(people.PLEIKU).name]
    assert asking.ask(f"/units?code={people.IA_DOM}")["items"] == []
    assert asking.ask("/units?level=province")["items"] == []


@pytest.mark.parametrize(
    "query",
    ["?level=x", "?below=x", "?q=%00", "?limit=0", "?next=x", "?next=Wy0xXQ==", "?x=1", "?q="],
)
def test_bad_parameters_are_named(machine, query):
    assert machine().ask(f"/units{query}", 422)["code"] == "BadParameters"


@pytest.mark.parametrize("q", ["%", "_", "'", "\\", "đ" * 200, "(((", "=1"])
def test_odd_searches_are_only_searches(machine, q):
    assert machine().ask("/units", query_string={"q": q})["next"] is None


def test_places_are_found_by_former_names_and_aliases_and_ended_ones_on_request(machine, survey):
    asking = machine("administrator", people.GIA_LAI)
    where = f"/units/{survey.village.id}/names"
    added = asking.ask(where, method="POST", json={"name": "Plei Mook"})
    assert added["names"][-1] == {"name": "Plei Mook", "type": "làng", "first": None, "last": None}
    assert names(asking.ask("/units?q=plei mook")) == ["Mook Đen"]
    asking.ask(where, method="DELETE", json={"name": "Plei Mook"})
    asking.ask(where, 404, method="DELETE", json={"name": "Plei Mook"})
    assert names(asking.ask("/units?q=plei mook")) == []

    change = {"kind": "rename", "on": "2026-05-01", "legal_ref": "12/NQ-HĐND",
              "units": [survey.village.id], "name": "Ia Mới"}  # fmt: skip
    asking.ask("/units/changes", method="POST", json=change)
    assert names(asking.ask("/units?q=mook den")) == ["Ia Mới"]

    assert names(asking.ask("/units?q=ia kla")) == []
    (ended,) = asking.ask("/units?q=ia kla&ever=true")["items"]
    assert (ended["code"], ended["valid_to"]) == ("23869", "2025-06-30")
    both = asking.ask("/units?code=23869&ever=true")["items"]
    assert [place["name"] for place in both] == ["Ia Dơk", "Ia Kla"]
    history = asking.ask(f"/units/{ended['id']}/history")
    assert history["codes"] == [{"code": "23869", "first": "2004-07-08", "last": "2025-06-30"}]


def test_a_village_is_entered_with_the_checks_of_a_list(machine, survey):
    asking = machine("province_analyst", people.GIA_LAI)
    said = {"commune": people.IA_DOM, "name": "Bi", "type": "Làng", "aliases": ["Plei Bi"],
            "longitude": "107,5", "latitude": "13.8"}  # fmt: skip

    made = asking.ask("/units/villages", method="POST", json=said)
    assert (made["name"], made["type"], made["level"]) == ("Bi", "làng", "village")
    assert asking.ask(f"/units?code={made['code']}")["items"] == [made]
    assert names(asking.ask("/units?q=plei bi")) == ["Bi"]
    again = asking.ask("/units/villages", 400, method="POST", json=said)
    assert again["details"] == {"name": f"Bi is there already ({made['code']})."}
    alike = said | {"name": "Bì"}
    assert "Confirm" in str(asking.ask("/units/villages", 400, method="POST", json=alike))
    asking.ask("/units/villages", method="POST", json=alike | {"confirm": True})
    wrong = {"commune": "892", "name": "Thôn Một", "type": "xã", "valid_from": "2099-01-01"}
    refused = asking.ask("/units/villages", 400, method="POST", json=wrong)
    assert set(refused["details"]) == {"commune", "name", "type", "valid_from"}
    assert refused["code"] == "WrongVillage"


def test_villages_and_names_of_other_territories_are_not_entered(machine, survey):
    other = machine("province_analyst", people.HA_NOI, people.project("01"))
    said = {"commune": people.IA_DOM, "name": "Bi", "type": "làng"}

    refused = other.ask("/units/villages", 400, method="POST", json=said)
    assert refused["details"] == {"commune": "Ia Dom lies outside your territory."}
    where = f"/units/{survey.village.id}/names"
    other.ask(where, 404, method="POST", json={"name": "Bi"})
    other.ask(where, 404, method="DELETE", json={"name": "Bi"})
    machine("commune_lead").ask(where, 403, method="POST", json={"name": "Bi"})
    machine("commune_lead").ask("/units/villages", 403, method="POST", json=said)
