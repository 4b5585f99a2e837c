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
