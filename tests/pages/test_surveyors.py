"""Surveyors' phones and the code that sets them up."""

import base64
import json
import zlib

import pytest
from sqlalchemy import select

from app.accounts import app_users
from app.accounts.app_users import app_user_token
from app.accounts.phone_settings import collect_settings, project_url
from app.audit import AuditEvent
from app.db import db, transaction
from tests import people


def test_an_administrator_finds_the_phones_and_where_they_work(signed_in, survey):
    page = signed_in("administrator", people.GIA_LAI).get("/surveyors")

    assert ["Rơ Châm H'Lan", "dtv01", "Làng Mook Đen", "Xem"] in page.rows()


def test_showing_a_code_is_recorded(signed_in, survey):
    browser = signed_in("administrator", people.GIA_LAI)
    page = browser.get(f"/surveyors/{survey.phone.id}")

    assert page.tree.xpath("//img/@src")[-1].startswith("data:image/svg+xml")
    assert f"/v1/key/{survey.token}/projects/{survey.project.id}" in page.text
    shown = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "app_user.code_shown")
    ).all()
    assert [event.subject for event in shown] == [f"app_user:{survey.phone.id}"]


def test_the_code_is_what_collect_reads(survey):
    address = project_url(survey.phone, "https://so.example")
    code = collect_settings(address, "Xã hội số", "dtv01")
    settings = json.loads(zlib.decompress(base64.b64decode(code, validate=True)))

    url = f"https://so.example/v1/key/{app_user_token(survey.phone)}/projects/{survey.project.id}"
    assert settings["general"]["server_url"] == url
    assert "?" not in url
    assert settings["general"]["form_update_mode"] == "match_exactly"
    assert settings["general"]["autosend"] == "wifi_and_cellular"
    assert settings["general"]["metadata_username"] == "dtv01"
    assert settings["admin"] == {}
    assert len(settings["project"]["color"]) == len("#rrggbb")
    assert settings["project"]["name"] == "Xã hội số"


def test_a_phone_whose_access_ended_has_no_code(signed_in, survey):
    with transaction():
        app_users.revoke_app_user(app_users.find_by_username("dtv01", survey.project.id))
    browser = signed_in("administrator", people.GIA_LAI)

    assert "đã ngừng" in browser.get("/surveyors").text
    page = browser.get(f"/surveyors/{survey.phone.id}")
    assert "không còn quyền truy cập" in page.text
    assert survey.token not in page.html


def test_an_administrator_of_one_commune_does_not_get_anothers_keys(signed_in, survey):
    browser = signed_in("administrator", people.PLEIKU)

    assert "dtv01" not in browser.get("/surveyors").text
    browser.get(f"/surveyors/{survey.phone.id}", 404)
    browser.get("/surveyors/999999", 404)


def test_a_phone_that_also_works_elsewhere_is_not_theirs_either(signed_in, survey):
    with transaction():
        people.grant_role(
            people.OPERATOR, survey.phone, role="surveyor",
            unit_id=people.unit(people.PLEIKU).id, project_id=survey.project.id,
        )  # fmt: skip
    signed_in("administrator").get(f"/surveyors/{survey.phone.id}", 404)
    signed_in("administrator", people.GIA_LAI).get(f"/surveyors/{survey.phone.id}")


def test_a_surveyor_takes_over_another_village(signed_in, survey):
    with transaction():
        other = people.village("Mook Trang")
    browser, here = signed_in("administrator", people.GIA_LAI), f"/surveyors/{survey.phone.id}"
    page = browser.get(here)
    assert not page.tree.xpath("//button[@value='remove']")  # a phone works somewhere

    browser.post(page, f"{here}/places", act="add", place=other.public_id.lower())
    page = browser.get(here)
    assert ["Làng Mook Trang", other.public_id, "Bỏ"] in page.rows()

    gone = survey.village.public_id
    browser.post(page, f"{here}/places", act="remove", place=gone)
    assert [row[0] for row in browser.get(here).rows()] == ["Làng Mook Trang"]
    again = browser.post(page, f"{here}/places", 409, act="remove", place=other.public_id)
    assert "địa bàn duy nhất" in again.text


@pytest.mark.parametrize("code", ["", "T-00000", "99999", "\0", "52"])
def test_only_a_village_or_commune_can_be_added(signed_in, survey, code):
    browser, here = signed_in("administrator", people.GIA_LAI), f"/surveyors/{survey.phone.id}"
    page = browser.post(browser.get(here), f"{here}/places", 400, act="add", place=code)
    assert page.tree.xpath("//*[@role='alert']")


def test_a_place_of_others_is_not_given(signed_in, survey):
    browser, here = signed_in("administrator"), f"/surveyors/{survey.phone.id}"
    page = browser.post(browser.get(here), f"{here}/places", 400, act="add", place=people.PLEIKU)
    assert "không có địa bàn nào của bạn" in page.text
    signed_in("commune_lead", people.GIA_LAI).client.post(f"{here}/places", data={})
    assert [row[0] for row in browser.get(here).rows()] == ["Làng Mook Đen"]


def test_nobody_else_gets_keys(signed_in, survey):
    for role in ("commune_lead", "province_analyst", "auditor"):
        signed_in(role, people.GIA_LAI).get("/surveyors", 403)


def test_the_code_as_a_picture_to_keep(signed_in, survey):
    browser = signed_in("administrator", people.GIA_LAI)
    png = browser.client.get(f"/surveyors/{survey.phone.id}/code.png")
    svg = browser.client.get(f"/surveyors/{survey.phone.id}/code.svg?by=name")
    assert (png.mimetype, png.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert svg.mimetype == "image/svg+xml"
    assert b"<svg" in svg.data
    assert "attachment" in svg.headers["Content-Disposition"]
    shown = db.session.query(AuditEvent).filter_by(action="app_user.code_shown")
    assert shown.count() == 2


def test_a_phone_that_signs_in_by_name(signed_in, survey):
    page = signed_in("administrator", people.GIA_LAI).get(f"/surveyors/{survey.phone.id}?by=name")
    assert app_users.device_password(survey.phone) in page.text
    assert survey.token not in page.html
    assert f"/v1/projects/{survey.project.id}" in page.text


def test_an_address_that_phones_cannot_reach_is_told(signed_in, survey):
    browser = signed_in("administrator", people.GIA_LAI)
    address = f"/surveyors/{survey.phone.id}"
    assert "Điện thoại không vào được địa chỉ này" in browser.get(address).text


def test_a_sheet_for_a_commune(signed_in, survey):
    with transaction():
        people.surveyor(people.village("Plei Bạc", people.PLEIKU), of=survey.project, username="b2")
        gone = people.surveyor(survey.village, of=survey.project, username="c3")
        app_users.revoke_app_user(gone)
    browser = signed_in("administrator", people.GIA_LAI)
    where = next(link for link in browser.get("/surveyors").links() if "/communes/" in link)
    commune = people.unit(people.IA_DOM)
    assert where == f"/communes/{commune.id}/surveyors?project={survey.project.id}"
    page = browser.get(where)
    [card] = page.tree.xpath("//section[@class='card']")
    assert "Rơ Châm H'Lan" in card.text_content()
    assert "Làng Mook Đen" in card.text_content()
    assert card.xpath(".//img/@src")[0].startswith("data:image/svg+xml")
    assert "Bấm “Thiết lập bằng mã QR”." in card.text_content()
    assert len(page.html) < 60_000
    shown = db.session.query(AuditEvent).filter_by(action="app_user.code_shown")
    assert [event.subject for event in shown] == [f"app_user:{survey.phone.id}"]
    by_name = browser.get(f"{where}&by=name")
    assert app_users.device_password(survey.phone) in by_name.text
    empty = browser.get(f"/communes/{people.unit(people.PLEIKU).id}/surveyors?project=999999", 404)
    assert empty.status == 404


def test_what_codes_set_phones_to(signed_in, survey):
    browser = signed_in("administrator", people.GIA_LAI)
    page = browser.get("/surveyors/settings")
    given = {
        "name": "Điều tra số", "color": "#123abc", "icon": "Đ", "autosend": "wifi_only",
        "form_update_mode": "match_exactly", "periodic_form_updates_check": "every_24_hours",
        "image_size": "small", "app_language": "vi", "delete_send": "yes",
    }  # fmt: skip
    refused = browser.post(page, "/surveyors/settings", 400, **given | {"color": "xanh"})
    assert "Hãy chọn trong danh sách" in refused.text
    assert refused.tree.xpath("string(//input[@name='name']/@value)") == "Điều tra số"
    browser.post(page, "/surveyors/settings", **given)
    kept = browser.get("/surveyors/settings").tree
    assert kept.xpath("string(//select[@name='autosend']/option[@selected]/@value)") == "wifi_only"
    assert kept.xpath("boolean(//input[@name='delete_send']/@checked)")


def test_one_communes_administrator_does_not_set_all_phones(signed_in, survey):
    browser = signed_in("administrator")
    browser.get("/surveyors/settings", 403)
    assert "/surveyors/settings" not in " ".join(browser.get("/surveyors").links())
