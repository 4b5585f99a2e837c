"""Counts of others on pages: taken in, beside figures, and what differs."""

import io

import pytest

from app.db import transaction
from tests import people

SAID = {
    "code": "viettel", "source": "Viettel Gia Lai", "document": "123/VTGL", "as_of": "2026-10-31",
    "legal_basis": "NĐ 278/2025", "threshold": "5", "act": "take",
}  # fmt: skip


@pytest.fixture
def analyst(signed_in, survey, sent):
    """Two of four households have fibre."""
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    for number, fibre in enumerate("1100"):
        sent(number, fibre=fibre)
    return signed_in("province_analyst", people.GIA_LAI)


def take(browser, *rows, status=303, name="bảng.csv", **said):
    content = "unit,indicator,numerator,denominator\n" + "\n".join(rows)
    file = (io.BytesIO(content.encode()), name)
    return browser.post(browser.get("/counts"), "/counts", status, **SAID | said, table=file)


ROW = f"{people.IA_DOM},FIBRE,73,100"


def test_a_table_is_taken_in_and_stands_beside_the_survey(analyst, signed_in, commune):
    assert "1 số liệu" in take(analyst, ROW, status=200, act="check").text
    assert "Chưa nhập bảng nào" in analyst.get("/counts").text
    page = analyst.get(take(analyst, ROW).leads_to)
    row = ["Xã Ia Dom", "FIBRE", "73,0%73 / 100"]

    assert row in [found[:3] for found in page.rows()]
    assert "+23,0 điểm phần trăm" in page.text
    beside = signed_in("commune_reviewer").get(f"/communes/{commune.id}/counts")
    assert "Viettel Gia Lai" in beside.text
    assert "Viettel Gia Lai" in signed_in().get(f"/communes/{commune.id}/indicators/FIBRE").text
    assert f"/communes/{commune.id}/counts" in " ".join(
        signed_in().get(f"/communes/{commune.id}").links()
    )


def test_wrong_rows_are_named(analyst):
    page = take(analyst, ROW, "99999,FIBRE,1,2", "23872,FIBRE,x,", status=400)

    assert ["3", "unit", "Không có nơi này, hoặc không thuộc phạm vi của bạn."] in page.rows()
    assert page.tree.xpath("//input[@name='source']/@value") == ["Viettel Gia Lai"]


@pytest.mark.parametrize(
    "said", [{"as_of": "x"}, {"threshold": "x"}, {"threshold": "0"}, {"source": " "}]
)
def test_what_is_missing_about_the_source_is_told(analyst, said):
    assert take(analyst, ROW, status=400, **said).tree.xpath("//*[@role='alert']")


def test_a_difference_is_looked_into_and_closed(analyst, signed_in, survey):
    take(analyst, ROW)
    address = f"/rounds/{survey.round.id}/count-tasks"
    (task,) = [link for link in analyst.get(address).links() if link.startswith(f"{address}/")]
    assert address in analyst.get("/").html  # told where the day begins, to who is to act
    page = analyst.get(task)
    assert "Người cần tìm hiểu" in page.text
    assert "Hãy ghi kết quả" in analyst.post(page, task, 400, comment=" ").text
    assert analyst.post(page, task, comment="Tính cả cơ quan").leads_to == task
    assert "Tính cả cơ quan" in analyst.get(task).text
    assert "Không có chênh lệch nào" in analyst.get(address).text
    assert address not in analyst.get("/").html
    assert "Tính cả cơ quan" in analyst.get(f"{address}?state=closed").text
    analyst.post(analyst.get(task), task, act="reopen")
    analyst.post(analyst.get(address), address)
    assert "Tính cả cơ quan" in analyst.get(task).html
    reading = signed_in("auditor", people.GIA_LAI)
    assert reading.get(task).tree.xpath("//main//form") == []
    assert address not in reading.get("/").html
    signed_in("commune_lead", people.PLEIKU).get(task, 404)


def test_differences_are_sorted_and_filtered(analyst, survey):
    take(analyst, ROW, f"{people.IA_DOM},PHONE,10,100")
    address = f"/rounds/{survey.round.id}/count-tasks"

    def shown(query=""):
        return [row[1] for row in analyst.get(f"{address}?{query}").rows() if row[0] == "Xã Ia Dom"]

    assert shown() == ["PHONE", "FIBRE"]
    assert shown("sort=indicator") == ["FIBRE", "PHONE"]
    assert shown("sort=nonsense") == ["PHONE", "FIBRE"]
    assert shown("indicator=FIBRE&table=viettel") == ["FIBRE"]
    assert shown("table=vnpt") == shown(f"commune={people.unit(people.PLEIKU).id}") == []
    assert "Không có chênh lệch nào như vậy" in analyst.get(f"{address}?table=vnpt").text
    sorted_by = analyst.get(f"{address}?sort=place").tree.xpath("//th[@aria-sort]")
    assert [cell.text_content().strip() for cell in sorted_by] == ["Địa bàn ▲"]


def test_versions_lead_to_each_other(analyst):
    first = take(analyst, ROW).leads_to
    second = take(analyst, f"{people.IA_DOM},FIBRE,60,100").leads_to

    assert first in analyst.get(second).links()
    assert "73,0%" in analyst.get(first).text


def test_others_neither_take_nor_see(analyst, signed_in, survey, commune):
    where = take(analyst, ROW).leads_to
    assert signed_in().get("/counts").tree.xpath("//input[@type='file']") == []
    assert "Ia Dom" not in signed_in("commune_lead", people.PLEIKU).get(where).text
    signed_in("api_client", people.GIA_LAI).get("/counts", 403)
    signed_in("commune_lead", people.PLEIKU).get(f"/communes/{commune.id}/counts", 404)


def test_pages_are_small_and_have_no_scripts(analyst, survey, commune):
    where = take(analyst, ROW).leads_to
    for address in (
        "/counts",
        where,
        f"/communes/{commune.id}/counts",
        f"/rounds/{survey.round.id}/count-tasks",
    ):
        page = analyst.get(address)
        assert page.tree.xpath("//script | //*[@style] | //*[@onclick]") == []
        assert len(page.html) < 30_000
