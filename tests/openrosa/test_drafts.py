"""Testers' phones at a draft's address: all steps of a phone, and nothing of it among real data."""

import hashlib
import os
import uuid

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.drafts.make import draft_token, draft_url, drop_draft, find_draft
from app.drafts.models import DraftFile, DraftSubmission
from app.errors import Conflict
from app.forms.queries import find_form
from tests import people
from tests.openrosa.conftest import CONTENT_TYPE, find, message, multipart, xml_part
from tests.small_forms import WELL, publish, source

REAL = ("instances", "inbox", "submissions", "interviews", "parked_uploads", "observations")


@pytest.fixture
def draft(phone, village):
    return programme.save_draft(
        phone.project.id, source(dug_png=b"PNG"), OPERATOR, people.unit(people.IA_DOM).id
    )


@pytest.fixture
def base(draft) -> str:
    project = f"/v1/test/{draft_token(draft)}/projects/{draft.project_id}"
    return f"{project}/forms/{draft.xml_form_id}/draft"


def trial(owner: str = "Thử", instance_id: str | None = None) -> bytes:
    return (
        f'<data id="well" version="1"><owner>{owner}</owner><photo>a.jpg</photo><meta>'
        f"<instanceID>{instance_id or uuid.uuid4()}</instanceID></meta></data>"
    ).encode()


def post(client, base, *parts):
    body = multipart(*parts)
    return client.post(f"{base}/submission?deviceID=x", data=body, content_type=CONTENT_TYPE)


def count(table: str) -> int:
    db.session.rollback()
    return driver().execute(f"select count(*) from {table}").fetchone()[0]


def test_a_phone_gets_the_draft_its_files_and_lists(client, base, village):
    listed = client.get(f"{base}/formList?deviceID=x")
    assert listed.headers["X-OpenRosa-Version"] == "1.0"
    assert listed.mimetype == "text/xml"
    url, md5 = (find(listed, f"string(//f:{tag})") for tag in ("downloadUrl", "hash"))
    form = client.get(url)
    assert md5 == f"md5:{hashlib.md5(form.data).hexdigest()}"
    assert url.startswith(f"http://localhost{base}/")
    files = client.get(find(listed, "string(//f:manifestUrl)"))
    for name, url, md5 in zip(
        *(find(files, f"//m:{tag}/text()") for tag in ("filename", "downloadUrl", "hash")),
        strict=True,
    ):
        content = client.get(url, buffered=True)
        assert md5 == f"md5:{hashlib.md5(content.data).hexdigest()}", name
        assert name != "villages.csv" or village.public_id.encode() in content.data
    assert client.get(f"{base}/formList?formID=other").data.count(b"<xform>") == 0
    again = client.get(f"{base}/formList", headers={"If-None-Match": listed.headers["ETag"]})
    assert again.status_code == 304


def test_it_takes_trial_interviews_in_several_posts(client, base):
    assert client.head(f"{base}/submission").status_code == 204
    xml = trial()
    photo = ("a.jpg", "a.jpg", b"JPEG", "image/jpeg")
    for parts in ([xml_part(xml)], [xml_part(xml), photo], [xml_part(xml), photo]):
        sent = post(client, base, *parts)
        assert sent.status_code == 201
        assert message(sent) == "full submission upload was successful!"
    assert count("draft_submissions") == 1
    assert db.session.query(DraftFile).one().name == "a.jpg"


def test_nothing_of_it_is_among_real_data(client, base, phone):
    post(client, base, xml_part(trial()))
    pipeline.settle()
    assert {table: count(table) for table in REAL} == dict.fromkeys(REAL, 0)
    assert b"<xform>" not in phone.get("/formList").data
    assert find_form(phone.project.id, "well") is None


def test_the_keys_of_surveyors_and_of_testers_open_nothing_else(client, base, phone, draft):
    token = draft_token(draft)
    assert client.get(base.replace(token, phone.token) + "/formList").status_code == 403
    assert client.get(f"/v1/key/{token}/projects/{draft.project_id}/formList").status_code == 403
    assert client.get(base.replace("/well/", "/other/") + "/formList").status_code == 403
    wrong = client.get(base.replace(token, "A" * 43) + "/formList")
    assert wrong.status_code == 403
    assert "khóa" in message(wrong).lower() or message(wrong)


@pytest.mark.parametrize(
    "xml", [b"no xml", b"<!DOCTYPE d [<!ENTITY a 'b'>]><data/>", b'<data id="well"/>', b"<data/>"]
)
def test_what_is_no_trial_interview_is_refused_at_once(client, base, xml):
    refused = post(client, base, xml_part(xml))
    assert refused.status_code == 400
    assert message(refused)
    assert count("draft_submissions") == 0


def test_replacing_it_keeps_the_address_and_drops_the_trials(client, base, draft, phone):
    post(client, base, xml_part(trial()))
    changed = WELL.replace("Owner", "Người chủ")
    programme.save_draft(phone.project.id, source(changed, dug_png=b"PNG2"), OPERATOR)
    assert count("draft_submissions") == 0
    listed = client.get(f"{base}/formList")
    assert "Người chủ".encode() in client.get(find(listed, "string(//f:downloadUrl)")).data


def test_publishing_it_is_one_act_and_ends_the_address(client, base, draft, phone):
    post(client, base, xml_part(trial()))
    md5 = draft.md5
    published = programme.publish_draft(draft.id, OPERATOR)
    assert published.version.md5 == md5
    assert {file.name for file in published.version.media} >= {"dug.png"}
    assert (count("form_drafts"), count("draft_submissions")) == (0, 0)
    assert client.get(f"{base}/formList").status_code == 403
    assert find(phone.get("/formList"), "string(//f:formID)") == "well"


def test_discarding_it_drops_everything(client, base, draft):
    post(client, base, xml_part(trial()))
    with transaction():
        drop_draft(draft.id, OPERATOR, "discarded")
    assert post(client, base, xml_part(trial())).status_code == 403
    assert count("draft_submissions") == 0


def test_files_of_trials_leave_the_disk_unless_others_need_them(client, base, draft, phone, blobs):
    publish(phone.project, WELL.replace("| well    |", "| other |"), dug_png=b"PNG")
    photos = [("a.jpg", "a.jpg", b"JPEG", "image/jpeg"), ("b.jpg", "b.jpg", b"PNG", "image/jpeg")]
    assert post(client, base, xml_part(trial()), *photos).status_code == 201
    files = {path for path in blobs.rglob("*") if path.is_file()}
    for path in files:
        os.utime(path, (0, 0))
    with transaction():
        drop_draft(draft.id, OPERATOR, "discarded")

    gone = {path.name for path in files if not path.exists()}
    assert gone == {hashlib.sha256(b"JPEG").hexdigest()}
    assert count("blobs") == 1


def test_a_draft_beside_the_published_form_changes_nothing_of_it(client, phone, interview):
    before = phone.get("/formList").data
    text = WELL.replace("| well    | 1 ", "| well    | 2 ").replace("Owner", "Chủ")
    programme.save_draft(phone.project.id, source(text, dug_png=b"PNG"), OPERATOR)
    assert phone.get("/formList").data == before
    assert phone.send(xml_part(interview())).status_code == 201


def test_form_ids_with_signs(client, phone):
    text = WELL.replace("| well    |", "| giếng/nước 1 |")
    made = programme.save_draft(phone.project.id, source(text, dug_png=b"PNG"), OPERATOR)
    path = draft_url(made, "")
    assert "/forms/gi%E1%BA%BFng%2Fn%C6%B0%E1%BB%9Bc%201/draft" in path
    listed = client.get(f"{path}/formList")
    assert find(listed, "string(//f:formID)") == "giếng/nước 1"
    address = find(listed, "string(//f:downloadUrl)")
    assert address == f"http://localhost{path}/form.xml"
    assert client.get(address).status_code == 200


def test_its_disk_is_not_filled(client, base, monkeypatch):
    monkeypatch.setattr("app.drafts.trials.MOST", 1)
    assert post(client, base, xml_part(trial())).status_code == 201
    assert post(client, base, xml_part(trial())).status_code == 409
    assert db.session.query(DraftSubmission).count() == 1


def test_a_draft_that_could_not_be_published_is_none(phone):
    publish(phone.project)
    with pytest.raises(Conflict):
        programme.save_draft(
            phone.project.id, source(WELL.replace("Owner", "Chủ"), dug_png=b"PNG"), OPERATOR
        )
    assert find_draft(phone.project.id, "well") is None


TREES = """
| survey |
| | type                           | name  | label | save_to |
| | select_one_from_file trees.csv | tree  | Tree  |         |
| | text                           | owner | Owner | owner   |
| entities |
| | list_name | label    |
| | trees     | ${owner} |
| settings |
| | form_id | version |
| | tree    | 1       |
"""


def test_entity_lists_are_plain_rows_and_none_are_made(client, phone):
    made = programme.save_draft(phone.project.id, source(TREES, "tree.md"), OPERATOR)
    base = draft_url(made, "")
    files = client.get(f"{base}/manifest")
    [url], [md5] = (find(files, f"//m:{tag}/text()") for tag in ("downloadUrl", "hash"))
    assert find(files, "//m:mediaFile/@type") == []
    rows = client.get(url).data
    assert rows == b"name,label,__version\n"
    assert md5 == f"md5:{hashlib.md5(rows).hexdigest()}"
    assert count("entity_lists") == 0
    programme.publish_draft(made.id, OPERATOR)
    assert count("entity_lists") == 1
