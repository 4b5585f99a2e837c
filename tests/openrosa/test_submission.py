"""A submission's POST: every shape that phones send is taken, and what is not whole is refused."""

import hashlib
import os
from io import BytesIO

import psycopg
import pytest
from sqlalchemy import select

from app.accounts.app_users import revoke_app_user
from app.db import db, transaction
from app.openrosa import uploads
from app.storage.blobs import blob_path
from app.submissions.models import Instance, InstanceAttachment, ParkedAttachment, ParkedUpload
from tests import people
from tests.openrosa.conftest import BOUNDARY, CONTENT_TYPE, message, multipart, xml_part
from tests.small_forms import publish

SUCCESS = "full submission upload was successful!"
PHOTO = ("photo.jpg", "photo.jpg", b"\xff\xd8photo", "image/jpeg")
INCOMPLETE = ("*isIncomplete*", None, b"yes", None)


def instances():
    db.session.rollback()
    return list(db.session.scalars(select(Instance).order_by(Instance.id)))


def files_of(instance):
    rows = db.session.scalars(
        select(InstanceAttachment).where(
            InstanceAttachment.instance_pk == instance.id,
            InstanceAttachment.blob_sha256.is_not(None),
        )
    )
    return {row.name: blob_path(row.blob_sha256).read_bytes() for row in rows}


def parked():
    db.session.rollback()
    return list(db.session.scalars(select(ParkedUpload)))


def test_an_interview_is_stored_byte_for_byte(phone, interview):
    xml = interview()

    answer = phone.send(xml_part(xml))

    assert answer.status_code == 201
    assert message(answer) == SUCCESS
    (stored,) = instances()
    assert stored.xml == xml
    assert (stored.app_user_id, stored.device_id) == (phone.app_user.id, "collect:ab12")


def test_the_same_again_is_success_and_nothing_new(phone, interview):
    xml = interview()

    answers = [phone.send(xml_part(xml)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert len(instances()) == 1


@pytest.mark.parametrize(
    "part",
    [
        ("xml_submission_file", "a.xml", "text/xml"),
        ("xml_submission_file", "a.xml", "application/xml"),
        ("xml_submission_file", "a.xml", None),
        ("xml_submission_file", None, "text/xml; charset=utf-8"),
        ("xml_submission_file", None, None),
    ],
)
def test_the_xml_may_come_with_or_without_name_and_type(phone, interview, part):
    name, filename, kind = part

    answer = phone.send((name, filename, interview(), kind))

    assert answer.status_code == 201


def test_a_long_interview_without_a_file_name_is_taken(phone, interview):
    xml = interview(owner="x" * 600_000)

    assert phone.send(("xml_submission_file", None, xml, None)).status_code == 201
    assert instances()[0].xml == xml


def test_files_come_in_several_posts(phone, interview):
    xml = xml_part(interview(photo="photo.jpg"))
    sound = ("sound.amr", "sound.amr", b"amr", "audio/amr")

    first = phone.send(xml, PHOTO, INCOMPLETE)
    last = phone.send(xml, sound)

    assert (first.status_code, last.status_code) == (201, 201)
    (stored,) = instances()
    assert files_of(stored) == {"photo.jpg": b"\xff\xd8photo", "sound.amr": b"amr"}


@pytest.mark.parametrize(
    "name",
    [
        "ảnh hiện trường.jpg",
        "a\u0309nh.jpg",  # decomposed
        'ảnh "1".jpg',
        "two\r\nlines.jpg",
        "100%25.jpg",
        "../../etc/passwd",
        "con",
        ".hidden",
        "back\\slash.jpg",
        "semi;colon=\u2028.jpg",
        "x" * 255,
        "không đuôi",
    ],
)
def test_the_name_of_a_file_is_kept_to_the_byte(phone, interview, blobs, name):
    answer = phone.send(xml_part(interview()), (name, name, b"bytes", "image/jpeg"))

    assert answer.status_code == 201
    assert files_of(instances()[0]) == {name: b"bytes"}
    for path in blobs.rglob("*"):  # on the disk, only the hash is a name
        assert path.is_dir() or path.name == hashlib.sha256(b"bytes").hexdigest()


def test_a_part_without_a_file_name_is_called_by_its_own(phone, interview):
    phone.send(xml_part(interview()), ("audit.csv", None, b"event", None))

    assert files_of(instances()[0]) == {"audit.csv": b"event"}


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "audio/amr", "x", "text/xml"])
def test_a_file_may_be_of_any_type(phone, interview, kind):
    answer = phone.send(xml_part(interview()), ("a.tệp", "a.tệp", b"bytes", kind))

    assert answer.status_code == 201
    assert files_of(instances()[0]) == {"a.tệp": b"bytes"}


def test_an_empty_file_is_a_file(phone, interview):
    phone.send(xml_part(interview()), ("empty.jpg", "empty.jpg", b"", "image/jpeg"))

    assert files_of(instances()[0]) == {"empty.jpg": b""}


def test_a_hundred_files_come_at_once(phone, interview):
    files = [(f"{n}.jpg", f"{n}.jpg", b"%d" % n, "image/jpeg") for n in range(101)]

    assert phone.send(xml_part(interview()), *files, INCOMPLETE).status_code == 201
    assert len(files_of(instances()[0])) == 101


def test_a_large_file_goes_to_the_disk_in_pieces(phone, interview):
    video = os.urandom(3_000_000) + b"\r\n--" + BOUNDARY.encode()[:-3]

    assert phone.send(xml_part(interview()), ("v.mp4", "v.mp4", video, None)).status_code == 201
    assert files_of(instances()[0]) == {"v.mp4": video}


def assert_refused(answer, status, blobs):
    assert answer.status_code == status
    assert message(answer)
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert instances() == []
    assert parked() == []
    assert [path for path in blobs.rglob("*") if path.is_file()] == []


WHOLE = multipart(xml_part(b"<data/>"), PHOTO)


@pytest.mark.parametrize("length", [0, 1, 30, 100, 180, 250, 330, -3, -4, -5, -30])
def test_a_body_cut_off_anywhere_is_refused(phone, interview, blobs, length):
    body = multipart(xml_part(interview()), PHOTO)

    answer = phone.post(body[:length], CONTENT_TYPE)

    assert_refused(answer, 400, blobs)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (WHOLE, "multipart/form-data"),
        (WHOLE, "multipart/form-data; boundary="),
        (WHOLE, "multipart/form-data; boundary=other"),
        (WHOLE, "multipart/mixed; boundary=" + BOUNDARY),
        (WHOLE, "text/xml"),
        (WHOLE, ""),
        (b"<data/>", "text/xml"),
        (b"", CONTENT_TYPE),
        (b"--" + BOUNDARY.encode() + b"--\r\n", CONTENT_TYPE),
        (b"\xff" * 10_000, CONTENT_TYPE),
        (WHOLE.replace(b"Content-Disposition", b"Content Disposition"), CONTENT_TYPE),
        (WHOLE.replace(b"form-data;", b"attachment;"), CONTENT_TYPE),
        (WHOLE.replace("ế".encode(), b"\xff"), CONTENT_TYPE),
        (WHOLE.replace(b"photo.jpg", b"pho\0to.jpg"), CONTENT_TYPE),
        (WHOLE.replace(b'name="photo.jpg"', b'name=""'), CONTENT_TYPE),
    ],
)
def test_what_is_no_upload_is_refused(phone, blobs, body, content_type):
    assert_refused(phone.post(body, content_type), 400, blobs)


@pytest.mark.parametrize(
    "parts",
    [
        (PHOTO,),
        (xml_part(b""),),
        (xml_part(b"<data/>"), xml_part(b"<data/>")),
        (xml_part(b"<data/>"), PHOTO, PHOTO),
        (("xml_submission", "a.xml", b"<data/>", "text/xml"),),
    ],
)
def test_an_upload_without_its_one_interview_is_refused(phone, blobs, parts):
    assert_refused(phone.send(*parts), 400, blobs)


@pytest.mark.parametrize(
    "dtd",
    [
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE d SYSTEM "http://127.0.0.1/x.dtd">',
        b"<!DOCTYPE d>",
    ],
)
def test_a_document_type_is_refused(phone, interview, blobs, dtd):
    assert_refused(phone.send(xml_part(dtd + interview())), 400, blobs)


def test_too_much_is_refused(phone, interview, blobs, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_INSTANCE", 1000)
    assert_refused(phone.send(xml_part(interview(owner="x" * 2000))), 413, blobs)

    monkeypatch.setattr(uploads, "LARGEST_BODY", 100_000)
    large = ("v.mp4", "v.mp4", b"x" * 200_000, None)
    assert_refused(phone.send(xml_part(b"<data/>"), large), 413, blobs)


def test_too_much_of_unknown_length_is_refused(phone, blobs, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_BODY", 100_000)
    body = multipart(xml_part(b"<data/>"), ("v.mp4", "v.mp4", b"x" * 200_000, None))

    answer = phone.client.post(
        f"{phone.base}/submission",
        input_stream=BytesIO(body),
        content_type=CONTENT_TYPE,
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert_refused(answer, 413, blobs)


def test_too_many_parts_are_refused(phone, blobs, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_PARTS", 3)
    files = [(f"{n}.jpg", f"{n}.jpg", b"x", None) for n in range(3)]

    assert_refused(phone.send(xml_part(b"<data/>"), *files), 413, blobs)


def test_a_stranger_is_refused_and_stores_nothing(phone, interview, blobs):
    phone.token = "stranger"

    assert_refused(phone.send(xml_part(interview())), 403, blobs)
    assert_refused(phone.send(xml_part(interview()), PHOTO), 403, blobs)


def test_a_revoked_phone_is_refused(phone, interview, blobs):
    with transaction():
        revoke_app_user(phone.app_user)

    assert_refused(phone.send(xml_part(interview())), 403, blobs)
    assert_refused(phone.send(xml_part(interview()), PHOTO), 403, blobs)
    assert phone.get("/submission").status_code == 403


def test_a_phone_of_another_project_is_refused(phone, interview, blobs):
    with transaction():
        phone.project = people.project(people.HA_NOI)

    assert_refused(phone.send(xml_part(interview())), 403, blobs)


@pytest.mark.parametrize(
    ("xml", "told"),
    [
        (b"<data", "XML"),
        (b"\x00\x01", "XML"),
        (b'<data id="well" version="1"/>', "instanceID"),
        (b'<data id="no" version="1"><meta><instanceID>a</instanceID></meta></data>', "công bố"),
    ],
)
def test_what_cannot_be_filed_is_kept_and_told_in_vietnamese(phone, well, xml, told):
    answer = phone.send(xml_part(xml), PHOTO)

    assert answer.status_code == 202
    assert told in message(answer)
    assert message(answer).startswith("Đã nhận")
    (upload,) = parked()
    assert upload.xml == xml
    (file,) = db.session.scalars(select(ParkedAttachment))
    assert (file.name, blob_path(file.blob_sha256).read_bytes()) == ("photo.jpg", b"\xff\xd8photo")


def test_what_is_kept_is_told_in_english_to_those_who_want_it(phone, well):
    with transaction():
        phone.project.language = "en"

    assert message(phone.send(xml_part(b"<data"))).startswith("Received and kept")


def test_the_server_without_room_says_to_come_again(phone, interview, blobs):
    (blobs / "incoming").rmdir()

    answer = phone.send(xml_part(interview()), PHOTO)

    assert_refused(answer, 503, blobs)
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize("fault", [OSError(28, "No space left"), psycopg.InterfaceError("closed")])
def test_what_the_machine_may_do_later_is_asked_for_again(phone, interview, monkeypatch, fault):
    def fail(*_, **__):
        raise fault

    with monkeypatch.context() as failing:
        failing.setattr("app.openrosa.receiving.receive", fail)
        answer = phone.send(xml_part(interview()))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]

    assert phone.send(xml_part(interview())).status_code == 201


def test_the_server_without_its_database_says_to_come_again(cut_off, interview, blobs):
    answer = cut_off.send(xml_part(interview()))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert message(answer)
    assert cut_off.send(xml_part(interview()), PHOTO).status_code == 503


def test_a_phone_may_ask_first_whether_it_may_send(phone):
    for method in ("HEAD", "GET"):
        answer = phone.client.open(f"{phone.base}/submission?deviceID=x", method=method)
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["X-OpenRosa-Accept-Content-Length"].isdigit()
        assert "Location" not in answer.headers


@pytest.mark.parametrize("device", ["", "a%00b", "x" * 9000, "%FF%FE"])
def test_an_odd_device_name_does_not_matter(phone, interview, device):
    answer = phone.client.post(
        f"{phone.base}/submission?deviceID={device}",
        data=multipart(xml_part(interview())),
        content_type=CONTENT_TYPE,
    )

    assert answer.status_code == 201


def test_answers_to_success_are_read_as_collect_reads_them(phone, interview):
    answer = phone.send(xml_part(interview()))

    assert answer.content_type == "text/xml; charset=utf-8"
    assert b"OpenRosaResponse" in answer.data
    assert b'nature="submit_success"' in answer.data
    assert message(answer) == SUCCESS


@pytest.fixture
def well(phone):
    return publish(phone.project)
