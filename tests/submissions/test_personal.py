"""Personal answers: who may read them, and that every read is on record."""

import pytest
from sqlalchemy import select

from app.audit import AuditEvent
from app.db import db, transaction
from app.errors import NotFound
from app.storage.blobs import store
from app.submissions.models import Submission
from app.submissions.personal import get_file, read_personal
from app.submissions.upload import UploadedFile
from tests import people
from tests.survey import start_survey

PICTURE = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=2)


@pytest.fixture
def submission(survey):
    xml = survey.instance(survey.ids[0], members=[(40, "2"), (9, "0")], photo="nhà.jpg")
    files = [UploadedFile("nhà.jpg", store(PICTURE)), UploadedFile("audit.csv", store(b"event,"))]
    survey.send(xml, files=files)
    return db.session.scalars(select(Submission)).one()


def lead(survey, place=people.IA_DOM, role="commune_lead"):
    with transaction():
        return people.actor(role, place, of=survey.project)


def reads():
    """The recorded reads of personal data: who, of what, and its detail."""
    found = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "personal.read"))
    return [(event.actor, event.subject, event.detail) for event in found]


def test_answers_come_back_by_row_and_the_reader_is_on_record(survey, submission):
    reader = lead(survey)
    personal = read_personal(reader, submission.id, submission.current_pk)

    assert personal.rows == {("main/m", "1"): {"m_label": "Người 1"},
                             ("main/m", "2"): {"m_label": "Người 2"}}  # fmt: skip
    assert reads() == [
        (reader.label, f"submission:{submission.id}", {"instance": submission.current_pk})
    ]


@pytest.mark.parametrize(
    ("place", "role"),
    [
        (people.IA_DOM, "commune_reviewer"),
        (people.IA_DOM, "auditor"),
        (people.GIA_LAI, "province_analyst"),
        (people.PLEIKU, "commune_lead"),
    ],
)
def test_others_read_nothing_and_nothing_is_recorded(survey, submission, place, role):
    with pytest.raises(NotFound):
        read_personal(lead(survey, place, role), submission.id, submission.current_pk)
    assert reads() == []


def test_an_instance_of_another_submission_is_not_read_along(survey, submission):
    survey.send(survey.instance(survey.ids[1]))
    other = db.session.scalars(select(Submission).where(Submission.id != submission.id)).one()
    personal = read_personal(lead(survey), submission.id, other.current_pk)

    assert (personal.top, personal.rows) == ({}, {})


def test_a_file_that_the_form_asks_for_is_open_to_every_reader(survey, submission):
    found = get_file(lead(survey, role="commune_reviewer"), submission.current_pk, "nhà.jpg")

    assert found.size == len(PICTURE)
    assert reads() == []


def test_the_log_of_the_phone_and_files_nobody_asked_for_are_personal(survey, submission):
    with pytest.raises(NotFound):
        get_file(lead(survey, role="commune_reviewer"), submission.current_pk, "audit.csv")
    assert get_file(lead(survey), submission.current_pk, "audit.csv").size == 6
    assert [detail for _, _, detail in reads()] == [{"file": "audit.csv"}]


@pytest.mark.parametrize("name", ["nix.jpg", "", "../nhà.jpg", "NHÀ.JPG"])
def test_a_file_that_is_not_there_is_not_found(survey, submission, name):
    with pytest.raises(NotFound):
        get_file(lead(survey), submission.current_pk, name)


def test_a_file_is_not_found_elsewhere(survey, submission):
    with pytest.raises(NotFound):
        get_file(lead(survey, people.PLEIKU), submission.current_pk, "nhà.jpg")
    with pytest.raises(NotFound):
        get_file(lead(survey), submission.current_pk + 1000, "nhà.jpg")
