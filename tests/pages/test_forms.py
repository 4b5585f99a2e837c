"""Forms on the screen: what is published, opening and closing, and publishing by hand."""

import io

import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.forms.models import Form, FormVersion
from app.forms.source import FormSource
from app.indicators import reevaluate
from app.programme import publish
from tests import people
from tests.survey import HOUSEHOLD_FORM

GOOD = HOUSEHOLD_FORM.replace("{version}", "2")
CIRCULAR = """
| survey |
| | type      | name | label | calculation |
| | calculate | a    |       | ${b}        |
| | calculate | b    |       | ${a}        |
| | text      | t    | T     |             |
| settings |
| | form_id | version |
| | circle  | 1       |
"""
WITH_PICTURE = """
| survey |
| | type | name | label | media::image |
| | text | t    | T     | a.png        |
| settings |
| | form_id | version |
| | picture | 1       |
"""


@pytest.fixture
def administrator(signed_in):
    return signed_in("administrator", people.GIA_LAI)


def hand_in(browser, text, name="ho.md", status=200, media=()):
    page = browser.get("/forms/new")
    files = [(io.BytesIO(content), media_name) for media_name, content in media]
    return browser.post(
        page, "/forms/check", status,
        form=(io.BytesIO(text if isinstance(text, bytes) else text.encode()), name), media=files,
    )  # fmt: skip


def versions():
    return [v.version for v in db.session.query(FormVersion).order_by(FormVersion.id)]


def test_everybody_with_a_role_sees_what_is_published(signed_in, survey):
    browser = signed_in("auditor", people.GIA_LAI)
    page = browser.get("/forms")
    assert page.rows()[1][:4] == ["Household", "ho", "đang mở", "1"]

    form = browser.get(next(link for link in page.links() if link.startswith("/forms/")))
    assert "FIBRE" in form.text
    assert "/forms/new" not in page.links()
    assert form.tree.xpath("//select[@name='state']") == []


def test_a_questionnaire_is_checked_then_confirmed(administrator, survey):
    checked = hand_in(administrator, GOOD)
    assert "Không có lỗi." in checked.text
    assert versions() == ["1"]

    landed = administrator.post(checked, "/forms")
    assert versions() == ["1", "2"]
    assert "Đã công bố phiên bản 2" in administrator.get(landed.leads_to).text


def test_errors_name_sheet_and_cell_and_nothing_is_published(administrator, survey):
    wrong = GOOD.replace("${fibre} = '1'", "${fiber} = '1'")
    page = hand_in(administrator, wrong, status=400)

    assert "Chưa công bố gì" in page.text
    assert any(row[0] == "indicators" and "fiber" in row[2] for row in page.rows())
    assert page.tree.xpath("//form[@action='/forms']") == []


def test_an_expressions_fault_is_told_in_vietnamese(administrator, survey):
    wrong = GOOD.replace("${fibre} = '1'", "${fibrr} = '1' and ${fibre} > 1", 1)
    page = hand_in(administrator, wrong, status=400)

    told = next(row[2] for row in page.rows() if row[0] == "indicators")
    assert told.startswith("Không có câu hỏi fibrr; có phải là fibre? Ở ký tự thứ 1 (${fibrr} =")
    assert page.tree.xpath("(//table)[1]//td//*[@lang='en']") == []


@pytest.mark.parametrize(
    ("content", "name"),
    [(CIRCULAR, "c.md"), (b"", "a.xlsx"), (b"PK\x03\x04 broken", "a.xlsx"), (b"\x00\x01", "a.xls"),
     (b"<not xml", "a.xml"), (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "a.xml"),
     (b"\xff\xfe", "x.md"), (b"x", "a.exe"), (b"x", "../../etc/passwd.xml")],
)  # fmt: skip
def test_what_is_no_questionnaire_is_told_so(administrator, survey, content, name):
    page = hand_in(administrator, content, name, status=400)

    assert "Có 1 lỗi" in page.text or "lỗi. Chưa công bố gì" in page.text
    assert versions() == ["1"]


def test_what_is_wrong_is_told_in_the_readers_language(administrator, survey):
    page = hand_in(administrator, CIRCULAR.replace("| circle  | 1 ", "| circle  |   "), status=400)

    assert "Vòng tròn, câu nào cũng cần câu trước nó: a (calculation, survey!D2)" in page.text
    assert "Hãy đặt phiên bản (version) cho phiếu" in page.text
    assert page.tree.xpath("//td//*[@lang='en']") == []

    unknown = hand_in(administrator, CIRCULAR.replace("| text  ", "| taxt  "), status=400)
    [told] = unknown.tree.xpath("//td//*[@lang='en']/text()")  # the form converter's own words
    assert "taxt" in told


def test_no_file_at_all_is_told_so(administrator, survey):
    page = administrator.get("/forms/new")
    sent = administrator.post(page, "/forms/check", 400)

    assert "Hãy chọn tệp" in sent.text


def test_a_published_version_does_not_change(administrator, survey):
    page = hand_in(
        administrator,
        HOUSEHOLD_FORM.replace("{version}", "1").replace("Fibre ", "Fiber "),
        status=400,
    )

    assert "đã được công bố với câu hỏi khác" in page.text


def test_media_go_with_the_form(administrator, survey):
    picture = b"\x89PNG\r\n\x1a\n"
    checked = hand_in(administrator, WITH_PICTURE, "p.md", media=[("a.png", picture)])
    administrator.post(checked, "/forms")
    media = db.session.query(FormVersion).order_by(FormVersion.id.desc()).first().media

    assert [(file.name, file.made_list) for file in media] == [("a.png", None)]


def test_a_missing_picture_is_a_warning(administrator, survey):
    page = hand_in(administrator, WITH_PICTURE, "p.md")

    assert "Cảnh báo (1)" in page.text
    assert "Phiếu hiển thị a.png nhưng tệp này không được gửi kèm." in page.text


def test_only_what_was_checked_is_published_and_only_by_whom(administrator, survey, signed_in):
    ticket = hand_in(administrator, GOOD).tree.xpath("//input[@name='ticket']/@value")[0]
    other = signed_in("administrator", people.GIA_LAI)
    csrf = other.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    for forged in (ticket, ticket[:-2] + "xx", "", "x" * 5000):
        answer = other.client.post(
            "/forms", data={"csrf": csrf, "project": survey.project.id, "ticket": forged}
        )
        assert answer.status_code == 400

    assert versions() == ["1"]


def test_a_form_published_meanwhile_by_another_is_a_conflict_in_words(administrator, survey):
    checked = hand_in(administrator, GOOD)
    publish(
        survey.project.id,
        FormSource("ho.md", GOOD.replace("Adults", "Grown-ups").encode()),
        OPERATOR,
    )
    refused = administrator.post(checked, "/forms", 409)

    assert "đã được công bố với câu hỏi khác" in refused.text


def test_a_form_is_given_to_some_places(administrator, survey):
    form = db.session.query(Form).one()
    page = administrator.get(f"/forms/{form.id}")
    assert "tất cả điều tra viên" in page.text

    administrator.post(page, f"/forms/{form.id}/places", places=f"{people.IA_DOM}, {people.PLEIKU}")
    page = administrator.get(f"/forms/{form.id}")

    assert page.tree.xpath("string(//textarea)") == f"{people.IA_DOM}, {people.PLEIKU}"
    assert "Ia Dom" in page.text
    administrator.post(page, f"/forms/{form.id}/places", 400, places="99999")
    administrator.post(page, f"/forms/{form.id}/places", places=" ")
    assert "tất cả điều tra viên" in administrator.get(f"/forms/{form.id}").text


def test_forms_are_opened_and_closed(administrator, survey):
    form = db.session.query(Form).one()
    page = administrator.get(f"/forms/{form.id}")
    administrator.post(page, f"/forms/{form.id}/state", state="closing")
    assert "sắp đóng" in administrator.get(f"/forms/{form.id}").text

    db.session.expire_all()
    assert form.state == "closing"
    administrator.post(page, f"/forms/{form.id}/state", 400, state="ajar")


@pytest.mark.parametrize("role", ["commune_lead", "province_analyst", "auditor"])
def test_only_administrators_publish_and_close(signed_in, survey, role):
    browser = signed_in(role, people.GIA_LAI)
    csrf = browser.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    form = db.session.query(Form).one()

    browser.get("/forms/new", 403)
    for address in (
        "/forms",
        "/forms/check",
        f"/forms/{form.id}/state",
        f"/forms/{form.id}/places",
    ):
        assert browser.client.post(address, data={"csrf": csrf}).status_code == 403


def test_an_administrator_of_one_project_does_not_reach_into_another(administrator, survey):
    with transaction():
        other = people.project(name="Khác")
    csrf = administrator.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    publish(other.id, FormSource("p.md", WITH_PICTURE.encode()), OPERATOR)
    foreign = db.session.query(Form).filter_by(project_id=other.id).one()

    administrator.get(f"/forms?project={other.id}", 404)
    administrator.get(f"/forms/{foreign.id}", 404)
    for address, fields in (
        ("/forms/check", {"project": other.id}),
        ("/forms", {"project": other.id, "ticket": "x"}),
        ("/forms/check", {"project": "99999999999999999999"}),
    ):
        answer = administrator.client.post(address, data={"csrf": csrf} | fields)
        assert answer.status_code == 403
    answer = administrator.client.post(
        f"/forms/{foreign.id}/state", data={"csrf": csrf, "state": "closed"}
    )
    assert answer.status_code == 404


def test_new_indicators_are_compared_and_tried_before_they_are_published(
    administrator, survey, sent
):
    with transaction():
        db.session.merge(survey.round).review_policy = "approve-unflagged"
    for number, answer in enumerate(("1", "1", "0", "8")):
        sent(number, fibre=answer)
    changed = GOOD.replace("| FIBRE | 1 ", "| FIBRE | 2 ").replace(
        "${fibre} = '1'", "${fibre} = '0'"
    )
    page = hand_in(administrator, changed)

    assert "${fibre} = '0'" in page.text
    assert "4 phiếu mới nhất trên 4 phiếu được tính" in page.text
    assert ["FIBRE", "66,7%", "3", "1", "33,3%", "3", "1", "3"] in page.rows()
    landed = administrator.post(page, "/forms")
    form = administrator.get(landed.leads_to)
    assert "Đã tính lại 0 trên 4 phiếu." in form.text
    assert "Chỉ tiêu thay đổi" not in hand_in(administrator, changed).text


def test_interviews_are_evaluated_again_stopped_and_gone_on_with(
    administrator, survey, sent, monkeypatch
):
    monkeypatch.setattr(reevaluate, "BATCH", 2)
    for number in range(3):
        sent(number)
    address = f"/forms/{survey_form().id}"
    act = f"{address}/evaluation"
    assert administrator.post(administrator.get(address), act, act="start").leads_to == (
        f"{address}#evaluation"
    )
    running = administrator.get(address)
    assert running.response.headers["Refresh"] == "5"
    assert "Đã tính lại 0 trên 3 phiếu." in running.text
    administrator.post(running, act, 409, act="start")

    pipeline.evaluate_again()
    administrator.post(running, act, act="stop")
    resting = administrator.get(address)
    assert "Đã tính lại 2 trên 3 phiếu." in resting.text
    assert "Việc tính đang dừng." in resting.text
    assert "Refresh" not in resting.response.headers

    administrator.post(resting, act, act="resume")
    pipeline.settle()
    done = administrator.get(address)
    assert "Cả 3 phiếu đã được tính lại" in done.text
    assert "Thời gian xử lý mỗi phiếu:" in done.text
    administrator.post(done, act, 400, act="nonsense")


def test_a_form_without_interviews_has_nothing_to_evaluate(administrator, survey):
    address = f"/forms/{survey_form().id}"
    answer = administrator.post(
        administrator.get(address), f"{address}/evaluation", 409, act="start"
    )
    assert "chưa có phiếu hoàn thành nào" in answer.text


def survey_form() -> Form:
    return db.session.query(Form).one()
