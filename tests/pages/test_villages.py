"""Villages on pages: one by one, a province's list with its mistakes, and other names."""

import io

import pytest
from sqlalchemy import func, select

from app.db import db
from app.org_units.models import OrgUnit
from tests import people


@pytest.fixture
def analyst(signed_in):
    return signed_in("province_analyst", people.GIA_LAI)


def count() -> int:
    return db.session.scalar(select(func.count()).where(OrgUnit.level == "village"))


def hand_in(browser, *rows: str, name: str = "thôn.csv"):
    text = "\n".join(("mã xã;tên thôn;loại", *rows))
    file = (io.BytesIO(text.encode()), name)
    page = browser.get("/places/villages")
    return browser.post(page, "/places/villages/check", status=200, list=file)


def test_a_list_is_checked_mended_on_the_page_and_taken_in_whole(analyst, survey):
    page = hand_in(
        analyst,
        "23872;Bi;làng", "892;Bo;làng", "23872;Mook Dén;làng", f"{people.HA_NOI};Ba;thôn",
    )  # fmt: skip
    assert ["3", "mã xã", "Mã bị mất số 0 ở đầu: hãy ghi 00892 dạng văn bản.",
            "bỏ qua dòng này"] in page.rows()  # fmt: skip
    assert any("Hãy xác nhận đây là thôn khác" in row[2] for row in page.rows() if row[0] == "4")
    assert count() == 1

    still = analyst.post(page, "/places/villages", status=200, act="take", skip="3", confirm="4")
    assert "Chưa thêm thôn nào" in still.text
    assert [row[0] for row in still.rows() if "mã tỉnh" in str(row)] == ["5"]
    assert still.tree.xpath("//input[@name='confirm'][@type='hidden']/@value") == ["4"]
    again = analyst.post(still, "/places/villages", status=200, act="check", skip=["3", "5"])
    assert "Không có lỗi" in again.text
    assert count() == 1
    done = analyst.post(again, "/places/villages", status=200, act="take", skip=["3", "5"])
    assert "Đã thêm 2 thôn; 2 dòng được chủ động bỏ qua" in done.text
    assert count() == 3


def test_in_english_and_with_files_that_are_no_lists(analyst, survey):
    analyst.post(analyst.get("/places"), "/language", language="en")
    page = hand_in(analyst, "892;Bo;làng")
    assert "The code lost its leading zeros: write 00892 as text." in page.text
    assert "cannot be read" in hand_in(analyst, name="thôn.xlsx").text
    none = analyst.post(page, "/places/villages/check", status=400)
    assert "Choose a file" in none.text


def test_only_what_was_checked_here_is_taken_in(analyst, signed_in, survey):
    page = hand_in(analyst, "23872;Bi;làng")
    (ticket,) = page.tree.xpath("//input[@name='ticket']/@value")
    forged = analyst.post(page, "/places/villages", status=400, act="take", ticket=ticket + "x")
    assert "nộp lại" in forged.text
    other = signed_in("province_analyst", people.GIA_LAI)
    own = hand_in(other, "23872;Bo;làng")
    other.post(own, "/places/villages", status=400, act="take", ticket=ticket)
    assert count() == 1


def test_villages_are_entered_in_ones_own_communes(signed_in, survey):
    pleiku = signed_in("province_analyst", people.PLEIKU)
    assert "Ia Dom nằm ngoài địa bàn của bạn" in hand_in(pleiku, "23872;Bi;làng").text
    pleiku.get(f"/places/{people.unit(people.IA_DOM).id}/villages/new", status=404)


def test_a_village_is_entered_by_hand(analyst, survey):
    where = f"/places/{people.unit(people.IA_DOM).id}/villages/new"
    form = analyst.get(where)
    wrong = {"name": "Làng Bi", "type": "xã", "longitude": "107.5", "valid_from": "2099-01-01"}
    again = analyst.post(form, where, status=400, **wrong)
    for words in ("hãy ghi “Bi”", "là loại hình của xã", "cả kinh độ và vĩ độ", "chưa đến"):
        assert words in again.text.replace("Hãy", "hãy")
    assert again.tree.xpath("//input[@name='name']/@value") == ["Làng Bi"]

    alike = {"name": "Mook Dén", "type": "làng"}
    again = analyst.post(form, where, status=400, **alike)
    assert again.tree.xpath("//input[@name='confirm']")
    leads_to = analyst.post(again, where, **alike, confirm="x", aliases="Plei Mook").leads_to
    page = analyst.get(leads_to)
    assert "Plei Mook" in page.text
    assert "Làng Mook Dén" in page.text


def test_another_name_is_added_and_taken_away(analyst, survey):
    where = f"/places/{survey.village.id}"
    page = analyst.get(where)
    refused = analyst.post(page, f"{where}/names", status=400, name="…")
    assert "chữ cái" in refused.text
    analyst.post(page, f"{where}/names", name="Plei Mook")
    page = analyst.get(where)
    assert ["Tên khác", "Plei Mook Bỏ"] in page.rows()
    analyst.post(page, f"{where}/names", act="remove", name="Plei Mook")
    assert ["Tên khác", "–"] in analyst.get(where).rows()
