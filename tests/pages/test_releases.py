"""Giving figures out from the page: a preview, the release, and what it changed."""

from dataclasses import replace

import pytest

from app import daily, pipeline
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.indicators import excerpt, releases
from app.indicators.disclosure import Rule
from app.indicators.release_queries import list_releases, rule_of
from app.rounds.models import Round
from tests import people, releasing


@pytest.fixture
def analyst(signed_in):
    return signed_in("province_analyst", people.GIA_LAI)


@pytest.fixture
def counting(survey):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
        releases.set_rule(survey.project.id, Rule(threshold=1, smallest_n=0), OPERATOR)


def address(survey, more=""):
    return f"/rounds/{survey.round.id}/releases{more}"


def hidden(page):
    inputs = page.tree.xpath("//input[@type='hidden']")
    return {i.get("name"): i.get("value") for i in inputs}


def rows(page):
    return [[cell.strip() for cell in row] for row in page.rows()]


def test_a_release_is_previewed_and_made_and_tells_what_changed(analyst, survey, sent, counting):
    sent(0, fibre="1")
    sent(1, fibre="0")
    preview = analyst.get(address(survey, "/new"))
    assert ["Ia Dom", "FIBRE", "–", "–", "50,0% ± 38,7", "2", "–"] in rows(preview)
    assert list_releases(survey.round.id) == []

    waiting = analyst.get(analyst.post(preview, address(survey, "/new"), reason="lần đầu").leads_to)
    assert waiting.response.headers["Refresh"] == "3"
    assert "0 trên 3 bước" in waiting.text
    assert "đang được chốt" in waiting.text
    pipeline.settle()
    (leads_to,) = [link for link in analyst.get(address(survey)).links() if link[-2:] == "/1"]
    made = analyst.get(leads_to)
    assert "lần đầu" in made.text
    assert "user:" not in made.text
    assert ["Ia Dom", "FIBRE", "–", "–", "50,0% ± 38,7", "2", "–"] in rows(made)

    for number in (2, 3, 4):
        sent(number, fibre="1")
    preview = analyst.get(address(survey, "/new?status=final"))
    expected = ["Ia Dom", "FIBRE", "50,0% ± 38,7", "2", "80,0%", "5", "+30,0"]
    assert expected in rows(preview)
    analyst.post(preview, address(survey, "/new"), reason="đủ hộ")
    pipeline.settle()
    final = analyst.get(address(survey, "/2"))
    assert expected in rows(final)
    assert ["Mook Đen", "3", "0", "0"] in rows(final)
    listed = rows(analyst.get(address(survey)))
    assert [row[0] for row in listed[1:]] == ["2", "1"]
    assert "chính thức" in listed[1][2]


def test_nothing_different_is_no_release(analyst, survey, sent, counting):
    sent(0)
    form = analyst.get(address(survey, "/new"))
    analyst.post(form, address(survey, "/new"))
    assert "đang được tạo" in analyst.get(address(survey, "/new")).text
    pipeline.settle()
    page = analyst.get(address(survey, "/new"))
    assert "Không có gì khác" in page.text
    assert not page.tree.xpath("//button[text()='Công bố']")
    # Somebody else was faster.
    again = analyst.post(form, address(survey, "/new"), status=409)
    assert "Không có gì khác" in again.text
    assert len(list_releases(survey.round.id)) == 1


def test_a_release_on_its_way_is_stopped_and_taken_back(analyst, survey, sent, counting, signed_in):
    sent(0)
    analyst.post(analyst.get(address(survey, "/new")), address(survey, "/new"))
    page = analyst.get(address(survey))
    analyst.post(page, address(survey, "/stop"))
    assert (
        analyst.post(page, address(survey, "/stop"), 409).text.count("Có người đã làm trước") == 1
    )
    stopped = analyst.get(address(survey))
    assert "Refresh" not in stopped.response.headers
    assert "bước" not in signed_in("auditor").get(address(survey)).text
    analyst.post(stopped, address(survey, "/resume"))
    analyst.post(analyst.get(address(survey)), address(survey, "/stop"))
    analyst.post(analyst.get(address(survey)), address(survey, "/take_back"))
    assert "bước" not in analyst.get(address(survey)).text
    pipeline.settle()
    assert list_releases(survey.round.id) == []


def test_too_few_for_final_figures_is_said_before_and_refused(analyst, survey, sent, counting):
    sent(0)
    form = analyst.get(address(survey, "/new"))
    page = analyst.get(address(survey, "/new?status=final"))
    assert "1" in page.text
    assert "5 hộ" in page.text
    assert not page.tree.xpath("//button[text()='Công bố']")
    sent_form = {"status": "final", "reason": ""}
    refused = analyst.client.post(address(survey, "/new"), data=hidden(form) | sent_form)
    assert refused.status_code == 409
    assert list_releases(survey.round.id) == []
    assert 'role="alert"' in refused.text


def test_while_sums_are_owed_the_page_says_so(analyst, survey, counting):
    survey.post(survey.instance(survey.ids[0]))
    pipeline.process_inbox()
    page = analyst.get(address(survey, "/new"))
    assert page.tree.xpath("//*[@role='alert']")


def test_what_stops_it_on_the_way_is_said(analyst, survey, sent, counting):
    for number in range(5):
        sent(number)
    analyst.post(analyst.get(address(survey, "/new?status=final")), address(survey, "/new"))
    with transaction():
        db.session.get_one(Round, survey.round.id).review_policy = "hold-all"
    survey.post(survey.instance(survey.ids[0], fibre="0"))
    pipeline.process_inbox()
    pipeline.settle()
    page = analyst.get(address(survey))
    assert "Còn 1 phiếu chờ duyệt" in page.text
    assert page.tree.xpath("//form[contains(@action, 'take_back')]")


def test_a_long_list_is_paged_and_chosen_from(analyst, survey, sent, counting, monkeypatch):
    sent(0)
    monkeypatch.setattr(excerpt, "LINES", 2)
    page = analyst.get(address(survey, "/new"))
    assert {row[0] for row in rows(page)[1:]} == {"Gia Lai"}
    assert "trang 1 trên 2" in page.text
    (onward,) = [link for link in page.links() if "page=2" in link]
    later = analyst.get(onward)
    assert {row[0] for row in rows(later)[1:]} == {"Ia Dom"}
    assert later.tree.xpath("//form[@method='post']//button[text()='Công bố']")
    options = page.tree.xpath("//select[@name='commune']/option/text()")
    assert options == ["tất cả", "Tỉnh Gia Lai", "Xã Ia Dom"]
    fibre = analyst.get(address(survey, "/new?indicator=FIBRE"))
    assert [row[:2] for row in rows(fibre)[1:]] == [["Gia Lai", "FIBRE"], ["Ia Dom", "FIBRE"]]
    none = analyst.get(address(survey, "/new?commune=999999&page=7"))
    assert "Không có số liệu nào trong số này" in none.text


def test_of_a_long_list_the_provinces_figures_are_printed(
    analyst, survey, sent, counting, monkeypatch
):
    sent(0)
    visit_pleiku(survey)
    monkeypatch.setattr(excerpt, "LINES", 4)
    page = analyst.get(address(survey, "/new"))
    on_screen = page.tree.xpath("//tr[@class='screen']/th/text()")
    assert on_screen == ["Ia Dom", "Ia Dom"]
    assert "Bản in có số liệu của tỉnh" in page.text
    chosen = analyst.get(address(survey, f"/new?commune={people.unit(people.IA_DOM).id}"))
    assert not chosen.tree.xpath("//tr[@class='screen']")


def visit_pleiku(survey):
    """Three interviews in another commune."""
    other = survey.add_village("Plei Ốp", people.PLEIKU)
    there = replace(survey, commune_code=people.PLEIKU)
    for household in survey.register(3, other):
        survey.send(there.instance(household, village=str(other.public_id)))


def test_how_far_the_round_is_is_told_of_the_places_a_reader_reads(
    signed_in, analyst, survey, sent, counting
):
    """Two interviews in Ia Dom, three in Pleiku."""
    sent(0)
    sent(1)
    visit_pleiku(survey)

    def counted(browser):
        return browser.get(address(survey)).tree.xpath("//ul[@class='facts']/li/b/text()")[:2]

    assert counted(analyst) == ["5", "8"]
    assert counted(signed_in("commune_reviewer")) == ["2", "5"]
    assert counted(signed_in("commune_reviewer", people.PLEIKU)) == ["3", "3"]
    assert "Tính trên những nơi" not in analyst.get(address(survey)).text


def test_readers_see_releases_and_cannot_make_them(signed_in, survey, sent, counting):
    sent(0)
    with transaction():
        releasing.release(survey.round, OPERATOR)
    reviewer = signed_in("commune_reviewer")
    page = reviewer.get(address(survey))
    assert rows(page)[1][0] == "1"
    assert not [link for link in page.links() if link.endswith("/new")]
    reviewer.get(address(survey, "/new"), status=403)
    assert ["Ia Dom", "FIBRE", "–", "–", "100,0%", "1", "–"] in rows(
        reviewer.get(address(survey, "/1"))
    )
    reviewer.get(address(survey, "/2"), status=404)


def test_the_self_check_is_shown_to_who_gives_figures_out(analyst, survey, sent, counting):
    sent(0)
    assert "chưa chạy lần nào" in analyst.get(address(survey)).text
    daily.check_figures(1.0)
    assert "Không có tổng nào bị lệch" in analyst.get(address(survey)).text


RULE = {
    "threshold": "7", "smallest_n": "20", "round_to": "1", "final_coverage": "85",
    "sensitive": "FIBRE", "legal_note": "QĐ 12/QĐ-UBND",
}  # fmt: skip


def test_the_rule_is_set_on_a_page_with_the_decision_it_rests_on(analyst, survey, sent, counting):
    sent(0)
    page = analyst.get(f"/rounds/{survey.round.id}/disclosure")
    analyst.post(page, f"/rounds/{survey.round.id}/disclosure", **RULE)
    expected = Rule(7, 20, 1, frozenset({"FIBRE"}), 0.85, "QĐ 12/QĐ-UBND")
    assert rule_of(survey.project.id) == expected
    with transaction():
        releasing.release(survey.round, OPERATOR)
    shown = analyst.get(address(survey, "/1"))
    assert [text.text for text in shown.tree.xpath("//dl/dd")] == [
        "7", "20", "1", "FIBRE", "QĐ 12/QĐ-UBND",
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"threshold": "x"}, {"legal_note": ""}, {"round_to": "-1"}])
def test_a_rule_without_its_decision_or_numbers_is_refused(analyst, survey, counting, wrong):
    where = f"/rounds/{survey.round.id}/disclosure"
    page = analyst.get(where)
    analyst.post(page, where, status=400, **(RULE | wrong))
    assert rule_of(survey.project.id).threshold == 1


def test_the_rule_is_not_for_readers(signed_in, survey):
    signed_in("commune_reviewer").get(f"/rounds/{survey.round.id}/disclosure", status=403)
