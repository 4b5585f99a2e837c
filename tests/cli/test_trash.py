"""`thonso trash`: thrown away, brought back, purged, proven."""

from app import pipeline
from app.db import db
from app.submissions.models import Submission
from tests.survey import start_survey


def test_the_way_of_an_interview_through_the_trash(thonso):
    survey = start_survey()
    survey.send(survey.instance(survey.ids[0]))
    number = db.session.query(Submission.id).scalar()
    db.session.rollback()
    assert thonso("trash list").output == "The trash is empty.\n"
    thonso(f"trash throw {number} --reason test")
    assert thonso("trash list").output.startswith(f"{number}\t")
    assert "back" in thonso(f"trash restore {number}").output
    thonso(f"trash throw {number} --reason test")
    assert "Purged: 0 interviews" in thonso("trash purge --reason 'thirty days'").output
    done = thonso(f"trash purge {number} --reason withdrew --law 'Law 91/2025'")
    assert "Purged: 1 interviews, 0 files" in done.output
    pipeline.settle()
    proofs = thonso("trash proofs")
    assert (proofs.exit_code, "withdrew (Law 91/2025)" in proofs.output) == (0, True)
    assert thonso(f"trash restore {number}").exit_code == 1
