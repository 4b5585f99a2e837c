"""The official counts, and the places one knows by heart in both directions, as machines ask."""

from collections import Counter

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.grants import grant_role
from app.accounts.models import User
from app.db import db, transaction
from app.org_units.models import OrgUnit
from tests import people


@pytest.fixture
def country(machine):
    """A machine that may read every province of today."""
    asking = machine("auditor", people.GIA_LAI)
    with transaction():
        user = db.session.query(User).one()
        for province in db.session.query(OrgUnit).filter_by(level="province", valid_to=None):
            if province.id != people.unit(people.GIA_LAI).id:
                grant_role(
                    OPERATOR, user, role="auditor", unit_id=province.id,
                    project_id=people.project(name=province.name).id,
                )  # fmt: skip
    return asking


def everything(asking, address):
    items, following = [], ""
    while following is not None:
        answer = asking.ask(f"{address}&limit=1000{following and '&next=' + following}")
        items += answer["items"]
        following = answer["next"]
    return items


def test_the_official_counts(country):
    now = Counter(
        (place["level"], place["type"])
        for level in ("province", "commune")
        for place in everything(country, f"/units?level={level}")
    )
    assert now == {
        ("province", "tỉnh"): 28, ("province", "thành phố"): 6,
        ("commune", "xã"): 2621, ("commune", "phường"): 687, ("commune", "đặc khu"): 13,
    }  # fmt: skip
    before = {
        level: len(everything(country, f"/units?level={level}&on=2025-06-30"))
        for level in ("province", "district", "commune")
    }
    assert before == {"province": 63, "district": 696, "commune": 10_035}
    edges = everything(country, "/crosswalk?level=commune")
    assert Counter(edge["extent"] for edge in edges) == {"whole": 9593, "part": 973}
    divided = {edge["from"]["id"] for edge in edges if edge["extent"] == "part"}
    assert len(divided) == 442


@pytest.mark.parametrize(
    ("old", "name", "new", "became"),
    [
        ("23872", "Ia Dom", "23872", "Ia Dom"),
        ("23860", "Ia Dơk", "23869", "Ia Dơk"),
        ("23869", "Ia Kla", "23869", "Ia Dơk"),
        ("01018", "Phiêng Luông", "01006", "Yên Cường"),
        ("00907", "Tả Ván", "00892", "Tùng Vài"),
        ("01087", "Nậm Ty", "01075", "Nậm Dịch"),
        ("23537", "Ia Dom", "23538", "Ia Tơi"),
    ],
)
def test_known_places_are_resolved_both_ways(country, old, name, new, became):
    (before,) = country.ask(f"/units?code={old}&on=2025-06-30")["items"]
    (after,) = country.ask(f"/units?code={new}&level=commune")["items"]
    assert (before["name"], after["name"]) == (name, became)

    went = country.ask(f"/units/{before['id']}/history")["went_to"]
    came = country.ask(f"/units/{after['id']}/history")["came_from"]
    assert [(edge["to"]["id"], edge["extent"]) for edge in went] == [(after["id"], "whole")]
    assert before["id"] in {edge["from"]["id"] for edge in came}


@pytest.mark.parametrize(
    ("province", "district", "communes", "became", "new_code"),
    [("02", "Quang Bình", 15, 8, "01237"), ("38", "Hoằng Hóa", 36, 8, "15865")],
)
def test_known_districts_went_into_communes(
    country, province, district, communes, became, new_code
):
    (above,) = country.ask(f"/units?code={province}&on=2025-06-30")["items"]
    within = country.ask(f"/units?parent={above['id']}&q={district}&on=2025-06-30")["items"]
    inside = country.ask(f"/units?parent={within[0]['id']}&on=2025-06-30")["items"]
    heirs = {
        edge["to"]["code"]
        for place in inside
        for edge in country.ask(f"/crosswalk?unit={place['id']}")["items"]
    }
    assert (len(inside), len(heirs), new_code in heirs) == (communes, became, True)
