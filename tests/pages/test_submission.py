"""One interview on the screen, and the decisions about it."""

import pytest
from sqlalchemy import select

from app import pipeline, programme
from app.audit import AuditEvent
from app.db import db, transaction
from app.forms.source import FormSource
from app.review.models import ReviewDecision
from app.storage.blobs import store
from app.submissions.models import Submission
from app.submissions.upload import UploadedFile
from tests import people
from tests.small_forms import publish
from tests.submissions.test_logs import FORM as LOGGED
from tests.submissions.test_logs import interview as logged_interview
from tests.submissions.test_logs import log as logged
from tests.survey import PERSON_FORM, new_id, person_xml


def open_page(browser, submission_id, more="", status=200):
    return browser.get(f"/submissions/{submission_id}{more}", status)


def decide(browser, submission_id, decision, reason="", status=303):
    page = open_page(browser, submission_id)
    address = f"/submissions/{submission_id}/decision"
    return browser.post(page, address, status, decision=decision, reason=reason)


def state_of(submission_id):
    db.session.expire_all()
    found = db.session.get(Submission, submission_id)
    return found.state, found.approved_pk


def answers(page):
    return {row[0]: row[1:] for row in page.rows()}


def test_answers_are_in_words_under_the_forms_headings(signed_in, sent):
    page = open_page(signed_in(), sent(0, members=[(40, "2"), (9, "0")], fibre="8"))
    shown = answers(page)

    assert shown["Result"] == ["Complete"]
    assert shown["Fibre"] == ["Don't know"]
    assert shown["Age"] == ["40", "9"]
    assert shown["Phone"] == ["Smart", "None"]
    assert page.tree.xpath("//h2/text()")[:2] == ["Interview", "Member"]


def test_names_are_hidden_until_asked_for_and_asking_is_recorded(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in()
    hidden = open_page(browser, submission_id)
    assert answers(hidden)["Name"] == ["đã ẩn"]
    assert "Người 1" not in hidden.html

    link = next(link for link in hidden.links() if "personal=yes" in link)
    assert answers(browser.get(link))["Name"] == ["Người 1"]
    read = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "personal.read")).all()
    assert [event.subject for event in read] == [f"submission:{submission_id}"]


def test_who_may_not_read_names_is_not_offered_them(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in("commune_reviewer")
    page = open_page(browser, submission_id)

    assert not any("personal" in link for link in page.links())
    open_page(browser, submission_id, "?personal=yes", 404)


def test_hostile_answers_and_names_are_shown_as_text(signed_in, survey, client):
    evil = "<script>alert('x')</script>"
    with transaction():
        survey.phone.name = evil
    survey.send(survey.instance(evil.replace("<", "&lt;")))
    survey.send(survey.instance(evil))
    newest = db.session.query(Submission.id).order_by(Submission.id.desc()).first()[0]
    page = open_page(signed_in(), newest)

    assert "<script" not in page.html
    assert evil in page.text


def test_approving_goes_on_to_the_next_that_waits(signed_in, sent, commune):
    first, second, third = (sent(number) for number in range(3))
    browser = signed_in()

    assert decide(browser, third, "approve").leads_to == f"/submissions/{second}?decided={third}"
    assert decide(browser, first, "approve").leads_to.startswith(f"/submissions/{second}?")
    last = decide(browser, second, "approve").leads_to
    assert last.startswith(f"/communes/{commune.id}/submissions?")
    page = browser.get(last)
    assert f"Đã ghi quyết định của bạn về phiếu số {second}" in page.text
    assert state_of(first) == ("approved", first)


def test_rejecting_needs_a_reason(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in()
    page = decide(browser, submission_id, "reject", "  ", status=400)
    assert "Hãy ghi lý do" in page.text
    assert state_of(submission_id)[0] == "received"

    decide(browser, submission_id, "reject", "Nhầm hộ <b>")
    assert state_of(submission_id) == ("rejected", None)
    assert "Nhầm hộ <b>" in open_page(browser, submission_id).text


def test_a_decision_can_be_taken_back(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in()
    decide(browser, submission_id, "approve")
    decide(browser, submission_id, "reopen")

    assert state_of(submission_id) == ("received", None)


def test_what_an_edit_changed_is_shown_beside_what_was(signed_in, sent):
    original = new_id()
    submission_id = sent(0, instance_id=original)
    browser = signed_in()
    decide(browser, submission_id, "approve")
    sent(0, fibre="0", members=[(40, "1"), (33, "2")], deprecated_id=original)
    page = open_page(browser, submission_id)

    assert "Bản đã duyệt vẫn được tính" in page.text
    assert ["Fibre", "Yes", "No"] in page.rows()
    assert ["Phone (1)", "Smart", "Feature"] in page.rows()
    assert ["Age (2)", "–", "33"] in page.rows()
    assert not any("Name (2)" in row[0] for row in page.rows())


@pytest.fixture
def edited(signed_in, sent):
    original = new_id()
    submission_id = sent(0, instance_id=original)
    browser = signed_in()
    decide(browser, submission_id, "approve")
    sent(0, fibre="0", deprecated_id=original)
    return browser, submission_id, db.session.get(Submission, submission_id).current_pk


def test_an_edit_can_be_accepted(edited):
    browser, submission_id, edit_pk = edited
    decide(browser, submission_id, "approve")

    assert state_of(submission_id) == ("approved", edit_pk)


def test_an_edit_can_be_discarded_and_the_approved_version_is_shown_again(edited):
    browser, submission_id, _ = edited
    decide(browser, submission_id, "discard-edit", "Sửa nhầm")

    assert state_of(submission_id) == ("approved", submission_id)
    page = open_page(browser, submission_id)
    assert answers(page)["Fibre"] == ["Yes"]
    assert "Bản đã duyệt vẫn được tính" not in page.text


def test_the_whole_interview_can_be_rejected_with_its_edit(edited):
    browser, submission_id, _ = edited
    decide(browser, submission_id, "reject-all", "Hộ không tồn tại")

    assert state_of(submission_id) == ("rejected", None)


def test_of_two_interviews_about_one_household_a_person_chooses(signed_in, sent):
    first, second = sent(0, fibre="1"), sent(0, fibre="0")
    browser = signed_in()
    decide(browser, first, "approve")
    page = open_page(browser, second)
    assert f"Phiếu số {first}, " in page.text
    assert "được tính" in page.text
    decide(browser, second, "approve")
    assert "không được tính, vì đã tính phiếu khác" in open_page(browser, second).text

    decide(browser, second, "prefer")
    assert "Phiếu này được tính" in open_page(browser, second).text
    assert "không được tính, vì đã tính phiếu khác" in open_page(browser, first).text


def test_only_an_approved_interview_can_be_preferred(signed_in, sent):
    submission_id = sent(0)
    refused = decide(signed_in(), submission_id, "prefer", status=409)

    assert "Hãy duyệt phiếu trước" in refused.text


def test_a_version_that_arrived_meanwhile_is_not_decided_unseen(signed_in, sent):
    original = new_id()
    submission_id = sent(0, instance_id=original)
    browser = signed_in()
    page = open_page(browser, submission_id)
    sent(0, fibre="0", deprecated_id=original)
    late = browser.post(page, f"/submissions/{submission_id}/decision", 409, decision="approve")

    assert "Vừa có bản mới hơn" in late.text
    assert answers(late)["Fibre"] == ["No"]
    assert db.session.scalars(select(ReviewDecision)).all() == []


@pytest.mark.parametrize("fields", [{"decision": "burn"}, {}, {"decision": "approve", "seen": "x"}])
def test_a_decision_that_is_none_changes_nothing(signed_in, sent, fields):
    submission_id = sent(0)
    browser = signed_in()
    page = open_page(browser, submission_id)
    sent_form = Form(page) | fields
    answer = browser.client.post(f"/submissions/{submission_id}/decision", data=sent_form)

    assert answer.status_code in {400, 409}
    assert state_of(submission_id) == ("received", None)


def Form(page):  # noqa: N802 - reads as what it gives
    return {i.get("name"): i.get("value") for i in page.tree.xpath("//aside//input")}


@pytest.mark.parametrize("role", ["auditor", "province_analyst"])
def test_who_may_only_read_cannot_decide(signed_in, sent, role):
    submission_id = sent(0)
    browser = signed_in(role, people.GIA_LAI)
    page = open_page(browser, submission_id)
    assert page.tree.xpath("//aside") == []

    csrf = page.tree.xpath("//input[@name='csrf']/@value")[0]
    answer = browser.client.post(
        f"/submissions/{submission_id}/decision",
        data={"csrf": csrf, "decision": "approve", "seen": submission_id},
    )
    assert answer.status_code == 403
    assert state_of(submission_id)[0] == "received"


def test_a_reviewer_of_another_commune_neither_sees_nor_decides(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in("commune_lead", people.PLEIKU)
    open_page(browser, submission_id, status=404)
    csrf = browser.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    answer = browser.client.post(
        f"/submissions/{submission_id}/decision",
        data={"csrf": csrf, "decision": "approve", "seen": submission_id},
    )

    assert answer.status_code == 404
    assert state_of(submission_id)[0] == "received"


def test_a_decision_without_the_pages_mark_is_refused(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in()
    answer = browser.client.post(
        f"/submissions/{submission_id}/decision",
        data={"decision": "approve", "seen": submission_id},
    )

    assert answer.status_code == 403
    assert state_of(submission_id)[0] == "received"


def test_approvals_by_the_rounds_rule_are_told_as_such(signed_in, survey, sent):
    with transaction():
        survey.round.review_policy = "approve-unflagged"
    page = open_page(signed_in(), sent(0))

    assert "theo quy định của đợt khảo sát" in page.text


def test_places_are_named_where_the_answer_is_a_code(signed_in, sent, survey):
    page = open_page(signed_in(), sent(0))

    assert survey.village.public_id in page.text
    assert "Làng Mook Đen, Xã Ia Dom" in page.text


def test_figures_follow_a_decision_within_the_next_sum(signed_in, sent, survey):
    submission_id = sent(0)
    decide(signed_in(), submission_id, "approve")
    pipeline.settle()

    assert survey.figure("FIBRE").n == 1


def test_an_encrypted_interview_says_so_and_shows_its_parts(signed_in, survey):
    xml = (
        '<data xmlns="http://www.opendatakit.org/xforms/encrypted" id="ho" version="1"'
        ' encrypted="yes"><meta><instanceID>uuid:e1</instanceID></meta>'
        "<media><file>nhà.jpg.enc</file></media>"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    )
    survey.send(xml.encode(), files=[UploadedFile("submission.xml.enc", store(b"x"))])
    submission_id = db.session.query(Submission.id).scalar()
    page = signed_in("administrator", people.GIA_LAI).get(f"/submissions/{submission_id}")
    assert "Điện thoại đã mã hóa phiếu này" in page.text
    assert "nhà.jpg.enc: chưa gửi đến" in page.text
    assert f"/submissions/files/{submission_id}/submission.xml.enc" in page.links()
    assert "Câu hỏi không có câu trả lời" not in page.text


def test_the_course_of_an_interview_by_the_phones_log(signed_in, survey):
    publish(survey.project, LOGGED)
    survey.send(logged_interview(), files=logged())
    submission_id = db.session.query(Submission.id).scalar()
    browser = signed_in("administrator", people.GIA_LAI)
    page = browser.get(f"/submissions/{submission_id}")
    assert "Diễn biến phỏng vấn: 0:08 trong mẫu phiếu" in page.text
    assert ["Owner", "0:08", "1", "1"] in page.rows()
    assert "13.98" not in page.html
    shown = browser.get(f"/submissions/{submission_id}?personal=yes")
    assert "13.98, 108.00 có thể là vị trí giả: độ chính xác 0" in shown.text


@pytest.mark.parametrize("household_first", [True, False])
def test_another_number_of_adults_than_the_households_is_told(
    signed_in, survey, sent, household_first
):
    """Whichever of the two interviews came first."""
    form = PERSON_FORM.replace("| person_key |", "| person_key | adults |").replace(
        "| pick_no    |\n| indicators", "| pick_no    | n15 |\n| indicators"
    )
    programme.publish(survey.project.id, FormSource("p.md", form.encode()), people.OPERATOR)
    browser, asked = signed_in(), survey.ids[0]
    household = sent(0, members=[(40, "2"), (39, "2")]) if household_first else None
    survey.send(person_xml(survey, asked, typed=3))
    person = db.session.scalars(select(Submission.id).order_by(Submission.id.desc())).first()
    household = household or sent(0, members=[(40, "2"), (39, "2")])
    assert "người lớn, phiếu này" not in open_page(browser, person).text  # nothing counts yet

    decide(browser, household, "approve")
    pipeline.settle()
    assert "ghi 2 người lớn, phiếu này ghi 3" in open_page(browser, person).text
    assert "người lớn, phiếu này" not in open_page(browser, household).text
