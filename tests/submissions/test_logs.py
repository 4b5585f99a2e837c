"""The phones' logs: read with the interview, or when they come later; kept raw in any case."""

import pytest

from app.db import db, driver
from app.errors import NotFound
from app.storage.blobs import store
from app.submissions.logs import log_of
from app.submissions.models import Instance
from app.submissions.personal import read_log_details
from app.submissions.upload import UploadedFile
from app.xforms.audit_log import QuestionTime
from tests import people
from tests.small_forms import publish
from tests.survey import new_id, start_survey

FORM = """
| survey |
| | type  | name  | label | parameters |
| | audit | audit |       | track-changes=true |
| | text  | owner | Owner |            |
| settings |
| | form_id | version |
| | logged  | 1       |
"""
LOG = (
    "event,node,start,end,latitude,longitude,accuracy,old-value,new-value\n"
    "form start,,1000,,,,,,\n"
    "question,/data/owner,1000,9000,13.98,108.00,0,Lan,Hưng\n"
).encode()


@pytest.fixture
def survey(app):
    survey = start_survey(policy="hold-all", households=1)
    publish(survey.project, FORM)
    return survey


def interview(deprecated: str = "") -> bytes:
    edit = f"<deprecatedID>{deprecated}</deprecatedID>" if deprecated else ""
    return (
        '<data id="logged" version="1"><owner>Hưng</owner><meta>'
        f"<instanceID>{new_id()}</instanceID>{edit}<audit>audit.csv</audit></meta></data>"
    ).encode()


def log(content: bytes = LOG) -> list[UploadedFile]:
    return [UploadedFile("audit.csv", store(content))]


def only_log():
    db.session.rollback()
    return log_of(db.session.query(Instance).one().id)


def test_it_is_read_with_the_interview(survey):
    survey.send(interview(), files=log())
    found = only_log()
    assert (found.seconds, found.openings) == (8.0, 1)
    assert found.questions == [QuestionTime("owner", 8.0, 1, 1)]


def test_one_that_comes_later_is_read_then(survey):
    xml = interview()
    survey.send(xml)
    assert only_log() is None
    survey.send(xml, files=log())
    assert only_log().seconds == 8.0
    survey.send(xml, files=log())
    assert only_log().seconds == 8.0


def test_nothing_personal_is_kept_apart_from_the_log(survey):
    survey.send(interview(), files=log())
    [(summary,)] = driver().execute("select summary::text from interview_logs").fetchall()
    assert not [text for text in ("Lan", "Hưng", "13.98") if text in summary]


def test_a_damaged_log_does_not_hold_up_the_interview(survey):
    survey.send(interview(), files=log(b"\0\xff" * 5000))
    assert only_log().questions == []


def test_a_form_without_a_log_is_not_asked_for_one(survey):
    survey.send(survey.instance(survey.ids[0]), files=log())
    assert only_log() is None


def test_places_and_answers_need_the_right_and_are_recorded(survey):
    survey.send(interview(), files=log())
    instance_pk = db.session.query(Instance.id).scalar()
    lead = people.actor("administrator", people.GIA_LAI, of=survey.project)
    [event] = [e for e in read_log_details(lead, instance_pk, instance_pk) if e.personal]
    assert (event.path, event.personal["old-value"]) == ("owner", "Lan")
    auditor = people.actor("auditor", people.GIA_LAI, of=survey.project)
    with pytest.raises(NotFound):
        read_log_details(auditor, instance_pk, instance_pk)
    db.session.flush()
    acts = driver().execute(
        "select actor, detail->>'file' from audit_events where action = 'personal.read'"
    )
    assert acts.fetchall() == [(lead.label, "audit.csv")]
