"""A commune's card on pages: writing, proving, handing in, appraising; and who sees what."""

import io

import pytest

from app.db import transaction
from tests import people
from tests.scorecards.small import publish


@pytest.fixture
def where(survey, sent, commune):
    """The card's address; two of four households have fibre."""
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    for number, fibre in enumerate("1100"):
        sent(number, fibre=fibre)
    publish(survey.project.id)
    return f"/rounds/{survey.round.id}/communes/{commune.id}/scorecards/CDS"


@pytest.fixture
def page_of(commune, survey):
    return f"/communes/{commune.id}/scorecards/CDS?round={survey.round.id}"


def write(browser, where, code, status=303, **said):
    page = browser.get(f"{where}/criteria/{code}")
    return browser.post(page, f"{where}/criteria/{code}", status, **said)


def step(browser, where, page_of, name, status=303, **said):
    return browser.post(browser.get(page_of), f"{where}/steps/{name}", status, **said)


def attach(browser, where, content=b"%PDF-1.7", name="biên bản.pdf", status=303):
    page = browser.get(f"{where}/criteria/D")
    file = (io.BytesIO(content), name)
    return browser.post(page, f"{where}/criteria/D/files", status, file=file)


def complete(browser, where):
    write(browser, where, "C", reported="1", explanation="Một cuộc họp")
    write(browser, where, "D", reported="yes")
    attach(browser, where)


def test_a_card_goes_to_the_province_and_back(signed_in, where, page_of):
    lead, analyst = signed_in(), signed_in("province_analyst", people.GIA_LAI)
    complete(lead, where)
    write(lead, where, "A", own="15,5", explanation="12 hộ lắp trong tháng 11")
    for name in ("review", "explain", "submit"):
        step(lead, where, page_of, name)
    page = lead.get(page_of)
    assert "đã nộp lên tỉnh" in page.text
    assert page.tree.xpath("//form[contains(@action, '/steps/')]") == []

    page = analyst.get(f"{where}/criteria/A")
    assert page.tree.xpath("//ins/text()")[0] == "15,50"  # in its history, as everywhere
    assert "12 hộ lắp trong tháng 11" in page.text
    refused = analyst.post(page, f"{where}/criteria/A/grant", 400, points="14")
    assert "ghi nhận xét" in refused.text
    assert refused.tree.xpath("//input[@name='points']/@value") == ["14"]
    analyst.post(page, f"{where}/criteria/A/grant", points="14", remark="9 hợp đồng")
    step(analyst, where, page_of, "return", reason="Thiếu biên bản họp")
    page = lead.get(page_of)
    assert "đã trả lại xã" in page.text
    assert "Thiếu biên bản họp" in page.text
    for name in ("review", "explain", "submit"):
        step(lead, where, page_of, name)
    step(analyst, where, page_of, "appraise")
    page = lead.get(page_of)

    # 14 + 10 + 5 + 10
    assert "39,00" in page.text
    assert "đã thẩm định" in page.text


def test_the_error_of_the_sum_is_worked_out_on_request(signed_in, survey, page_of, sent):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    for number, phone in enumerate("022"):
        sent(number, fibre="100"[number], members=[(40, "2"), (50, phone)])
    publish(survey.project.id)
    lead = signed_in()
    page = lead.get(page_of)
    assert "nhiều nhất bằng tổng sai số các dòng" in page.text
    (more,) = [link for link in page.links() if link and link.endswith("error=joint")]
    joint = lead.get(more)
    assert "được tính từ các phiếu mà các dòng dùng chung" in joint.text
    assert [link for link in joint.links() if link and link.endswith("error=joint")] == []
    facts = [p.tree.xpath("//ul[@class='facts']/li[2]/b")[0].text_content() for p in (page, joint)]
    assert facts[0] != facts[1]


def test_a_line_says_what_is_still_to_be_done(signed_in, where, page_of):
    lead = signed_in()
    write(lead, where, "B", own="9")
    page = lead.get(page_of)

    assert "Còn việc phải làm ở: B, C, D." in page.text
    step(lead, where, page_of, "review")
    assert "Còn việc phải làm ở: B, C, D." in step(lead, where, page_of, "explain", 409).text


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        ("A", {"own": "30"}, "tối đa 20"),
        ("A", {"own": "75 %"}, "Hãy viết điểm là một số từ 0 đến 20,00, ví dụ 12,5"),
        ("C", {"reported": "ba cuộc"}, "Hãy viết một số"),
        ("D", {"reported": "maybe"}, "Hãy chọn một trong các câu trả lời"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(signed_in, where, code, said, told):
    page = write(signed_in(), where, code, 400, explanation="dài dòng", **said)

    assert told in page.text
    assert page.tree.xpath("//textarea[@name='explanation']/text()") == ["dài dòng"]


def test_evidence_is_downloaded_and_never_shown(signed_in, where):
    lead = signed_in()
    attach(lead, where, b"\xff\xd8\xff<script>", "ảnh.jpg")
    page = lead.get(f"{where}/criteria/D")
    (link,) = [link for link in page.links() if "/scorecards/files/" in link]
    answer = lead.client.get(link, buffered=True)

    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    signed_in("commune_lead", people.PLEIKU).get(link, 404)
    signed_in("api_client", people.GIA_LAI).get(link, 403)
    lead.post(page, f"{link}/remove")
    lead.get(link, 404)
    assert "đã gỡ một tệp" in lead.get(f"{where}/criteria/D").text


def test_other_files_are_refused(signed_in, where):
    lead = signed_in()
    assert "Word hoặc Excel" in attach(lead, where, b"MZ", "x.exe", 400).text
    page = lead.get(f"{where}/criteria/D")
    assert "Hãy chọn tệp" in lead.post(page, f"{where}/criteria/D/files", 400).text


def test_auditors_read_and_outsiders_see_computed_points_only(signed_in, where, page_of):
    write(signed_in(), where, "A", own="15", explanation="bí mật của xã")
    auditor = signed_in("auditor", people.GIA_LAI)
    page = auditor.get(f"{where}/criteria/A")
    assert "bí mật của xã" in page.text
    assert page.tree.xpath("//main//form") == []
    outside = signed_in("api_client", people.GIA_LAI).get(page_of)
    assert "15,00" not in outside.text
    assert outside.tree.xpath("//main//form") == []
    signed_in("api_client", people.GIA_LAI).get(f"{where}/criteria/A", 403)
    signed_in("commune_lead", people.PLEIKU).get(f"{where}/criteria/A", 404)


def test_a_criterion_that_there_is_not(signed_in, where):
    for code in ("X", "%00", "a"):
        signed_in().get(f"{where}/criteria/{code}", 404)


def test_more_time_is_given_on_the_page(signed_in, survey, where, page_of):
    publish(survey.project.id, version=2, due_on="2026-01-31")
    lead, analyst = signed_in(), signed_in("province_analyst", people.GIA_LAI)
    page = lead.get(page_of)
    assert "31/01/2026" in page.text
    assert page.tree.xpath("//form[contains(@action, '/steps/')]") == []
    refused = step(analyst, where, page_of, "extend", 400, until="2026-02-01", reason="x")
    assert "chưa qua" in refused.text
    step(analyst, where, page_of, "extend", until="2099-12-31", reason="bão")
    page = lead.get(page_of)
    assert "Hạn tự chấm điểm: 31/12/2099" in page.text
    assert "31/12/2099" in page.tree.xpath("//ins/text()")
    step(lead, where, page_of, "review")


def test_the_page_reads_without_scripts_and_is_small(signed_in, where, page_of):
    lead = signed_in()
    complete(lead, where)
    for address in (page_of, f"{where}/criteria/D"):
        page = lead.get(address)
        assert page.tree.xpath("//script | //*[@style] | //*[@onclick]") == []
        assert len(page.html) < 40_000


def test_ranks_of_what_was_granted(signed_in, survey, where, page_of):
    lead, analyst = signed_in(), signed_in("province_analyst", people.GIA_LAI)
    complete(lead, where)
    for name in ("review", "explain", "submit"):
        step(lead, where, page_of, name)
    assert "Chưa xã nào có điểm" in analyst.get("/scorecards/CDS/ranking?by=granted").text
    step(analyst, where, page_of, "appraise")
    rows = analyst.get("/scorecards/CDS/ranking?by=granted").rows()

    assert ["1", "1 – 1", "Xã Ia Dom", "37,50"] in [row[:4] for row in rows]
    signed_in("api_client", people.GIA_LAI).get("/scorecards/CDS/ranking?by=granted", 403)


def test_the_province_sees_how_far_each_commune_is(signed_in, survey, where, page_of):
    publish(survey.project.id, version=2, due_on="2026-01-31")
    analyst = signed_in("province_analyst", people.GIA_LAI)
    step(analyst, where, page_of, "extend", until="2099-12-31", reason="bão")
    step(signed_in(), where, page_of, "review")
    page = analyst.get("/scorecards/CDS/cards?state=reviewed")

    assert [row for row in page.rows() if row[0].startswith("Xã ")] == [
        ["Xã Ia Dom", "xã đã rà soát", "31/12/2099"],
    ]
    whole = analyst.get("/scorecards/CDS/cards")
    assert ["Xã Ia Ly", "mới tính điểm", "31/01/2026 quá hạn"] in whole.rows()
    assert "/scorecards/CDS/cards" in " ".join(analyst.get("/scorecards/CDS").links())
    assert (
        "Ia Dom" not in signed_in("commune_lead", people.PLEIKU).get("/scorecards/CDS/cards").text
    )
    signed_in("api_client", people.GIA_LAI).get("/scorecards/CDS/cards", 403)
