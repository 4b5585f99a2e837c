"""Manifest and media: complete, served as listed, and never a file that is not there."""

import hashlib
import re

import pytest
from sqlalchemy import select

from app.accounts.app_users import app_user_token
from app.accounts.models import RoleGrant
from app.audit import AuditEvent
from app.clock import now
from app.db import db, transaction
from app.forms.models import FormMedia
from app.households.lists import surveyor_list_md5 as make
from app.households.lists import touch
from app.openrosa import downloads
from app.storage.blobs import blob_path
from tests import people
from tests.openrosa.conftest import NAMESPACES, Phone, find, message
from tests.small_forms import WELL, publish

HOUSES = WELL.replace("communes.csv", "households.csv")
NAMED = WELL.replace("dug.png", "ảnh (giếng) 1 &+#?.png")


def listed(answer):
    files = find(answer, "//m:mediaFile")
    return {file.xpath("string(m:filename)", namespaces=NAMESPACES): file for file in files}


def address(file):
    return file.xpath("string(m:downloadUrl)", namespaces=NAMESPACES)


def hash_of(file):
    return file.xpath("string(m:hash)", namespaces=NAMESPACES)


def test_every_listed_file_is_served_with_the_hash_it_was_listed_with(phone):
    version = publish(phone.project, dug_png=b"\x89PNG and more")

    answer = phone.get(f"/forms/{version.id}/manifest")

    assert answer.status_code == 200
    assert list(listed(answer)) == ["communes.csv", "dug.png", "villages.csv"]
    for file in listed(answer).values():
        got = phone.get(address(file))
        assert got.status_code == 200
        assert re.fullmatch("md5:[0-9a-f]{32}", hash_of(file))
        assert hash_of(file) == "md5:" + hashlib.md5(got.data).hexdigest()


def test_a_list_is_made_for_the_surveyor_who_asks(phone, village):
    version = publish(phone.project)

    villages = phone.get(f"/forms/{version.id}/media/villages.csv")

    assert villages.content_type == "text/csv; charset=utf-8"
    assert villages.text.splitlines()[1:] == [f"{village.public_id},Làng Mook Đen,23872"]


def test_a_new_village_of_the_territory_changes_the_hash(client, project):
    version = publish(project)
    with transaction():
        app_user = people.surveyor(people.unit(people.IA_DOM), of=project)
        phone = Phone(client, project, app_user, app_user_token(app_user))
    path = f"/forms/{version.id}/manifest"
    before = {name: hash_of(file) for name, file in listed(phone.get(path)).items()}

    with transaction():
        people.village("Mook Trêl")

    after = {name: hash_of(file) for name, file in listed(phone.get(path)).items()}
    assert after["villages.csv"] != before["villages.csv"]
    assert after["communes.csv"] == before["communes.csv"]


def test_a_manifest_is_made_once_until_something_changes(phone, monkeypatch):
    version = publish(phone.project)
    path = f"/forms/{version.id}/manifest"
    before = phone.get(path)
    made = []
    monkeypatch.setattr(downloads, "surveyor_list_md5", lambda *who: made.append(1) or make(*who))

    assert phone.get(path).data == before.data
    assert made == []
    with transaction():
        touch([phone.project.id])
    assert phone.get(path).data == before.data
    assert made == [1, 1]


def test_a_name_in_vietnamese_comes_through(phone):
    version = publish(phone.project, NAMED, **{"ảnh (giếng) 1 &+#?_png": b"png"})

    (file,) = (f for name, f in listed(phone.get(f"/forms/{version.id}/manifest")).items()
               if name == "ảnh (giếng) 1 &+#?.png")  # fmt: skip
    assert address(file).isascii()
    assert phone.get(address(file)).data == b"png"


def test_a_file_that_was_lost_is_not_listed(phone, caplog):
    version = publish(phone.project, dug_png=b"png")
    picture = db.session.scalar(select(FormMedia.blob_sha256).where(FormMedia.name == "dug.png"))
    blob_path(picture).unlink()

    answer = phone.get(f"/forms/{version.id}/manifest")

    assert list(listed(answer)) == ["communes.csv", "villages.csv"]
    assert "dug.png" in caplog.text
    assert phone.get(f"/forms/{version.id}/media/dug.png").status_code == 404


def test_a_file_that_never_came_is_not_listed(phone):
    version = publish(phone.project)

    assert "dug.png" not in listed(phone.get(f"/forms/{version.id}/manifest"))


@pytest.mark.parametrize(
    "path",
    ["media/other.png", "media/..%2f..%2fetc%2fpasswd", "media/", "nothing", ""],
)
def test_what_is_not_there_is_not_found(phone, path):
    version = publish(phone.project)

    answer = phone.get(f"/forms/{version.id}/{path}")

    assert answer.status_code == 404
    assert message(answer)


def test_a_version_number_beyond_the_database_is_not_found(phone):
    assert phone.get(f"/forms/{10**30}/form.xml").status_code == 404
    assert phone.get("/forms/2147483647/form.xml").status_code == 404


def test_reading_the_names_of_households_is_recorded(phone):
    version = publish(phone.project, HOUSES)
    path = f"/forms/{version.id}/media/households.csv"

    first = phone.get(path)
    phone.get(path, **{"If-None-Match": first.headers["ETag"]})

    told = select(AuditEvent.actor).where(AuditEvent.action == "household_names.read")
    assert list(db.session.scalars(told)) == [f"app_user:{phone.app_user.id}"]


def test_a_surveyor_without_a_territory_gets_nothing(phone):
    version = publish(phone.project)
    with transaction():
        db.session.query(RoleGrant).filter_by(app_user_id=phone.app_user.id).update(
            {"revoked_at": now()}
        )

    for path in ("/formList", f"/forms/{version.id}/manifest"):
        assert phone.get(path).status_code == 403


def test_a_thousand_files_are_listed_and_made_once(phone, monkeypatch):
    names = [f"{number:04}.png" for number in range(1000)]
    choices = "".join(f"| | kind | {name[:4]} | {name} | {name} |\n" for name in names)
    form = f"""
| survey |
| | type            | name | label |
| | select_one kind | kind | Kind  |
| choices |
| | list_name | name | label | image |
{choices}
| settings |
| | form_id | version |
| | album   | 1       |
"""
    version = publish(phone.project, form, **{name.replace(".", "_"): b"png" for name in names})
    path = f"/forms/{version.id}/manifest"

    answer = phone.get(path)

    assert list(listed(answer)) == names
    monkeypatch.setattr(downloads, "ListedFile", None)
    assert phone.get(path).data == answer.data
