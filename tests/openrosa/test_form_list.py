"""formList: complete, one version of each form, in every detail as Collect reads it."""

import hashlib
import re
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from lxml import etree
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token, revoke_app_user
from app.db import db, transaction
from app.forms.assignment import assign
from app.forms.models import Form, FormVersion
from app.openrosa import downloads
from tests import people
from tests.openrosa.conftest import find, message, xml_part
from tests.small_forms import WELL, publish


def renamed(form_id, version="1"):
    return WELL.replace("| well    | 1 ", f"| {form_id} | {version} ")


def test_a_form_is_listed_with_all_its_parts(phone):
    version = publish(phone.project)

    answer = phone.get("/formList")

    assert answer.status_code == 200
    assert find(answer, "string(/f:xforms/f:xform/f:formID)") == "well"
    assert find(answer, "string(//f:name)") == "Wells & <springs>"
    assert find(answer, "string(//f:version)") == "1"
    assert find(answer, "string(//f:hash)") == f"md5:{version.md5}"
    base = f"http://localhost{phone.base}/forms/{version.id}"
    assert find(answer, "string(//f:downloadUrl)") == f"{base}/form.xml"
    assert find(answer, "string(//f:manifestUrl)") == f"{base}/manifest"
    assert answer.data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')


def test_every_hash_is_that_of_the_bytes_behind_the_address(phone):
    publish(phone.project)
    publish(phone.project, renamed("other"))
    answer = phone.get("/formList")

    for form in find(answer, "//f:xform"):
        ns = {"f": "http://openrosa.org/xforms/xformsList"}
        got = phone.get(form.xpath("string(f:downloadUrl)", namespaces=ns))
        assert got.status_code == 200
        said = form.xpath("string(f:hash)", namespaces=ns)
        assert re.fullmatch("md5:[0-9a-f]{32}", said)
        assert said == "md5:" + hashlib.md5(got.data).hexdigest()
        again = phone.get(form.xpath("string(f:downloadUrl)", namespaces=ns))
        assert again.data == got.data


def test_the_listed_id_version_and_title_are_those_in_the_form(phone):
    publish(phone.project)
    listed = phone.get("/formList")

    form = phone.get(find(listed, "string(//f:downloadUrl)"))

    assert form.content_type == "text/xml; charset=utf-8"
    root = etree.fromstring(form.data)
    (instance,) = root.xpath("(//*[local-name()='instance'])[1]/*")
    assert instance.get("id") == find(listed, "string(//f:formID)")
    assert instance.get("version") == find(listed, "string(//f:version)")
    assert root.xpath("string(//*[local-name()='title'])") == find(listed, "string(//f:name)")


@pytest.mark.parametrize("form_id", ["a b/ç:1", "giếng-nước", "100%", "a?b#c", "{x}"])
def test_an_id_with_signs_of_all_kinds_comes_through(phone, form_id):
    publish(phone.project, renamed(form_id))

    answer = phone.get("/formList")

    assert find(answer, "string(//f:formID)") == form_id
    form = phone.get(find(answer, "string(//f:downloadUrl)"))
    assert form.status_code == 200
    assert etree.fromstring(form.data).xpath("//*[@id=$form_id]", form_id=form_id)


def test_one_version_of_each_form_and_no_closed_one(phone):
    publish(phone.project)
    publish(phone.project, renamed("well", "2"))
    publish(phone.project, renamed("closed"))
    publish(phone.project, renamed("closing"))
    with transaction():
        for state in ("closed", "closing"):
            db.session.query(Form).filter_by(xml_form_id=state).update({"state": state})

    answer = phone.get("/formList")

    assert find(answer, "//f:formID/text()") == ["well"]
    assert find(answer, "//f:version/text()") == ["2"]


def test_one_form_can_be_asked_for(phone):
    publish(phone.project)
    publish(phone.project, renamed("other"))

    assert find(phone.get("/formList?formID=other"), "//f:formID/text()") == ["other"]
    assert find(phone.get("/formList?formID=none"), "//f:formID/text()") == []


def test_descriptions_and_older_versions_come_only_when_asked_for(phone):
    publish(phone.project)
    publish(phone.project, renamed("well", "2"))

    plain, told = phone.get("/formList"), phone.get("/formList?verbose=true")
    every = phone.get("/formList?listAllVersions=TRUE&formID=well")

    assert find(plain, "//f:descriptionText") == []
    assert find(told, "string(//f:descriptionText)").startswith("Phiên bản 2, công bố ngày ")
    assert find(every, "//f:version/text()") == ["1", "2"]
    for asked in ("?verbose=false", "?listAllVersions=false", "?verbose&listAllVersions"):
        assert phone.get(f"/formList{asked}").data == plain.data


@pytest.mark.parametrize(
    "broken",
    [
        "update form_versions set md5 = ''",
        "update form_versions set md5 = upper(md5)",
        "update forms set xml_form_id = ' '",
        "update form_media set md5 = 'md5:' where md5 is not null",
    ],
)
def test_the_database_takes_nothing_that_would_break_the_list(phone, broken):
    publish(phone.project, dug_png=b"png")

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(broken))


def test_a_list_is_made_once_until_something_changes(phone, monkeypatch):
    publish(phone.project)
    before = phone.get("/formList")
    made = []
    monkeypatch.setattr(downloads, "open_forms", lambda *_, **__: made.append(1) or [])

    assert phone.get("/formList").data == before.data
    assert made == []
    with transaction():
        db.session.query(Form).update({"state": "closing"})
    assert find(phone.get("/formList"), "//f:xform") == []
    assert made == [1]


def test_what_was_kept_is_not_given_to_who_was_revoked(phone):
    publish(phone.project)
    assert phone.get("/formList").status_code == 200

    with transaction():
        revoke_app_user(phone.app_user)

    assert phone.get("/formList").status_code == 403


def test_what_was_kept_is_not_given_without_a_database(phone, cut_off):
    publish(phone.project)
    assert phone.get("/formList").status_code == 200

    assert cut_off.get("/formList").status_code == 503


def test_a_form_without_a_title_is_called_by_its_id(phone):
    version = publish(phone.project)
    with transaction():
        db.session.query(FormVersion).filter_by(id=version.id).update({"title": " "})

    assert find(phone.get("/formList"), "string(//f:name)") == "well"


def test_a_form_without_files_has_no_manifest(phone):
    publish(phone.project, WELL.replace("_from_file communes.csv", " kind            ")
            .replace("_from_file villages.csv", " kind            ")
            .replace("commune_code=${commune}", "                       ")
            .replace("dug.png", "       "))  # fmt: skip

    answer = phone.get("/formList")

    assert find(answer, "//f:formID/text()") == ["well"]
    assert find(answer, "//f:manifestUrl") == []


def test_an_empty_list_is_a_list(phone):
    answer = phone.get("/formList")

    assert answer.status_code == 200
    assert find(answer, "count(/f:xforms/*)") == 0


def test_forms_of_another_project_are_not_listed(phone):
    with transaction():
        other = people.project(people.HA_NOI)
    version = publish(other)

    assert find(phone.get("/formList"), "//f:xform") == []
    for path in ("form.xml", "manifest", "media/dug.png"):
        assert phone.get(f"/forms/{version.id}/{path}").status_code == 404


def test_a_form_for_some_places_is_listed_where_they_are(phone, village):
    form_id = publish(phone.project).form_id
    publish(phone.project, renamed("everywhere"))
    with transaction():
        neighbour = people.village("Mook Trêl")

    def listed_for(*places):
        with transaction():
            assign(phone.project.id, form_id, [place.id for place in places], OPERATOR)
        return "well" in find(phone.get("/formList"), "//f:formID/text()")

    assert listed_for()
    assert listed_for(village)
    assert listed_for(people.unit(people.GIA_LAI))
    assert listed_for(people.unit(people.PLEIKU), people.unit(people.IA_DOM))
    assert not listed_for(neighbour)
    assert not listed_for(people.unit(people.PLEIKU))
    assert find(phone.get("/formList"), "//f:formID/text()") == ["everywhere"]
    assert listed_for()


def test_a_form_for_a_village_is_listed_for_who_works_in_its_commune(client, phone, village):
    form_id = publish(phone.project).form_id
    with transaction():
        wide = people.surveyor(people.unit(people.IA_DOM), of=phone.project, username="dtv02")
        assign(phone.project.id, form_id, [village.id], OPERATOR)
        token = app_user_token(wide)

    answer = replace(phone, app_user=wide, token=token).get("/formList")

    assert find(answer, "//f:formID/text()") == ["well"]


def test_what_is_sent_for_a_form_of_other_places_is_taken(phone, interview):
    form = db.session.query(Form).one()
    with transaction():
        assign(phone.project.id, form.id, [people.unit(people.PLEIKU).id], OPERATOR)

    assert find(phone.get("/formList"), "//f:xform") == []
    assert phone.send(xml_part(interview())).status_code == 201


def test_a_stranger_gets_no_list_but_a_reason(phone):
    publish(phone.project)
    phone.token = "stranger"

    answer = phone.get("/formList")

    assert answer.status_code == 403
    assert "WWW-Authenticate" not in answer.headers
    assert "mã QR" in message(answer)


def test_without_a_database_there_is_no_list_rather_than_an_empty_one(cut_off):
    answer = cut_off.get("/formList")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert message(answer)


def test_addresses_keep_the_host_that_the_phone_uses(phone):
    publish(phone.project)

    answer = phone.get("/formList", Host="khaosat.example.vn:8443")

    for address in find(answer, "//f:downloadUrl/text() | //f:manifestUrl/text()"):
        parts = urlsplit(address)
        assert parts.netloc == "khaosat.example.vn:8443"
        assert parts.path.startswith(f"/v1/key/{phone.token}/projects/{phone.project.id}/forms/")


def test_addresses_have_the_public_base_when_one_is_set(app, phone, monkeypatch):
    publish(phone.project)
    public = replace(app.config["THONSO"], public_url="https://khaosat.gialai.gov.vn")
    monkeypatch.setitem(app.config, "THONSO", public)

    answer = phone.get("/formList")

    (address,) = find(answer, "//f:downloadUrl/text()")
    assert address.startswith(f"https://khaosat.gialai.gov.vn/v1/key/{phone.token}/projects/")
