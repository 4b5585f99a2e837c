"""Scorecards on pages: definition, a commune's points, ranks and differences, publishing."""

import io

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.grants import grant_role
from app.db import transaction
from tests import people, releasing
from tests.scorecards.small import book, publish


@pytest.fixture
def scorecard(survey):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    return publish(survey.project.id)


def address(commune, more=""):
    return f"/communes/{commune.id}/scorecards/CDS{more}"


def of_criterion(page, code):
    return next(row for row in page.rows() if row[0].startswith(f"{code} "))


def test_points_stand_beside_their_figures(signed_in, sent, commune, scorecard):
    for number, fibre in enumerate("1100"):
        sent(number, fibre=fibre)
    page = signed_in().get(address(commune))

    # 2 of 4 households: 0.5 / 0.8 · 20 = 12.5; everybody has a smartphone.
    fibre = of_criterion(page, "A")
    assert fibre[1].startswith("50,0%")
    assert fibre[0].endswith("giá trị ÷ mục tiêu 80,0% × 20, tối đa 20")
    assert fibre[2].startswith("12,50± ")
    assert of_criterion(page, "B")[1].startswith("100,0%")
    assert of_criterion(page, "C")[1:3] == ["Xã chưa báo cáo.", "–"]
    assert "22,50" in page.text
    assert "trên 30,00 điểm" in page.text
    assert "Chưa tính được 20,00 trong 50,00 điểm" in page.text


def test_without_any_interview_nothing_is_zero(signed_in, commune, scorecard):
    page = signed_in().get(address(commune))

    assert [of_criterion(page, code)[2] for code in "ABCD"] == ["–"] * 4
    assert "Chưa có phiếu đã duyệt nào trả lời câu này." in of_criterion(page, "A")[1]


def test_the_commune_and_the_menu_lead_to_it(signed_in, commune, scorecard):
    browser = signed_in()
    page = browser.get(f"/communes/{commune.id}")
    (link,) = [link for link in page.links() if "/scorecards/CDS" in link]

    assert "Xã hội số" in browser.get(link).text
    assert "/scorecards" in page.links()


def test_the_definition_is_shown_whole(signed_in, scorecard):
    page = signed_in().get("/scorecards/CDS")

    assert "Phiên bản 1, năm 2026, 50,00 điểm." in page.text
    assert of_criterion(page, "D")[1:4] == [
        "10,00", "có 10, không 0", "báo cáo của xã; kèm tài liệu kiểm chứng",
    ]  # fmt: skip


def test_ranks_have_intervals_and_gaps_are_named(signed_in, sent, survey, commune, scorecard):
    for number, fibre in enumerate("110"):
        sent(number, fibre=fibre)
    page = signed_in("province_analyst", people.GIA_LAI).get("/scorecards/CDS/ranking")
    (row,) = [row for row in page.rows() if "Xã Ia Dom" in row]

    assert row[:4] == ["1", "1 – 1", "Xã Ia Dom", "26,67"]
    assert "1 xã được so sánh trên 30,00 trong 50,00 điểm" in page.text
    assert "Phần xã tự báo cáo không đem so sánh: C, D." in page.text
    assert "134 xã chưa có điểm" in page.text


def test_the_ranking_as_a_file(signed_in, sent, commune, scorecard):
    sent(0)
    answer = signed_in().client.get("/scorecards/CDS/ranking.csv")
    lines = answer.get_data(as_text=True).splitlines()

    assert lines[0].startswith("\ufeffunit_id,unit_code,unit_name,scorecard,round,rank,best,worst")
    assert lines[1].startswith(f"{commune.id},{people.IA_DOM},Ia Dom,CDS,2026-1,1,1,1,1,30.0,30.0,")


def test_a_commune_sees_its_own_row_of_the_provinces_ranks(signed_in, sent, commune, scorecard):
    sent(0)
    own = signed_in("commune_reviewer").get("/scorecards/CDS/ranking")
    other = signed_in("commune_reviewer", people.PLEIKU).get("/scorecards/CDS/ranking")

    assert any("Xã Ia Dom" in row for row in own.rows())
    assert "Ia Dom" not in other.text


def test_a_difference_of_two_communes(signed_in, sent, survey, commune, scorecard):
    for number, fibre in enumerate("1100"):
        sent(number, fibre=fibre)
    with transaction():
        village = people.village("Plei Bạc", people.PLEIKU)
        grant_role(
            OPERATOR,
            survey.phone,
            role="surveyor",
            unit_id=village.id,
            project_id=survey.project.id,
        )
    survey.commune_code = people.PLEIKU
    for household in survey.register(2, village):
        survey.send(survey.instance(household, village=village.public_id, fibre="1"))
    other = people.unit(people.PLEIKU)
    browser = signed_in("province_analyst", people.GIA_LAI)
    page = browser.get(address(commune, f"/difference?other={other.id}"))

    # 12.5 against 20, which a full count of two households says for sure: the error is 12.5's.
    line = of_criterion(page, "A")
    assert line[1:] == ["12,50", "20,00", "-7,50", "3,23", "không phải ngẫu nhiên"]
    # In all it is not: that four of five have a smartphone leaves room for the fifth.
    assert "Mức chênh này có thể chỉ là ngẫu nhiên" in page.text
    assert "Hãy chọn một xã khác" in browser.get(address(commune, "/difference")).text
    nobody = people.unit("23734")
    page = browser.get(address(commune, f"/difference?other={nobody.id}"))
    assert "Không có tiêu chí nào" in page.text
    for unknown in ("other=999999999", "with=999999999"):
        browser.get(address(commune, f"/difference?{unknown}"), 404)
    signed_in().get(address(commune, f"/difference?other={other.id}"), 404)


def test_who_reads_releases_gets_what_was_given_out(signed_in, sent, survey, commune, scorecard):
    for number in range(5):
        sent(number)
    browser = signed_in("api_client", people.GIA_LAI)
    before = browser.get(address(commune))
    assert of_criterion(before, "A")[1] == "Số liệu này không được cung cấp cho bạn."
    with transaction():
        releasing.release(survey.round, OPERATOR)

    page = browser.get(address(commune))
    assert of_criterion(page, "A")[2] == "20,00"
    assert "không được cung cấp ra ngoài" in of_criterion(page, "C")[1]


def test_a_workbook_is_checked_and_published(signed_in, survey, scorecard):
    browser = signed_in("administrator", people.GIA_LAI)
    page = browser.get("/scorecards")

    def hand_in(content, act, status):
        file = (io.BytesIO(content), "cds.md")
        return browser.post(page, "/scorecards", status, workbook=file, act=act)

    assert "Không có lỗi" in hand_in(book(2), "check", 200).text
    refused = hand_in(book(2).replace(b"yes_no", b"perhaps"), "publish", 400)
    assert "Hãy ghi một trong các từ: proportional" in refused.text
    assert "Hãy tăng số phiên bản" in hand_in(book(1, meetings=30), "publish", 409).text
    hand_in(book(2, meetings=20), "publish", 303)
    assert "60,00" in browser.get("/scorecards/CDS").text
    assert "Hãy chọn tệp" in browser.post(page, "/scorecards", 400, act="check").text


def test_others_publish_nothing(signed_in, survey, scorecard):
    page = signed_in("province_analyst", people.GIA_LAI).get("/scorecards")
    assert page.tree.xpath("//input[@type='file']") == []


@pytest.mark.parametrize("code", ["NIX", "%00", "cds", "CDS%20"])
def test_unknown_scorecards_are_not_found(signed_in, commune, scorecard, code):
    for where in (f"/scorecards/{code}", f"/scorecards/{code}/ranking"):
        signed_in().get(where, 404)
    signed_in().get(f"/communes/{commune.id}/scorecards/{code}", 404)


def test_pages_are_small_and_have_no_scripts(signed_in, sent, commune, scorecard):
    sent(0)
    for where in (address(commune), "/scorecards", "/scorecards/CDS", "/scorecards/CDS/ranking"):
        page = signed_in().get(where)
        assert len(page.html) < 60_000
        assert page.tree.xpath("//script | //*[@style] | //*[@onclick]") == []
