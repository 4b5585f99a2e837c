"""The trash on pages: thrown away with a reason, listed, brought back."""

from app.db import db
from app.submissions.models import Submission


def test_an_interview_goes_to_the_trash_and_comes_back(signed_in, sent):
    submission_id = sent(0)
    browser = signed_in()
    page = browser.get(f"/submissions/{submission_id}")
    browser.post(page, f"/submissions/{submission_id}/trash", 400, reason=" ")
    browser.post(page, f"/submissions/{submission_id}/trash", reason="hộ thử")
    browser.get(f"/submissions/{submission_id}", 404)
    listed = browser.get("/trash")
    assert "hộ thử" in listed.text
    back = browser.post(listed, f"/trash/{submission_id}/restore")
    browser.get(back.leads_to)
    assert db.session.get(Submission, submission_id) is not None
    assert "Thùng rác trống" in browser.get("/trash").text


def test_reviewers_cannot_throw_away(signed_in, sent):
    submission_id = sent(0)
    page = signed_in("commune_reviewer").get(f"/submissions/{submission_id}")
    assert "/trash" not in page.html
    signed_in("commune_reviewer").get("/trash", 403)
