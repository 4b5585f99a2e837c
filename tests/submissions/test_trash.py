"""The trash: out of every list and figure, back as it was, or purged with a proof."""

import uuid
from contextlib import suppress

import psycopg
import pytest

from app import pipeline
from app.accounts.actors import OPERATOR
from app.db import Base, db, driver, transaction
from app.errors import BadRequest, NotFound
from app.storage.blobs import blob_path, store
from app.submissions import purge, trash
from app.submissions.models import Submission
from app.submissions.queries import get_submission
from app.submissions.upload import UploadedFile
from tests import people
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    return start_survey()


class Sent:
    """One approved interview with a photo of its own."""

    def __init__(self, survey):
        self.survey = survey
        self.iid = f"uuid:{uuid.uuid4()}"
        self.xml = survey.instance(survey.ids[0], photo="nhà.jpg", instance_id=self.iid)
        self.blob = store(uuid.uuid4().bytes)
        self.files = [UploadedFile("nhà.jpg", self.blob)]
        survey.send(self.xml, files=self.files)
        self.id = db.session.query(Submission.id).scalar()
        db.session.rollback()

    def throw(self):
        with transaction():
            pipeline.throw_away(self.id, "a test household", OPERATOR)
        pipeline.settle()

    def purge(self):
        with transaction():
            proof = purge.purge(self.id, "withdrew", OPERATOR, law="Law 91/2025, Art. 14")
        with transaction():
            purge.remove_files()
        return proof


@pytest.fixture
def sent(survey):
    return Sent(survey)


def count(table):
    found = driver().execute(f"select count(*) from {table}").fetchone()[0]
    db.session.rollback()
    return found


def all_text():
    """Everything in the tables in which something of the interview stood."""
    tables = ("instances", "interviews", "interview_rows", "personal_answers", "observations",
              "instance_attachments", "parked_uploads", "blobs")  # fmt: skip
    rows = [driver().execute(f"select * from {table}").fetchall() for table in tables]
    db.session.rollback()
    return repr(rows)


def test_it_leaves_lists_and_figures_and_comes_back_as_it_was(sent, survey):
    row = "select to_jsonb(s) - 'changed_in' from submissions s"
    before = driver().execute(row).fetchall()
    assert survey.figure().n == 1
    sent.throw()
    assert (count("submissions"), survey.figure().n) == (0, 0)
    with pytest.raises(NotFound):
        get_submission(OPERATOR, sent.id)
    with transaction():
        pipeline.restore(sent.id, OPERATOR)
    pipeline.settle()
    assert driver().execute(row).fetchall() == before
    assert (survey.figure().n, trash.list_trash(OPERATOR)) == (1, [])


def test_it_needs_a_reason_and_the_right_at_its_place(sent, survey):
    with pytest.raises(BadRequest), transaction():
        pipeline.throw_away(sent.id, "  ", OPERATOR)
    elsewhere = people.actor("commune_lead", people.PLEIKU, of=survey.project, username="far")
    reviewer = people.actor("commune_reviewer", people.IA_DOM, of=survey.project)
    for actor in (elsewhere, reviewer):
        with pytest.raises(NotFound), transaction():
            pipeline.throw_away(sent.id, "no", actor)
    sent.throw()
    assert trash.list_trash(elsewhere) == []
    with pytest.raises(NotFound), transaction():
        pipeline.restore(sent.id, elsewhere)


def test_a_repeat_or_a_second_reading_leaves_it_there_and_a_newer_version_takes_it_out(
    sent, survey
):
    sent.throw()
    assert survey.send(sent.xml, files=sent.files).case == "repeat"
    with transaction():
        driver().execute("insert into inbox (instance_pk) values (%s)", (sent.id,))
    pipeline.settle()
    assert (count("submissions"), len(trash.list_trash(OPERATOR))) == (0, 1)
    survey.send(survey.instance(survey.ids[0], deprecated_id=sent.iid))
    assert (count("submissions"), trash.list_trash(OPERATOR)) == (1, [])
    with pytest.raises(NotFound), transaction():
        purge.purge(sent.id, "too late", OPERATOR)


def test_purged_nothing_is_left_but_the_proof_and_nothing_comes_back(sent, survey):
    with pytest.raises(NotFound), transaction():
        purge.purge(sent.id, "not thrown away", OPERATOR)
    sent.throw()
    proof = sent.purge()
    said = all_text()
    assert survey.ids[0] not in said
    assert "nhà.jpg" not in said
    assert not blob_path(sent.blob.sha256).exists()
    [(found, fits)] = list(purge.proofs())
    assert (found["proof"], fits, found["reason"]) == (proof, True, "withdrew")
    assert found["contents"]["instances"][0]["files"] == [sent.blob.sha256.hex()]
    db.session.rollback()
    # The phone sends it again: it has arrived, and stays gone.
    assert survey.send(sent.xml).case == "repeat"
    assert survey.send(sent.xml, files=sent.files).case == "repeat"
    assert (count("submissions"), count("instance_attachments"), survey.figure().n) == (0, 0, 0)
    assert survey.ids[0] not in all_text()


def test_a_photo_that_another_interview_has_too_stays(sent, survey):
    other = survey.instance(survey.ids[1], photo="nhà.jpg")
    survey.send(other, files=sent.files)
    sent.throw()
    sent.purge()
    assert blob_path(sent.blob.sha256).exists()


def test_a_photo_that_came_anew_after_the_purge_stays(sent, survey):
    sent.throw()
    with transaction():
        purge.purge(sent.id, "withdrew", OPERATOR)
    data = blob_path(sent.blob.sha256).read_bytes()
    assert store(data).sha256 == sent.blob.sha256  # its row is not there yet
    with transaction():
        assert purge.remove_files() == 0
    assert blob_path(sent.blob.sha256).read_bytes() == data


def test_a_proof_that_was_changed_shows(survey):
    for number in (0, 1):
        survey.send(survey.instance(survey.ids[number]))
    ids = [row[0] for row in db.session.query(Submission.id).order_by(Submission.id)]
    db.session.rollback()
    for submission_id in ids:
        with transaction():
            pipeline.throw_away(submission_id, "test", OPERATOR)
        with transaction():
            purge.purge(submission_id, "test", OPERATOR)
    assert [fits for _, fits in purge.proofs()] == [True, True]
    db.session.rollback()
    with transaction():
        driver().execute("update purges set reason = 'another' where submission_id = %s", ids[:1])
    assert [fits for _, fits in purge.proofs()] == [False, True]


def test_only_what_lay_long_enough_is_due(sent, survey):
    sent.throw()
    assert purge.due(survey.project.id) == []
    assert purge.due(survey.project.id, days=0) == [sent.id]
    with transaction():
        driver().execute("update trashed_submissions set trashed_at = now() - interval '31 days'")
    assert purge.due(survey.project.id) == [sent.id]


# What may go with what it belongs to: parts of drafts, of samples, of files with figures, and names
# of households.
GOING_ALONG = {"form_drafts", "draft_submissions", "samples", "households", "figure_files"}
KEPT = ("instances", "submissions", "interviews", "review_decisions")


def test_nothing_goes_away_with_a_form_or_a_person():
    keys = [key for table in Base.metadata.tables.values() for key in table.foreign_keys]
    assert {key.column.table.name for key in keys if key.ondelete} <= GOING_ALONG


@pytest.mark.parametrize("table", ["forms", "form_versions", "app_users", "users", "projects"])
def test_what_interviews_name_cannot_take_them_along(sent, survey, table):
    with transaction():
        reviewer = people.actor("commune_reviewer", people.IA_DOM, of=survey.project)
    with transaction():
        pipeline.decide(sent.id, "rejected", "why", reviewer)
    before = [count(name) for name in KEPT]
    with suppress(psycopg.errors.ForeignKeyViolation), transaction():
        driver().execute(f"delete from {table}")
    assert [count(name) for name in KEPT] == before
