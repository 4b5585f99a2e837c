"""Field work on pages: how far a commune is, and giving households to surveyors."""

import re
from datetime import timedelta

import pytest

from app import clock, pipeline
from app.db import db, transaction
from app.fieldwork.models import Assignment
from app.rounds.models import RoundDeadline
from tests import people


@pytest.fixture
def where(survey, commune):
    return f"/rounds/{survey.round.id}/communes/{commune.id}"


@pytest.fixture
def lead(signed_in):
    return signed_in("commune_lead")


def given() -> dict[str, int]:
    return dict(iter(db.session.query(Assignment.household, Assignment.app_user_id)))


def test_the_only_commune_is_opened_at_once(lead, survey, where):
    answer = lead.client.get(f"/rounds/{survey.round.id}/fieldwork")
    assert answer.headers["Location"] == where


def test_an_analyst_compares_communes(signed_in, survey, sent):
    sent(0)
    analyst = signed_in("province_analyst", people.GIA_LAI)
    rows = analyst.get(f"/rounds/{survey.round.id}/fieldwork").rows()

    (ours,) = [row for row in rows if row[0] == "Xã Ia Dom"]
    assert ours[1:6] == ["5", "0", "4", "1", "0"]


def test_every_number_of_a_commune_leads_to_its_list(lead, where, sent):
    sent(0)
    sent(1, visit="4")
    page = lead.get(where)
    heads, village, *_ = page.rows()
    assert dict(zip(heads, village, strict=True)) == {
        "Thôn": "Làng Mook Đen", "Hộ": "5", "Đã giao": "0", "chưa đến": "3", "vắng nhà": "0",
        "không đến được": "0", "từ chối trả lời": "1", "đã chuyển đi": "0",
        "không tìm thấy hoặc bỏ trống": "0", "đã phỏng vấn": "1", "Tỷ lệ trả lời": "20%",
    }  # fmt: skip
    listed = next(link for link in page.links() if link.endswith("state=refused"))
    assert len(lead.get(listed).rows()) == 2

    days = [link for link in page.links() if "/days/" in link]
    assert len(days) == 6  # sent, received, parked, read, approved, counted


def test_behind_each_number_stand_exactly_so_many_rows(lead, survey, where, sent):
    page = lead.get(f"{where}/households")
    lead.post(page, f"{where}/households", household=survey.ids[:3], surveyor=str(survey.phone.id))
    first, _ = sent(0), sent(1, visit="2")
    survey.send(survey.instance(survey.ids[2], version="99"))  # parked
    review = lead.get(f"/submissions/{first}")
    lead.post(review, f"/submissions/{first}/decision", decision="approve")
    pipeline.settle()
    page = lead.get(where)

    numbers = [
        (link.text_content(), link.get("href"))
        for link in page.tree.xpath("//td[@class='n']/a | //ul[@class='facts']//a")
        if "/rounds/" in link.get("href")
    ]
    told = [_number(text) for text, _ in numbers]
    assert told == [max(len(lead.get(link).rows()) - 1, 0) for _, link in numbers]
    # Given, sent, received, parked, read, approved, counted.
    assert told[-7:] == [3, 3, 2, 1, 2, 1, 1]


def _number(text: str) -> int:
    """The digits at the end: a fact has its name before its number."""
    return int(re.search(r"(\d+)\s*$", text)[1])


def test_whoever_is_silent_for_so_many_days_as_one_says_is_marked(lead, survey, where, sent):
    sent(0)
    assert "cần hỏi" not in lead.get(where).text
    asked = lead.get(f"{where}?silent=0")
    assert "cần hỏi" in asked.text
    assert asked.tree.xpath("//input[@name='silent']/@value") == ["0"]
    assert "cần hỏi" not in lead.get(f"{where}?silent=x").text


def test_a_surveyors_visits_stand_on_paper_those_that_are_open_first(lead, survey, where, sent):
    page = lead.get(f"{where}/households")
    lead.post(page, f"{where}/households", household=survey.ids[:3], surveyor=str(survey.phone.id))
    sent(0)
    sent(1, visit="2")
    (link,) = [one for one in lead.get(where).links() if "/surveyors/" in one and "/rounds/" in one]
    sheet = lead.get(link)

    assert [row[0] for row in sheet.rows()] == ["Hộ", *survey.ids[2:0:-1], "Hộ", survey.ids[0]]
    assert "Rơ Châm H'Lan" in sheet.text
    lead.get(link.replace(f"/{survey.phone.id}", "/999999"), status=404)


def test_the_next_deadline_is_shown(lead, survey, where):
    soon = clock.today() + timedelta(3)
    with transaction():
        for day, name in ((soon - timedelta(9), "lập danh sách"), (soon, "xong phỏng vấn")):
            db.session.add(RoundDeadline(round_id=survey.round.id, due_on=day, name=name))

    assert "xong phỏng vấn" in lead.get(where).text
    assert "lập danh sách" not in lead.get(where).text
    calendar = lead.get(f"/rounds/{survey.round.id}").text
    assert "còn 3 ngày" in calendar
    assert "lập danh sách" in calendar


def test_an_empty_commune_says_what_to_do(signed_in, survey):
    lead = signed_in("commune_lead", people.PLEIKU)
    other = people.unit(people.PLEIKU)
    page = lead.get(f"/rounds/{survey.round.id}/communes/{other.id}")

    assert "Hãy lập hoặc nhập danh sách hộ trước" in page.text
    assert "Chưa có điều tra viên nào" in page.text


def test_ticked_households_are_given_and_taken_back(lead, survey, where):
    list_ = f"{where}/households"
    page = lead.get(list_)
    lead.post(page, list_, household=survey.ids[:2], surveyor=str(survey.phone.id))
    assert given() == dict.fromkeys(survey.ids[:2], survey.phone.id)
    assert len(lead.get(f"{list_}?surveyor={survey.phone.id}").rows()) == 3
    lead.post(page, list_, household=survey.ids[:1], surveyor="nobody")
    db.session.expire_all()
    assert list(given()) == [survey.ids[1]]
    nothing = lead.post(page, list_, status=400, surveyor=str(survey.phone.id))
    assert "Hãy chọn các hộ trước" in nothing.text


def test_households_are_shared_out(lead, survey, where):
    page = lead.get(f"{where}/households")
    nobody = lead.post(page, f"{where}/share", status=400)
    assert "ít nhất một điều tra viên" in nobody.text
    lead.post(page, f"{where}/share", surveyor=str(survey.phone.id), village=survey.village.id)
    assert len(given()) == 5
    assert "Rơ Châm H'Lan" in lead.get(where).text


def test_a_reviewer_sees_and_gives_nothing(signed_in, where):
    reviewer = signed_in("commune_reviewer")
    page = reviewer.get(f"{where}/households")
    assert page.tree.xpath("//main//form[@method='post']//button") == []


def test_an_impossible_day_is_not_there(lead, where):
    lead.get(f"{where}/days/gestern", status=404)
    today = clock.today().isoformat()
    assert "Không có lượt gửi" in lead.get(f"{where}/days/{today}?step=x").text
    assert lead.get(f"{where}?until=x").status == 200
