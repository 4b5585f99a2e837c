"""Places on pages: browsed as of a day, searched by every name, and one with all that is known."""

from datetime import date

import pytest

from app import regrouping
from app.db import transaction
from app.org_units.aliases import add_alias
from app.org_units.changes import Decision, Newcomer
from app.org_units.queries import find_by_code
from tests import people

OLD = date(2025, 6, 30)


@pytest.fixture
def analyst(signed_in):
    return signed_in("province_analyst", people.GIA_LAI)


def test_both_trees_are_browsed(analyst, survey):
    today = analyst.get("/places")
    assert ["Tỉnh Gia Lai", "52", "tỉnh"] in today.rows()
    assert ["Xã Ia Dom", people.IA_DOM, "xã"] in today.rows()

    before = analyst.get("/places?on=2025-06-30")
    tops = {tuple(row) for row in before.rows()}
    assert {("Tỉnh Gia Lai", "64", "tỉnh"), ("Tỉnh Bình Định", "52", "tỉnh")} <= tops
    old = find_by_code("64", on=OLD)
    districts = analyst.get(f"/places/{old.id}?on=2025-06-30")
    assert ["Huyện Đức Cơ", "631", "huyện (đến 30/6/2025)"] in districts.rows()
    assert "Không có thông tin" in analyst.get("/places?on=1990-01-01").text
    assert "năm-tháng-ngày" in analyst.get("/places?on=mai", status=400).text


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("ia kla", ["Xã Ia Kla", "23869", "xã", "Huyện Đức Cơ, Tỉnh Gia Lai",
                    "đến hết 30/06/2025 → Xã Ia Dơk (toàn bộ)"]),
        ("23860", ["Xã Ia Dơk", "23860", "xã", "Huyện Đức Cơ, Tỉnh Gia Lai",
                   "đến hết 30/06/2025 → Xã Ia Dơk (toàn bộ)"]),
        ("ia dok", ["Xã Ia Dơk", "23869", "xã", "Tỉnh Gia Lai", "đang có"]),
        ("duc co", ["Huyện Đức Cơ", "631", "huyện (đến 30/6/2025)", "Tỉnh Gia Lai",
                    "đến hết 30/06/2025"]),
        ("plei mook", ["Làng Mook Mới", "T", "thôn", "Xã Ia Dom, Tỉnh Gia Lai", "đang có"]),
        ("mook den", ["Làng Mook Mới", "T", "thôn", "Xã Ia Dom, Tỉnh Gia Lai", "đang có"]),
    ],
)  # fmt: skip
def test_a_place_is_found_by_every_name_and_code(analyst, survey, text, row):
    with transaction():
        add_alias(survey.village, "Plei Mook", actor="operator")
        regrouping.rename(survey.village.id, "Mook Mới", Decision(date(2026, 5, 1), "12/NQ"))
        code = survey.village.public_id

    found = analyst.get(f"/places?q={text}").rows()

    assert [code if cell == "T" else cell for cell in row] in found


def test_what_is_not_there_is_said_so(analyst, survey):
    assert "Trong địa bàn của bạn không có" in analyst.get("/places?q=Atlantis").text


def test_a_places_page_tells_what_it_was_and_became(analyst, survey):
    other = survey.add_village("Mook Trang").id
    with transaction():
        effects = regrouping.merge(
            [survey.village.id, other],
            Newcomer("Mook", "làng", longitude=107.5, latitude=13.8),
            Decision(date(2026, 5, 1), "12/NQ-HĐND"),
        )
        made, old = effects.made[0].id, survey.village.id
        code = effects.made[0].public_id
    page = analyst.get(f"/places/{made}")
    edge = [f"Làng Mook Đen {survey.village.public_id}", f"Làng Mook {code}", "toàn bộ"]
    assert ["01/05/2026", *edge] in page.rows()
    assert ["01/05/2026", "nhập", "12/NQ-HĐND"] in page.rows()
    assert "kinh độ 107,5000, vĩ độ 13,8000" in page.text
    assert ["Số hộ trong danh sách", "5"] in page.rows()
    assert f"/communes/{people.unit(people.IA_DOM).id}" in page.links()
    before = analyst.get(f"/places/{made}?on=2026-04-30")
    assert "Ngày 30/04/2026 không có địa bàn này" in before.text
    assert f"/places/{old}?on=2026-04-30" in before.links()
    ended = analyst.get(f"/places/{old}")
    assert "đến hết 30/04/2026" in ended.text
    assert f"/places/{made}" in ended.links()


def test_a_commune_lead_sees_the_commune_with_its_past_and_changes_nothing(signed_in, survey):
    lead = signed_in("commune_lead")
    assert ["Xã Ia Dom", people.IA_DOM, "xã"] in lead.get("/places").rows()
    page = lead.get(f"/places/{people.unit(people.IA_DOM).id}")
    assert page.tree.xpath("//main//form[@method='post']") == []
    old = lead.get(f"/places/{find_by_code('23872', on=OLD).id}")
    assert "Huyện Đức Cơ" in old.text  # whose page is not theirs
    lead.get(f"/places/{people.unit(people.GIA_LAI).id}", status=404)
    lead.get(f"/places/{people.unit(people.PLEIKU).id}", status=404)
    assert lead.client.get("/places/villages").status_code == 403


def test_in_english(analyst, survey):
    analyst.post(analyst.get("/places"), "/language", language="en")
    assert ["Ia Dom Commune", people.IA_DOM, "commune"] in analyst.get("/places").rows()
    page = analyst.get(f"/places/{people.unit('23869').id}")
    assert [
        "1 Jul 2025",
        "Ia Kla Commune 23869",
        "Ia Dơk Commune 23869",
        "all of it",
    ] in page.rows()
