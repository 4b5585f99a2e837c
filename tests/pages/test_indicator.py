"""One indicator's page: its words, its groups, its villages in the order asked for."""

from datetime import date, timedelta

import pytest

from app import clock, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.forms.source import FormSource
from tests import people
from tests.survey import HOUSEHOLD_FORM

# The same indicator by the member's phone and by age.
GROUPED = (
    HOUSEHOLD_FORM.partition("| indicators |")[0].replace("{version}", "2")
    + """
| indicators |
| | code  | version | label      | unit | eligible       | numerator        | by       |
| | PHONE | 2       | Smartphone | m    | ${m_age} >= 18 | ${m_phone} = '2' | kind age |
| breakdowns |
| | name | expression                        | label         |
| | kind | ${m_phone}                        | Kind of phone |
| | age  | if(${m_age} < 60, '18-59', '60+') | Age           |
"""
)


@pytest.fixture
def counting(survey):
    with transaction():
        survey.round.review_policy = "approve-unflagged"


def address(commune, code="FIBRE", more=""):
    return f"/communes/{commune.id}/indicators/{code}{more}"


def test_missing_answers_are_counted_by_reason(signed_in, sent, commune, counting):
    sent(0)
    sent(1, fibre="8")
    sent(2, visit="4")
    page = signed_in().get(address(commune))

    assert "1 không biết, 0 từ chối, 0 để trống, 0 không hỏi" in page.text
    assert "đã tính 2 trên khoảng 5" in page.text
    assert "1 từ chối trả lời" in page.text


def test_without_answers_there_is_no_figure(signed_in, commune):
    page = signed_in().get(address(commune))

    assert "Chưa có số liệu" in page.text
    assert "0,0%" not in page.text


def test_villages_come_in_the_order_asked_for(signed_in, survey, sent, commune, counting):
    with transaction():
        second = people.village("Ia Mút", type="thôn")
        people.grant_role(
            OPERATOR, survey.phone, role="surveyor", unit_id=second.id,
            project_id=survey.project.id,
        )  # fmt: skip
    survey.register(2, second)
    sent(0, fibre="0")
    survey.send(survey.instance(f"{second.public_id}-0001", village=second.public_id))
    browser = signed_in()

    def order(more):
        rows = browser.get(address(commune, more=more)).rows()
        return [row[0] for row in rows if row[0].startswith(("Làng", "Thôn Ia"))]

    assert order("") == ["Thôn Ia Mút", "Làng Mook Đen"]
    assert order("?sort=value") == ["Thôn Ia Mút", "Làng Mook Đen"]
    assert order("?sort=coverage") == ["Thôn Ia Mút", "Làng Mook Đen"]
    sent(1)
    sent(2)
    assert order("?sort=n") == ["Làng Mook Đen", "Thôn Ia Mút"]
    assert order("?sort=nonsense'%00") == ["Thôn Ia Mút", "Làng Mook Đen"]


def test_groups_have_words_where_they_are_answers_to_a_question(
    signed_in, survey, sent, commune, counting
):
    programme.publish(survey.project.id, FormSource("ho.md", GROUPED.encode()), OPERATOR)
    sent(0, members=[(40, "2"), (70, "1")], version="2")
    rows = signed_in().get(address(commune, "PHONE")).rows()

    assert ["Smart", "100,0% tạm tính", "100,0%", "5 / 5", "1"] in rows
    assert ["Feature", "0,0% tạm tính", "0,0%", "0 / 5", "1"] in rows
    assert ["60+", "0,0% tạm tính", "0,0%", "0 / 5", "1"] in rows


@pytest.mark.parametrize("code", ["NIX", "fibre", "FIBRE%00", "%27", "a" * 500])
def test_an_indicator_that_is_not_there_is_not_found(signed_in, commune, code):
    signed_in().get(address(commune, code), 404)


def test_the_change_since_the_round_before_says_how_sure_it_is(signed_in, survey, sent, commune):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
        later = programme.open_round(
            survey.project.id, "2026-2", "Đợt 2", date(2026, 11, 10), None, actor=OPERATOR
        )
        later.review_policy = "approve-unflagged"
        round_id = later.id
    for number, fibre in enumerate("100"):
        sent(number, fibre=fibre)
    for number, fibre in enumerate("110"):
        sent(number, fibre=fibre, day=date(2026, 11, 20))
    page = signed_in().get(address(commune, more=f"?round={round_id}"))

    assert "Thay đổi so với Đợt 1, tính bằng điểm phần trăm:" in page.text
    assert "+33,3" in page.text
    assert "(-57,4 đến +124,0)" in page.text
    assert "có thể chỉ do ngẫu nhiên" in page.text


def test_as_of_a_day_with_what_changed_since(signed_in, sent, survey, commune):
    with transaction():
        found = db.session.merge(survey.round)
        found.starts_on, found.valid_for = clock.today() - timedelta(300), 3
    reviewer = signed_in()
    for ago, fibres in ((120, "000"), (5, "110")):
        for number, fibre in enumerate(fibres):
            interview = sent(number, fibre=fibre, day=clock.today() - timedelta(ago))
            page = reviewer.get(f"/submissions/{interview}")
            reviewer.post(page, f"/submissions/{interview}/decision", decision="approve")
    pipeline.settle()
    where = f"/communes/{commune.id}/indicators/FIBRE?round={survey.round.id}"
    day = clock.today() - timedelta(60)

    assert "Hộ được hỏi lại" not in reviewer.get(where).text
    then = reviewer.get(f"{where}&as_of={day}")
    assert "3 hộ: khi đó 0,0%, nay 66,7%." in then.text
    assert "Thay đổi 66,7 điểm" in then.text
    assert "Đây là số liệu của ngày" in then.text
    assert then.tree.xpath("//input[@name='as_of']/@value") == [day.isoformat()]
    commune_page = reviewer.get(f"/communes/{commune.id}?as_of={day}")
    links = [link for link in (*then.links(), *commune_page.links()) if "indicators/" in link]
    assert any(f"as_of={day}" in link for link in links)
    assert not any("/explain" in link for link in links)  # which is about the figure of now
    for nonsense in ("x", "2999-01-01", "0000-00-00"):
        assert "Đây là số liệu" not in reviewer.get(f"{where}&as_of={nonsense}").text
