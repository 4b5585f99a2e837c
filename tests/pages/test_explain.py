"""The page behind a figure, as staff and as outsiders read it."""

import pytest

from app import programme
from app.accounts.actors import OPERATOR
from app.db import transaction
from tests import people, releasing
from tests.joined_forms import safety_form, safety_xml, use_form, use_xml
from tests.survey import HOUSEHOLD_FORM, household_form


@pytest.fixture
def counting(survey):
    with transaction():
        survey.round.review_policy = "approve-unflagged"


def address(commune, more="", code="FIBRE"):
    return f"/communes/{commune.id}/indicators/{code}/explain{more}"


def test_each_figure_leads_to_what_is_behind_it(signed_in, survey, sent, commune, counting):
    sent(0, members=[(40, "2"), (41, "1")])
    browser = signed_in()
    for page in (f"/communes/{commune.id}", f"/communes/{commune.id}/indicators/PHONE"):
        links = [link for link in browser.get(page).tree.xpath("//a/@href") if "/explain?" in link]
        assert any(f"village={survey.village.id}" in link for link in links)
        for link in set(links):
            assert "Đằng sau con số" in browser.get(link).text


def test_staff_see_words_reasons_households_and_answers(signed_in, survey, sent, commune, counting):
    sent(0, members=[(40, "2"), (41, "1")])
    sent(1, members=[(40, "8")])
    page = signed_in().get(address(commune, code="PHONE"))

    assert "“Phone” là “Smart”" in page.text
    assert "${m_phone} = '2'" in page.text
    assert ["được tính", "1"] in page.rows()
    assert ["thiếu câu trả lời quyết định", "1"] in page.rows()
    (row,) = [row for row in page.rows() if row[0] == survey.ids[0]]
    # Five households are expected and two are counted.
    assert row[2:5] == ["được tính", "1", "2"]
    assert row[5] == "2,5= 2,5 (số hộ của thôn ÷ số hộ được tính: 5 ÷ 2)"
    assert "Phone: Smart; Feature" in row[6]
    assert "Người 1" not in page.html
    # Five households are expected and two counted: the factor of the village.
    (village,) = [row for row in page.rows() if row[0] == "Làng Mook Đen"]
    assert village[5:] == ["5", "2", "2,50"]


def test_reasons_narrow_the_list(signed_in, survey, sent, commune, counting):
    sent(0)
    sent(1, fibre="8")
    page = signed_in().get(address(commune, "?reason=missing"))
    assert [row[0] for row in page.rows() if row[0] in survey.ids] == [survey.ids[1]]
    assert "?reason=nonsense" not in page.html
    everything = signed_in().get(address(commune, "?reason=nonsense&sort=%00&page=99999999999"))
    assert len([row for row in everything.rows() if row[0] in survey.ids]) == 2


@pytest.mark.parametrize("sort", ["place", "date", "worth", "reason"])
def test_the_list_is_sorted_and_goes_on(
    signed_in, survey, sent, commune, counting, monkeypatch, sort
):
    monkeypatch.setattr("app.pages.explain.ITEMS_A_PAGE", 2)
    for number in range(5):
        sent(number, fibre=str(number % 2))
    browser, seen, link = signed_in(), [], address(commune, f"?sort={sort}")
    while link:
        page = browser.get(link)
        seen += [row[0] for row in page.rows() if row[0] in survey.ids]
        following = page.tree.xpath("//a[text()='Trang sau']/@href")
        link = following[0] if following else None
    assert sorted(seen) == sorted(survey.ids)


def test_an_auditor_of_elsewhere_and_unknown_things_find_nothing(signed_in, survey, sent, commune):
    sent(0)
    signed_in("auditor", people.PLEIKU).get(address(commune), 404)
    browser = signed_in()
    for more in ("?village=1", "?by=nix", "?value=x", "?round=99999", "?by=%00&value=%00"):
        browser.get(address(commune, more), 404 if more != "?by=%00&value=%00" else 200)
    browser.get(address(commune, code="NIX"), 404)
    browser.get(address(commune, code="%00"), 404)


def test_who_may_not_read_interviews_sees_figures_given_out_and_no_households(
    signed_in, survey, sent, commune, counting
):
    for number in range(5):
        sent(number, fibre=str(number % 2))
    outsider = signed_in("api_client")
    page = outsider.get(address(commune))
    assert "Số này không được công bố" in page.text
    assert survey.ids[0] not in page.html
    with transaction():
        releasing.release(survey.round, OPERATOR)
    page = outsider.get(address(commune))
    assert "Hộ và câu trả lời chỉ hiển thị cho người được đọc phiếu" in page.text
    assert "Bản phát hành 1 ngày" in page.text
    assert not [row for row in page.rows() if row[0] in survey.ids]


def test_without_interviews_it_says_so_in_both_languages(signed_in, commune):
    browser = signed_in()
    assert "Chưa có phiếu nào của đợt này" in browser.get(address(commune)).text
    page = browser.get(address(commune))
    browser.post(page, "/language", language="en", next=address(commune))
    english = browser.get(address(commune)).text
    assert "No interview of this round has come from here yet." in english
    assert "“Fibre” is “Yes”" in english


def test_earlier_versions_are_told(signed_in, survey, commune):
    text = HOUSEHOLD_FORM.replace("| FIBRE | 1 ", "| FIBRE | 2 ")
    changed = household_form(indicators=text.replace("${fibre} = '1'", "${fibre} != '0'"))
    assert "Các phiên bản" not in signed_in().get(address(commune)).text
    programme.publish(survey.project.id, changed, OPERATOR)
    page = signed_in().get(address(commune))
    assert ["2", "numerator", "${fibre} = '1'", "${fibre} != '0'"] in page.rows()


def test_a_figure_of_two_forms_shows_both_interviews(signed_in, survey, sent, commune, counting):
    for form in (safety_form(), use_form()):
        programme.publish(survey.project.id, form, OPERATOR)
    sent(0, members=[(40, "2"), (41, "1")])
    survey.post(safety_xml(survey, survey.ids[0]))
    survey.send(use_xml(survey, survey.ids[0]))
    survey.send(use_xml(survey, survey.ids[1]))
    browser = signed_in()
    page = browser.get(address(commune, code="SAFE"))
    assert "Người thiếu một phiếu là không trả lời" in page.text
    assert "“Locked” là “Yes”" in page.text
    assert ["được tính", "1"] in page.rows()
    (row,) = [row for row in page.rows() if row[0].startswith(survey.ids[0])]
    assert "Locked: Yes" in row[6]
    (other,) = page.tree.xpath("//a[text()='phiếu kia']/@href")
    assert "Locked" in browser.get(other).text
    # The groups of the breakdown are told in the words of the questionnaire.
    assert "Woman" in browser.get(f"/communes/{commune.id}/indicators/SAFE").text
