"""The commune's page: its figures by hand-worked counts, its villages, and what is missing."""

from datetime import date

import pytest

from app import programme
from app.accounts.actors import OPERATOR
from app.db import transaction
from tests import people
from tests.pages.browsing import browser_of
from tests.survey import HOUSEHOLD_FORM, household_form

FIRST_DAY = date(2026, 1, 1)


@pytest.fixture
def approving(survey):
    with transaction():
        survey.round.review_policy = "approve-unflagged"


def of_indicator(page, code):
    return next(row for row in page.rows() if row[0].startswith(code))


def test_figures_are_per_cent_with_a_decimal_comma(signed_in, sent, commune, approving):
    for number, fibre in enumerate("110"):
        sent(number, fibre=fibre)
    page = signed_in().get(f"/communes/{commune.id}")
    row = of_indicator(page, "FIBRE")

    # 2 of 3 answered; the village has 5 households: 2/3 · 5 of 5; missing ones bound it 2/5 to 4/5
    assert row[1] == "66,7% tạm tính sai số lớn"
    assert "từ 40,0% đến 80,0%" in row[2]
    assert row[3:] == ["3,3 / 5", "3", "60%"]
    assert "Số phiếu được tính" not in page.text
    assert "01/11/2026" in page.text


def test_a_full_count_is_final(signed_in, sent, commune, approving):
    for number in range(5):
        sent(number)
    page = signed_in().get(f"/communes/{commune.id}")

    assert of_indicator(page, "FIBRE")[1:] == [
        "100,0% chính thức",
        "100,0%",
        "5 / 5",
        "5",
        "100%",
    ]


def test_villages_stand_side_by_side(signed_in, sent, survey, commune, approving):
    with transaction():
        people.village("Ia Mút", type="thôn")
    sent(0)
    page = signed_in().get(f"/communes/{commune.id}")
    rows = [row for row in page.rows() if row[0].startswith(("Làng", "Thôn Ia", "Xã Ia Dom"))]

    assert ["Làng Mook Đen", "1", "100,0", "100,0"] in rows
    assert rows[-1] == ["Xã Ia Dom", "1", "100,0", "100,0"]


def test_a_dash_is_not_a_zero(signed_in, sent, commune, approving):
    sent(0, fibre="8")
    row = of_indicator(signed_in().get(f"/communes/{commune.id}"), "FIBRE")

    assert row[1] == "–"
    assert "0,0%" not in " ".join(row)


def test_before_anything_is_approved_the_page_says_so(signed_in, sent, commune):
    sent()
    page = signed_in().get(f"/communes/{commune.id}")

    assert "Chưa có phiếu nào được duyệt" in page.text
    assert of_indicator(page, "FIBRE")[1] == "–"


def test_before_a_round_is_opened_the_page_says_so(client):
    with transaction():
        project = people.project()
    page = browser_of(client, of=project).get(f"/communes/{people.unit(people.IA_DOM).id}")

    assert "Chưa mở đợt khảo sát nào" in page.text


def test_before_an_indicator_is_defined_the_page_says_so(client):
    with transaction():
        project = people.project()
        programme.open_round(project.id, "2026-1", "Đợt 1", FIRST_DAY, None, actor=OPERATOR)
    page = browser_of(client, of=project).get(f"/communes/{people.unit(people.IA_DOM).id}")

    assert "Chưa có chỉ tiêu nào" in page.text


@pytest.mark.parametrize("address", ["", "/indicators/FIBRE", "/indicators.csv", "/submissions"])
def test_other_communes_are_not_found(signed_in, survey, commune, address):
    browser = signed_in("commune_lead", people.PLEIKU)

    browser.get(f"/communes/{commune.id}{address}", 404)
    browser.get(f"/communes/999999999{address}", 404)
    browser.get(f"/communes/99999999999999999999{address}", 404)


def test_a_round_of_another_project_is_not_found(signed_in, survey, commune):
    with transaction():
        other = people.project(name="Khác")
        hidden = programme.open_round(other.id, "X", "Đợt kín", FIRST_DAY, None, actor=OPERATOR)
    browser = signed_in()

    assert "Đợt kín" not in browser.get(f"/communes/{commune.id}").text
    browser.get(f"/communes/{commune.id}?round={hidden.id}", 404)


@pytest.mark.parametrize("round_", ["0", "-1", "x", "99999999999999999999", "1e3", "%00", "'"])
def test_a_nonsensical_round_is_the_present_one(signed_in, commune, round_):
    assert "Đợt 1" in signed_in().get(f"/communes/{commune.id}?round={round_}").text


def test_the_file_for_excel_has_the_same_figures(signed_in, sent, commune, approving):
    sent(0)
    answer = signed_in().client.get(f"/communes/{commune.id}/indicators.csv")
    lines = answer.get_data(as_text=True).splitlines()

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert lines[0].startswith("\ufeffunit_id,")
    assert any(",commune,2026-1,FIBRE,1,,,1.0," in line for line in lines)
    assert any(",village,2026-1,FIBRE,1,,,1.0," in line for line in lines)


def test_the_page_is_light_with_forty_villages_and_reads_without_scripts(
    signed_in, sent, commune, approving
):
    with transaction():
        for number in range(40):
            people.village(f"Thôn Số {number}", type="thôn")
    sent(0)
    page = signed_in().get(f"/communes/{commune.id}")

    assert len(page.rows()) > 40
    assert len(page.html.encode()) < 100_000
    assert page.tree.xpath("//script | //*[@style] | //*[@onclick]") == []


def test_a_mean_is_a_number_and_not_per_cent(signed_in, survey, sent, commune, approving):
    text = HOUSEHOLD_FORM.replace(
        "| missing |", "| | MEMBERS | 1 | Members | household | | count(${m}) |\n| missing |", 1
    )
    programme.publish(survey.project.id, household_form("2", text), OPERATOR)
    for number, members in enumerate(([(40, "2")], [(30, "1"), (17, "2")])):
        sent(number, members=members, version="2")
    page = signed_in().get(f"/communes/{commune.id}")

    assert of_indicator(page, "MEMBERS")[1] == "1,50 tạm tính"
    assert of_indicator(page, "MEMBERS")[2] == "-3,42 – 6,42"
    one = signed_in().get(f"/communes/{commune.id}/indicators/MEMBERS")
    assert "1,50 tạm tính" in one.text
    behind = signed_in().get(f"/communes/{commune.id}/indicators/MEMBERS/explain")
    assert "1,50 tạm tính" in behind.text
