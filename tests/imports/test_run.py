"""Interviews from a stick go the way of a phone's, may be brought twice, stopped and resumed."""

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from app import ledger, pipeline
from app.accounts.actors import OPERATOR
from app.accounts.app_users import revoke_app_user
from app.audit import AuditEvent
from app.db import db, driver, transaction
from app.errors import BadRequest, NotAllowed, NotReady
from app.imports import bring, queries, run
from app.imports.models import Import, ImportItem
from app.storage.blobs import blob_path, store
from app.submissions.models import Instance, ParkedUpload
from app.submissions.upload import UploadedFile
from tests import people
from tests.imports.test_find import lay, zipped
from tests.small_forms import publish
from tests.survey import Survey, new_id, start_survey

WITH_TIMES = """
| survey |
| | type     | name  | label | pii |
| | end      | end   |       |     |
| | username | who   |       |     |
| | text     | owner | Owner |     |
| settings |
| | form_id | version |
| | times   | 1       |
"""


@pytest.fixture
def survey(app) -> Survey:
    return start_survey(policy="hold-all", households=4)


def stick(survey: Survey) -> dict[str, bytes]:
    """Three finished interviews, one with a photo that is there, one that is damaged."""
    files = {}
    for number, household in enumerate(survey.ids[:3]):
        name = f"Hộ_{number}"
        files[f"instances/{name}/{name}.xml"] = survey.instance(household, photo="nhà.jpg")
    files["instances/Hộ_1/nhà.jpg"] = b"JPEG"
    files["instances/cut/cut.xml"] = survey.instance(survey.ids[3])[:-9]
    return files


def bring_all(path: Path, survey: Survey, **options) -> Counter:
    with transaction():
        import_id = run.begin(survey.project.id, path.name, OPERATOR, **options).id
    seen: list[bring.Outcome] = []
    run.bring_folder(import_id, path, lambda _: seen.append)
    pipeline.settle()
    return Counter(outcome.case for outcome in seen)


def count(table: str) -> int:
    db.session.rollback()
    return driver().execute(f"select count(*) from {table}").fetchone()[0]


def test_a_stick_is_taken_in_and_may_come_again(survey, tmp_path):
    path = lay(tmp_path, stick(survey))
    assert bring_all(path, survey) == {"new": 3, "skipped": 1}
    assert bring_all(path, survey) == {"repeat": 3, "skipped": 1}
    assert count("submissions") == 3
    found = driver().execute("select name, blob_sha256 is null from instance_attachments")
    assert sorted(found.fetchall()) == [("nhà.jpg", False), ("nhà.jpg", True), ("nhà.jpg", True)]


def test_the_bytes_are_kept_as_they_lay_there(survey, tmp_path):
    files = stick(survey)
    bring_all(zipped(tmp_path / "x.zip", files), survey)
    db.session.rollback()
    kept = {instance.xml for instance in db.session.query(Instance)}
    assert kept == {files[f"instances/Hộ_{n}/Hộ_{n}.xml"] for n in range(3)}


def test_the_phone_and_the_stick_may_bring_the_same(survey, tmp_path):
    files = stick(survey)
    survey.send(files["instances/Hộ_1/Hộ_1.xml"], files=[UploadedFile("nhà.jpg", store(b"JPEG"))])
    assert bring_all(lay(tmp_path, files), survey)["repeat"] == 1
    assert survey.send(files["instances/Hộ_0/Hộ_0.xml"]).case == "repeat"


def test_edits_and_what_cannot_be_filed_go_their_usual_ways(survey, tmp_path):
    first = new_id()
    original = survey.instance(survey.ids[0], instance_id=first)
    edit = survey.instance(survey.ids[0], deprecated_id=first)
    files = {
        "a_edit/a_edit.xml": edit,  # before its original: it waits, then files itself
        "b/b.xml": original,
        "c/c.xml": survey.instance(survey.ids[1], version="99"),
    }
    assert bring_all(lay(tmp_path, files), survey) == {"parked": 2, "new": 1}
    assert count("submissions") == 1
    assert count("instances") == 2
    waiting = db.session.query(ParkedUpload).filter_by(settled_at=None).one()
    assert (waiting.reason, waiting.app_user_id) == ("version-unknown", None)


def test_an_interview_that_has_not_ended_is_not_finished(survey, tmp_path):
    publish(survey.project, WITH_TIMES)

    def xml(end: str, who: str = "") -> bytes:
        return (
            f'<data id="times" version="1"><end>{end}</end><who>{who}</who><owner/>'
            f"<meta><instanceID>{new_id()}</instanceID></meta></data>"
        ).encode()

    files = {"a/a.xml": xml(""), "b/b.xml": xml("2026-11-01T10:00:00.000+07:00", "dtv01")}
    assert bring_all(lay(tmp_path, files), survey) == {"new": 1, "skipped": 1}
    db.session.rollback()
    assert db.session.query(Instance).one().app_user_id == survey.phone.id
    reasons = [item.reason for item in db.session.query(ImportItem).order_by("position")]
    assert reasons == ["unfinished", None]


def test_a_lost_and_revoked_phone_still_has_its_interviews(survey, tmp_path):
    with transaction():
        revoke_app_user(db.session.merge(survey.phone))
    path = lay(tmp_path, stick(survey))
    assert bring_all(path, survey, app_user_id=survey.phone.id)["new"] == 3
    db.session.rollback()
    assert {i.app_user_id for i in db.session.query(Instance)} == {survey.phone.id}


def test_the_surveyor_must_be_of_the_project(survey):
    with transaction(), pytest.raises(BadRequest):
        run.begin(survey.project.id, "x", OPERATOR, app_user_id=999_999)


def test_who_imported_what_is_on_record(survey, tmp_path):
    bring_all(lay(tmp_path, stick(survey)), survey)
    db.session.rollback()
    acts = db.session.query(AuditEvent).filter(AuditEvent.action.like("import.%")).order_by("id")
    assert [(act.actor, act.action) for act in acts] == [
        ("operator", "import.started"),
        ("operator", "import.finished"),
    ]
    assert acts[1].detail == {"new": 3, "skipped": 1}


def test_a_full_disk_stops_it_and_the_next_run_goes_on(survey, tmp_path, monkeypatch):
    path = lay(tmp_path, stick(survey))
    real, calls = bring.receive_brought, []

    def full(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise NotReady
        return real(*args, **kwargs)

    monkeypatch.setattr(bring, "receive_brought", full)
    with pytest.raises(NotReady):
        bring_all(path, survey)
    db.session.rollback()
    assert db.session.query(Import).one().state == "stopped"
    assert bring_all(path, survey) == {"repeat": 1, "new": 2, "skipped": 1}


def test_one_folder_that_nobody_thought_of_holds_up_no_other(survey, tmp_path, monkeypatch):
    real = bring.parse_instance

    def break_one(xml):
        if survey.ids[1].encode() in xml:
            raise ZeroDivisionError
        return real(xml)

    monkeypatch.setattr(bring, "parse_instance", break_one)
    assert bring_all(lay(tmp_path, stick(survey)), survey) == {"new": 2, "skipped": 2}


def hand_in(survey: Survey, path: Path, actor=OPERATOR) -> int:
    with path.open("rb") as stream:
        blob = store(stream)
    with transaction():
        return run.begin(survey.project.id, path.name, actor, zipped=blob).id


def test_workers_take_a_zip_in_and_drop_it(survey, tmp_path):
    import_id = hand_in(survey, zipped(tmp_path / "x.zip", stick(survey)))
    sha256 = db.session.get(Import, import_id).zip_sha256
    with transaction():
        assert ledger.is_owed(driver())
    pipeline.settle()
    db.session.rollback()
    done = db.session.get(Import, import_id)
    assert (done.state, done.done, done.total) == ("finished", 4, 4)
    assert not blob_path(sha256).exists()
    run.carry_on()
    assert run._items.cache_info().currsize == 0
    assert queries.count_outcomes(import_id) == {"new": 3, "skipped": 1}
    assert count("submissions") == 3


def test_it_is_stopped_and_goes_on_where_it_was(survey, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "SLICE", -1)  # one folder at a time
    import_id = hand_in(survey, zipped(tmp_path / "x.zip", stick(survey)))
    run.carry_on()
    with transaction():
        queries.stop(import_id, OPERATOR)
    run.carry_on()
    db.session.rollback()
    assert db.session.get(Import, import_id).done == 1
    with transaction():
        assert not ledger.owed(driver()).imports
        queries.resume(import_id, OPERATOR)
    pipeline.settle()
    db.session.rollback()
    assert queries.count_outcomes(import_id) == {"new": 3, "skipped": 1}


def test_what_is_no_zip_fails_and_says_why(survey, tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"no zip")
    import_id = hand_in(survey, path)
    pipeline.settle()
    db.session.rollback()
    failed = db.session.get(Import, import_id)
    assert failed.state == "failed"
    assert "zip" in failed.problem


def test_a_damaged_file_leaves_the_interview_waiting_for_it(survey, tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/a.xml", survey.instance(survey.ids[0], photo="nhà.jpg"))
        archive.writestr("a/nhà.jpg", b"JPEG" * 1000)
    path.write_bytes(path.read_bytes().replace(b"JPEGJPEG", b"JPAGJPEG", 1))
    assert bring_all(path, survey) == {"new": 1}
    files = driver().execute("select name, expected, blob_sha256 from instance_attachments")
    assert files.fetchall() == [("nhà.jpg", True, None)]


def test_only_who_may_import_does(survey):
    with transaction():
        reviewer = people.actor("commune_reviewer", of=survey.project)
    with transaction(), pytest.raises(NotAllowed):
        run.begin(survey.project.id, "x", reviewer)
