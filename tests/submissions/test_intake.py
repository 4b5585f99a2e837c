"""Every named case of intake: what the phone is told, and what is in the books afterwards."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.accounts.app_users import hash_token, revoke_app_user
from app.db import db, driver, transaction
from app.errors import BadRequest
from app.forms.models import Form
from app.storage.blobs import store
from app.submissions import parked as parked_module
from app.submissions.intake import receive
from app.submissions.models import Instance, ParkedUpload
from app.submissions.settling import list_parked, settle
from app.submissions.upload import UnknownSender, Upload, UploadedFile
from tests.survey import Survey, household_form, new_id, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey(policy="hold-all")


def count(table: str) -> int:
    db.session.rollback()
    return driver().execute(f"select count(*) from {table}").fetchone()[0]


def parked() -> list[ParkedUpload]:
    db.session.rollback()
    return list_parked(OPERATOR, db.session.query(ParkedUpload.project_id).first()[0])


def test_a_new_interview_is_in_the_ledger_before_it_is_acknowledged(survey):
    receipt = survey.post(survey.instance(survey.ids[0]))
    assert (receipt.case, count("instances"), count("inbox")) == ("new", 1, 1)


def test_the_bytes_are_kept_as_they_came(survey):
    xml = survey.instance(survey.ids[0]) + b"\n<!-- h\xe1\xbb\x99 -->"
    survey.send(xml)
    assert db.session.query(Instance).one().xml == xml


def test_the_same_bytes_again_are_a_repeat(survey):
    xml = survey.instance(survey.ids[0])
    assert [survey.send(xml).case for _ in range(3)] == ["new", "repeat", "repeat"]
    assert (count("instances"), count("submissions")) == (1, 1)


def test_twenty_at_once_give_one_record_and_twenty_acknowledgements(app, survey):
    xml, token = survey.instance(survey.ids[0]), hash_token(survey.token)
    project_id = survey.project.id

    def send(_: int) -> str:
        with app.app_context():
            return receive(Upload(xml), project_id=project_id, token_hash=token).case

    with ThreadPoolExecutor(20) as pool:
        cases = sorted(pool.map(send, range(20)))
    assert cases == ["new", *["repeat"] * 19]
    assert (count("instances"), count("inbox")) == (1, 1)


def test_files_may_come_with_several_posts(survey):
    xml = survey.instance(survey.ids[0], photo="nhà 1.jpg")
    survey.send(xml)
    missing = driver().execute("select name, expected, blob_sha256 from instance_attachments")
    assert missing.fetchall() == [("nhà 1.jpg", True, None)]
    survey.send(xml, files=[UploadedFile("nhà 1.jpg", store(b"JPEG"))])
    survey.send(xml, files=[UploadedFile("nhà 1.jpg", store(b"OTHER"))])
    found = driver().execute("select blob_sha256 from instance_attachments").fetchall()
    assert found == [(hashlib.sha256(b"JPEG").digest(),)]


def test_a_file_that_nobody_expects_is_kept(survey):
    survey.send(survey.instance(survey.ids[0]), files=[UploadedFile("extra", store(b"x"))])
    assert driver().execute("select name, expected from instance_attachments").fetchall() == [
        ("extra", False)
    ]


def test_an_unknown_or_revoked_token_is_refused(survey):
    xml = survey.instance(survey.ids[0])
    with pytest.raises(UnknownSender):
        receive(Upload(xml), project_id=survey.project.id, token_hash=hash_token("guess"))
    with pytest.raises(UnknownSender):
        receive(Upload(xml), project_id=survey.project.id + 1, token_hash=hash_token(survey.token))
    with transaction():
        revoke_app_user(db.session.merge(survey.phone))
    with pytest.raises(UnknownSender):
        survey.send(xml)
    assert count("instances") == 0


def test_a_document_type_definition_is_refused(survey):
    bomb = b'<!DOCTYPE d [<!ENTITY a "b">]>' + survey.instance(survey.ids[0])
    with pytest.raises(BadRequest):
        survey.send(bomb)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda xml: xml[:-20], "unreadable"),
        (lambda xml: b"\x00\xff" * 500, "unreadable"),
        (lambda xml: xml.replace(b"orx:instanceID", b"orx:other"), "no-instance-id"),
        (lambda xml: xml.replace(b'id="ho"', b'id="ha"'), "form-unknown"),
        (lambda xml: xml.replace(b'version="1"', b'version="9"'), "version-unknown"),
        (lambda xml: xml.replace(b' version="1"', b""), "version-unknown"),
    ],
)
def test_what_cannot_be_filed_is_parked_whole(survey, change, reason):
    xml = change(survey.instance(survey.ids[0]))
    photo = UploadedFile("a.jpg", store(b"JPEG"))
    assert [survey.send(xml, files=[photo]).case for _ in range(2)] == ["parked", "parked"]
    [upload] = parked()
    assert (upload.reason, upload.xml, upload.times) == (reason, xml, 2)
    assert count("parked_attachments") == 1
    assert count("instances") == 0


def test_other_bytes_under_the_same_id_are_parked(survey):
    same = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=same))
    receipt = survey.send(survey.instance(survey.ids[1], instance_id=same))
    assert (receipt.case, receipt.reason) == ("parked", "same-id")
    assert count("instances") == 1


def test_a_closed_form_parks_and_a_closing_one_accepts(survey):
    form = db.session.query(Form).one()
    for state, case in (("closing", "new"), ("closed", "parked")):
        with transaction():
            db.session.merge(form).state = state
        assert survey.send(survey.instance(survey.ids[0])).case == case
    assert parked()[0].reason == "form-closed"


def test_an_old_version_is_accepted_for_ever(survey):
    programme.publish(survey.project.id, household_form("2"), OPERATOR)
    assert survey.send(survey.instance(survey.ids[0], version="1")).case == "new"
    assert survey.send(survey.instance(survey.ids[1], version="2")).case == "new"


def test_edits_chain_and_may_be_repeated(survey):
    first, second, third = new_id(), new_id(), new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    edit = survey.instance(survey.ids[0], instance_id=second, deprecated_id=first)
    assert survey.send(edit).case == "edit"
    last = survey.instance(survey.ids[0], instance_id=third, deprecated_id=second)
    assert survey.send(last).case == "edit"
    assert survey.send(edit).case == "repeat"
    assert count("submissions") == 1
    roots = {i.root_id or i.id for i in db.session.query(Instance)}
    assert len(roots) == 1


def test_an_edit_of_an_outdated_version_is_parked(survey):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    assert survey.send(survey.instance(survey.ids[0], deprecated_id=first)).case == "edit"
    again = survey.send(survey.instance(survey.ids[0], deprecated_id=first))
    assert again.reason == "edit-outdated"


def test_an_edit_before_its_original_files_itself(survey):
    first, second = new_id(), new_id()
    chain = [
        survey.instance(survey.ids[0], instance_id=first),
        survey.instance(survey.ids[0], instance_id=second, deprecated_id=first),
        survey.instance(survey.ids[0], deprecated_id=second),
    ]
    cases = [survey.send(xml).case for xml in reversed(chain)]
    assert cases == ["parked", "parked", "new"]
    assert parked() == []
    assert (count("instances"), count("submissions"), count("inbox")) == (3, 1, 0)


def test_an_edit_whose_original_comes_while_it_is_parked_files_itself(survey, monkeypatch):
    first, real = new_id(), parked_module._is_here
    original = survey.instance(survey.ids[0], instance_id=first)

    def looked_too_early(*asked) -> bool:
        found = real(*asked)
        survey.send(original)
        return found

    monkeypatch.setattr(parked_module, "_is_here", looked_too_early)
    assert survey.send(survey.instance(survey.ids[0], deprecated_id=first)).case == "parked"
    assert parked() == []
    assert (count("instances"), count("submissions"), count("inbox")) == (2, 1, 0)


def test_an_edit_takes_over_the_files_it_does_not_send_again(survey):
    first = new_id()
    xml = survey.instance(survey.ids[0], instance_id=first, photo="a.jpg")
    survey.send(xml, files=[UploadedFile("a.jpg", store(b"JPEG"))])
    survey.send(survey.instance(survey.ids[0], deprecated_id=first, photo="a.jpg"))
    rows = driver().execute("select blob_sha256 is not null from instance_attachments").fetchall()
    assert rows == [(True,), (True,)]


def test_a_parked_upload_is_admitted_once_its_version_is_published(survey):
    survey.send(survey.instance(survey.ids[0], version="2"))
    [upload] = parked()
    programme.publish(survey.project.id, household_form("2"), OPERATOR)
    with transaction():
        settle(upload.id, "admit", OPERATOR)
    pipeline.settle()
    assert (parked(), count("submissions")) == ([], 1)


def test_a_discarded_upload_stays_out_and_is_kept(survey):
    survey.send(survey.instance(survey.ids[0], version="2"))
    with transaction():
        settle(parked()[0].id, "discard", OPERATOR, reason="a test")
    assert (parked(), count("parked_uploads")) == ([], 1)
