"""Changes of places on pages: shown first, carried out as shown, listed, and taken back."""

import io

import pytest

from app.db import db, driver, transaction
from app.org_units.models import OrgUnit, OrgUnitEvent
from app.org_units.queries import find_village
from tests import people

DECISION = {"on": "2026-05-01", "legal_ref": "12/NQ-HĐND"}


@pytest.fixture
def analyst(signed_in):
    return signed_in("province_analyst", people.GIA_LAI)


def preview(browser, unit_id, kind, **said):
    address = f"/places/{unit_id}/change"
    form = browser.get(f"{address}?kind={kind}")
    return browser.post(form, address, status=200, act="preview", **DECISION | said)


def carry_out(browser, page, unit_id, **said):
    return browser.post(page, f"/places/{unit_id}/change", act="confirm", **DECISION | said)


def test_a_village_gets_another_name_after_a_look(analyst, survey):
    village = survey.village.id
    shown = preview(analyst, village, "rename", name="Mook Mới")
    assert "chưa có gì thay đổi" in shown.text
    assert "Làng Mook Mới" in shown.text
    assert shown.tree.xpath("//h1/text()") == ["Đổi tên: Làng Mook Đen"]
    assert db.session.query(OrgUnitEvent).filter_by(kind="rename").count() == 0

    other = analyst.post(shown, f"/places/{village}/change", status=200, act="confirm",
                         **DECISION, name="Mook Khác")  # fmt: skip
    assert "Làng Mook Khác" in other.text  # not what was shown, so it is shown again
    assert carry_out(analyst, shown, village, name="Mook Mới").leads_to == "/places/changes"

    page = analyst.get("/places/changes")
    assert page.rows()[1][1:5] == ["01/05/2026", "đổi tên", "Làng Mook Mới", "12/NQ-HĐND"]
    number = page.rows()[1][0]
    analyst.post(page, f"/places/changes/{number}/undo")
    assert "đã hoàn tác" in analyst.get("/places/changes").text
    assert find_village(survey.village.public_id).name == "Mook Đen"


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("rename", {"name": "Mook Đen"}, "mang tên và loại hình"),
        ("rename", {"name": "X", "on": "2099-01-01"}, "chưa đến"),
        ("rename", {"name": "X", "on": ""}, "năm-tháng-ngày"),
        ("rename", {"name": "X", "legal_ref": ""}, "quyết định"),
        ("merge", {"name": "X", "type": "làng"}, "ít nhất hai"),
        ("merge", {"name": "X", "type": "làng", "with": "999999"}, ""),
        ("move", {"parent": ""}, ""),
        ("split", {"name_1": "A", "name_2": "A", "type_1": "làng", "type_2": "làng"}, "cùng tên"),
        ("split", {"name_1": "A", "type_1": "làng", "longitude_1": "x"}, "không phải số độ"),
        ("split", {"houses": "T-1;Z"}, "Dòng 1"),
        ("split", {"name_1": "A", "type_1": "làng", "parts": "nhiều"}, ""),
        ("merge", {"name": "X", "type": "làng", "with": "9" * 5000}, ""),
        ("burn", {}, ""),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_typed_is_lost(analyst, survey, kind, said, words):
    address = f"/places/{survey.village.id}/change"
    form = analyst.get(f"{address}?kind={kind if kind != 'burn' else 'rename'}")
    answer = analyst.client.post(
        address,
        data={"csrf": form.tree.xpath("//input[@name='csrf']/@value")[0], "kind": kind}
        | DECISION | said,
    )  # fmt: skip
    assert answer.status_code in {400, 404, 409}
    assert words in answer.text
    if kind != "burn":
        assert said.get("legal_ref", "12/NQ-HĐND") in answer.text


def test_villages_merge_with_their_households_and_what_came_since_is_told(analyst, survey):
    other = survey.add_village("Mook Trang")
    survey.register(2, other)
    said = {"with": str(other.id), "name": "Mook", "type": "làng"}
    shown = preview(analyst, survey.village.id, "merge", **said)
    assert "Số hộ chuyển theo: 7" in shown.text
    assert "Làng Mook (7 hộ)" in shown.text
    carry_out(analyst, shown, survey.village.id, **said)

    event = db.session.query(OrgUnitEvent).filter_by(kind="merge").one()
    made = int(event.detail["made"][0])
    with transaction():
        people.person("commune_reviewer", db.session.get(OrgUnit, made), of=survey.project)
    page = analyst.get("/places/changes")
    refused = analyst.post(page, f"/places/changes/{event.id}/undo", status=409)
    assert "có người được giao vai trò ở Mook" in refused.text


PARTS = {"name_1": "Mook Đông", "type_1": "làng", "name_2": "Mook Tây", "type_2": "làng"}


def houses() -> dict[str, str]:
    rows = driver().execute(
        "select h.code, u.name from households h join org_units u on u.id = h.village_id"
    )
    return dict(rows.fetchall())


def test_a_village_is_divided_by_a_list(analyst, survey):
    form = analyst.get(f"/places/{survey.village.id}/change?kind=split")
    assert all(f"{code};" in form.text for code in survey.ids)
    address = f"/places/{survey.village.id}/change"
    more = analyst.post(form, address, status=200, act="more", **DECISION | PARTS)
    assert more.tree.xpath("//input[@name='name_3']")
    assert more.tree.xpath("//input[@name='name_1']/@value") == ["Mook Đông"]

    one, *others = survey.ids
    text = f"{one};Mook Đông\n" + "".join(f"{code};2\n" for code in others)
    left_out = analyst.post(form, address, status=400, **DECISION | PARTS, houses=f"{one};1")
    assert "4 hộ chưa có thôn mới" in left_out.text
    one_side = "".join(f"{code};2\n" for code in survey.ids)
    all_west = analyst.post(form, address, status=400, **DECISION | PARTS, houses=one_side)
    assert "không phải là chia thôn" in all_west.text

    file = (io.BytesIO(b"household;village\n" + text.encode()), "ho.csv")
    shown = analyst.post(form, address, status=200, **DECISION | PARTS, file=file)
    assert "Làng Mook Đông (1 hộ)" in shown.text
    assert "Làng Mook Tây (4 hộ)" in shown.text
    kept = shown.tree.xpath("//textarea[@name='houses']")[0].text
    carry_out(analyst, shown, survey.village.id, **PARTS, houses=kept)
    assert houses() == {one: "Mook Đông"} | dict.fromkeys(others, "Mook Tây")


def test_a_village_is_divided_by_where_its_houses_stand(analyst, survey):
    with transaction():
        for number, code in enumerate(survey.ids):
            driver().execute(
                "insert into household_labels (household_id, longitude, latitude)"
                " select id, %s, 13.8 from households where code = %s on conflict (household_id)"
                " do update set longitude = excluded.longitude, latitude = excluded.latitude",
                (107.5 + number / 100, code),
            )
    middles = {"longitude_1": "107,50", "latitude_1": "13.8",
               "longitude_2": "107.54", "latitude_2": "13.8"}  # fmt: skip
    said = PARTS | middles | {"gps": "yes", "houses": f"{survey.ids[0]};2"}
    shown = preview(analyst, survey.village.id, "split", **said)
    assert "Làng Mook Đông (2 hộ)" in shown.text
    carry_out(analyst, shown, survey.village.id, **said)
    assert houses()[survey.ids[0]] == "Mook Tây"


def test_the_villages_of_a_divided_commune_are_each_given_to_one_part(analyst, survey):
    commune, village = people.unit(people.IA_DOM).id, survey.village.id
    parts = {"name_1": "Ia Dom Một", "type_1": "xã", "code_1": "99991",
             "name_2": "Ia Dom Hai", "type_2": "xã", "code_2": "99992"}  # fmt: skip
    refused = analyst.post(
        analyst.get(f"/places/{commune}/change?kind=split"), f"/places/{commune}/change",
        status=400, **DECISION | parts,
    )  # fmt: skip
    assert "Còn thiếu: Mook Đen" in refused.text
    parts[f"takes_{village}"] = "2"
    shown = preview(analyst, commune, "split", **parts)
    assert "Bắt đầu: Xã Ia Dom Một, Xã Ia Dom Hai." in shown.text
    assert people.unit(people.IA_DOM).valid_to is None


def test_a_village_moves_and_later_changes_are_undone_first(analyst, survey):
    village, target = survey.village.id, people.unit(people.PLEIKU).id
    shown = preview(analyst, village, "move", parent=str(target))
    carry_out(analyst, shown, village, parent=str(target))
    assert "Phường Pleiku" in analyst.get(f"/places/{village}").text
    later = {"on": "2026-06-01", "type": "tổ dân phố"}
    carry_out(analyst, preview(analyst, village, "retype", **later), village, **later)

    page = analyst.get("/places/changes")
    second, first = (row[0] for row in page.rows()[1:])
    held = analyst.post(page, f"/places/changes/{first}/undo", status=409)
    assert f"(số {second}) trước" in held.text
    analyst.post(page, f"/places/changes/{second}/undo")
    analyst.post(page, f"/places/changes/{first}/undo")
    assert "Xã Ia Dom" in analyst.get(f"/places/{village}").text


def test_others_read_the_list_and_find_no_way_to_change(signed_in, survey):
    lead = signed_in("commune_lead")
    assert lead.get("/places/changes").tree.xpath("//main//form") == []
    assert lead.client.get(f"/places/{survey.village.id}/change").status_code == 403
