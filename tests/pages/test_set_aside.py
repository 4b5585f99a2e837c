"""Interviews set aside: their reason, and one button to process them again."""

import pytest

from app import pipeline
from app.db import db, driver, transaction
from app.submissions.models import Submission

PAGE = "/set-aside"
REASON = "ValueError: <no such day>"


@pytest.fixture
def failed(survey):
    """One interview that failed five times."""
    survey.post(survey.instance(survey.ids[0]))
    with transaction():
        driver().execute(
            "update inbox set attempts = 5, last_error = %s, failed_at = now()", (REASON,)
        )


def test_one_button_processes_all_with_the_same_reason_again(signed_in, survey, failed):
    browser = signed_in("administrator")
    page = browser.get(PAGE)
    assert REASON in page.text
    assert "Xử lý lại tất cả" not in page.text  # there is one group only
    done = browser.post(page, f"{PAGE}/process-again")
    pipeline.settle()
    assert db.session.query(Submission.id).count() == 1
    after = browser.get(done.leads_to)
    assert "Đang xử lý lại: 1 phiếu" in after.text
    assert "Không có phiếu lỗi" in after.text


def test_it_is_the_administrators_business(signed_in, failed):
    signed_in("commune_lead").get(PAGE, 403)
