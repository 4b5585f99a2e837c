"""Rounds and samples on pages: an administrator changes them, everybody else reads."""

import pytest

from app.db import db, driver, transaction
from app.rounds.queries import get_round, plan_of
from app.samples.queries import find_sample, households_of
from tests import people

NEW = {
    "code": "2027-1",
    "name": "Đợt 1 năm 2027",
    "starts_on": "2027-01-05",
    "ends_on": "2027-03-31",
    "frozen_on": "2027-04-15",
    "deadlines": "2027-02-15 Xong danh sách hộ\n\n2027-03-31 Gửi hết phiếu",
    "legal_basis": "12/QĐ-UBND",
}


@pytest.fixture
def admin(signed_in):
    return signed_in("administrator", people.GIA_LAI)


def test_a_round_is_opened_from_the_list(admin, survey):
    page = admin.get("/rounds")
    assert page.rows()[1][:2] == ["Đợt 1", "2026-1"]
    form = admin.get(next(link for link in page.links() if link.startswith("/rounds/new")))
    leads_to = admin.post(form, "/rounds/new", **NEW).leads_to

    opened = admin.get(leads_to)
    assert "15/02/2027: Xong danh sách hộ" in opened.text
    assert "12/QĐ-UBND" in opened.text
    plan = plan_of(get_round(survey.project.id, "2027-1"))
    assert [day.isoformat() for day, _ in plan.deadlines] == ["2027-02-15", "2027-03-31"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends_on": "2026-01-01"}, "kết thúc trước khi bắt đầu"),
        ({"starts_on": ""}, "ngày bắt đầu"),
        ({"starts_on": "mai"}, "năm-tháng-ngày"),
        ({"valid_for": "một"}, "chữ số"),
        ({"code": "2026-1"}, "Đã có đợt"),
        ({"code": "a b"}, "Mã đợt"),
        ({"deadlines": "2027-02-15"}, "việc phải xong"),
        ({"form": "999999"}, "không có phiếu"),
        ({"form": "9" * 5000}, "không có phiếu"),
        ({"unit": "99999999999"}, "không thuộc địa bàn"),
    ],
)
def test_a_wrong_entry_is_told_and_nothing_typed_is_lost(admin, survey, wrong, words):
    form = admin.get(f"/rounds/new?project={survey.project.id}")
    said = NEW | wrong
    status = 409 if words == "Đã có đợt" else 404 if {"form", "unit"} & set(wrong) else 400
    again = admin.post(form, "/rounds/new", status=status, **said)

    assert words in again.text
    assert again.tree.xpath("//input[@name='name']/@value") == [NEW["name"]]


def test_a_round_is_changed_and_its_late_interviews_get_leave(admin, survey):
    where = f"/rounds/{survey.round.id}"
    form = admin.get(f"{where}/edit")
    admin.post(form, f"{where}/edit", name="Đợt mới", starts_on="2026-01-01",
               frozen_on="2026-02-01")  # fmt: skip
    page = admin.get(where)
    assert "Đợt mới" in page.text

    commune = people.unit(people.IA_DOM)
    late = {"unit": commune.id, "until": "2026-02-09", "reason": "lũ quét"}
    admin.post(page, f"{where}/exceptions", **late)
    assert "lũ quét" in admin.get(where).text
    early = admin.post(page, f"{where}/exceptions", status=400, **late | {"until": "2026-01-09"})
    assert "không cần ngoại lệ" in early.text

    admin.post(page, f"{where}/review", policy="approve-unflagged")
    db.session.expire_all()
    assert get_round(survey.project.id, "2026-1").review_policy == "approve-unflagged"


def test_a_sample_is_drawn_shown_mended_and_discarded(admin, survey):
    where = f"/rounds/{survey.round.id}/sample"
    page = admin.get(where)
    assert "5 hộ" in page.text
    refused = admin.post(page, where, status=400, kind="simple", size="99", by="none")
    assert "từ 2 đến 5" in refused.text
    admin.post(page, where, kind="simple", size="3", by="none", reserves="1", seed="mầm")

    sample = find_sample(survey.round.id)
    page = admin.get(where)
    assert sample.frame_sha256 in page.text
    assert ["Làng Mook Đen", "–", "5", "3"] in [row[:4] for row in page.rows()]
    drawn = next(one.household for one in households_of(sample) if one.role == "drawn")
    admin.post(page, f"{where}/substitute", household=drawn, reason="đi xa")
    reserve = next(one for one in households_of(sample) if one.replaces)
    assert [drawn, reserve.household] in admin.get(where).rows()
    gone = admin.post(page, f"{where}/substitute", status=404, household="X", reason="đi xa")
    assert "không có trong mẫu" in gone.text
    admin.post(page, f"{where}/discard")
    assert find_sample(survey.round.id) is None


def test_strata_are_called_by_the_names_of_their_places(admin, survey):
    """Their codes hold our ids of communes, which nobody knows."""
    survey.register(4, survey.add_village("Mook Trang"))
    with transaction():
        driver().execute("update households set poor = '1' where number = 1")
    where = f"/rounds/{survey.round.id}/sample"
    said = {"kind": "stratified", "size": "6", "by": "commune", "oversample": "2"}
    admin.post(admin.get(where), where, **said)
    rows = admin.get(where).rows()
    often = "Ia Dom: thuộc danh sách được chọn nhiều hơn"
    assert {"Ia Dom", often} <= {row[0] for row in rows}
    assert {row[1] for row in rows if row[0] == "Làng Mook Đen"} == {"Ia Dom", often}

    admin.post(admin.get(where), f"{where}/discard")
    admin.post(admin.get(where), where, kind="census", size="0", by="none")
    assert ["Làng Mook Đen", "Làng Mook Đen"] in [row[:2] for row in admin.get(where).rows()]


def test_the_page_says_how_many_households_a_margin_needs(admin, survey):
    survey.register(2200, survey.add_village("Mook Trang"))
    where = f"/rounds/{survey.round.id}/sample"

    asked = admin.get(f"{where}?margin=5&share=50&deff=1%2C5&response=100")
    assert "Cần chọn 457 hộ" in asked.text
    assert asked.tree.xpath("//input[@name='deff']/@value") == ["1,5"]
    assert "Hãy ghi số" in admin.get(f"{where}?margin=viele").text
    assert "trong khoảng 0 đến 100" in admin.get(f"{where}?margin=500").text
    assert "Cần chọn" not in admin.get(where).text


@pytest.mark.parametrize("role", ["commune_lead", "province_analyst", "auditor"])
def test_others_read_and_find_no_way_to_change(signed_in, survey, role):
    browser = signed_in(role, people.GIA_LAI)
    for where in ("/rounds", f"/rounds/{survey.round.id}", f"/rounds/{survey.round.id}/sample"):
        page = browser.get(where)
        assert page.tree.xpath("//main//form[@method='post']") == []
    assert browser.client.get(f"/rounds/{survey.round.id}/edit").status_code == 403


def test_in_english(admin, survey):
    admin.post(admin.get("/rounds"), "/language", language="en")
    assert "Open a round" in admin.get("/rounds").text
    assert "Draw a sample" in admin.get(f"/rounds/{survey.round.id}/sample").text
