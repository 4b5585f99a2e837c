"""A small client of the Briefcase Aggregate API: it pulls everything once, and pushes."""

import hashlib
from dataclasses import dataclass, field, replace

import pytest
from flask.testing import FlaskClient
from lxml import etree

from app import pipeline
from app.accounts import users
from app.accounts.actors import OPERATOR
from app.accounts.users import find_user, transfer_password
from app.audit import AuditEvent
from app.db import db, driver, transaction
from app.proxies import BehindProxies
from app.storage.blobs import store
from app.submissions.models import Instance
from app.submissions.upload import UploadedFile
from tests import people
from tests.openrosa.conftest import CONTENT_TYPE, find, message, multipart, xml_part
from tests.openrosa.signing import challenge_of, digest
from tests.survey import new_id, start_survey

NS = {"s": "http://opendatakit.org/submissions", "x": "http://www.opendatakit.org/xforms"}


@pytest.fixture
def survey(app):
    return start_survey(policy="hold-all", households=8)


@dataclass
class Briefcase:
    """Asks as the Java client does: for ids until the cursor stays, then for each interview."""

    client: FlaskClient
    base: str
    auth: tuple[str, str]
    cursor: str | None = None
    interviews: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def get(self, path: str, status: int = 200, **query):
        url = path if path.startswith("http") else self.base + path
        answer = self.client.get(
            url, query_string=query, auth=self.auth, base_url="https://localhost", buffered=True
        )
        assert answer.status_code == status, answer.text
        return answer

    def pull(self, form: str = "ho", entries: int = 2) -> list[str]:
        """Everything new since the last pull; the ids in the order in which they came."""
        found: list[str] = []
        while True:
            asked = {"formId": form, "numEntries": entries}
            chunk = self.get("/view/submissionList", **asked, cursor=self.cursor or "")
            found += find_in(chunk, "//s:id/text()")
            [cursor] = find_in(chunk, "//s:resumptionCursor/text()")
            if cursor == self.cursor:
                break
            self.cursor = cursor
        for instance_id in found:
            self._download(form, instance_id)
        return found

    def _download(self, form: str, instance_id: str) -> None:
        key = f"{form}[@version=null and @uiVersion=null]/data[@key={instance_id}]"
        answer = self.get("/view/downloadSubmission", formId=key)
        [root] = find_in(answer, "/s:submission/s:data/*")
        assert root.get("instanceID") == instance_id
        assert root.get("submissionDate")
        self.interviews[instance_id] = etree.tostring(root)
        self.files[instance_id] = {}
        for file in find_in(answer, "//s:mediaFile"):
            name, md5, url = (
                file.findtext(f"s:{tag}", namespaces=NS)
                for tag in ("fileName", "hash", "downloadUrl")
            )
            content = self.get(url).data
            assert md5 == f"md5:{hashlib.md5(content).hexdigest()}"
            self.files[instance_id][name] = content


def find_in(answer, path):
    return etree.fromstring(answer.data).xpath(path, namespaces=NS)


@pytest.fixture
def briefcase(client, survey):
    def sign_in(role="administrator", place=people.GIA_LAI) -> Briefcase:
        with transaction():
            user = people.person(role, place, of=survey.project)
            auth = (user.username, transfer_password(user))
        return Briefcase(client, f"/v1/briefcase/projects/{survey.project.id}", auth)

    return sign_in


def test_addresses_below_a_path_of_another_site(app, briefcase, monkeypatch):
    public = "https://localhost/khao-sat"
    monkeypatch.setitem(app.config, "THONSO", replace(app.config["THONSO"], public_url=public))
    monkeypatch.setattr(app, "wsgi_app", BehindProxies(app.wsgi_app, public, []))
    person = briefcase()

    [address] = find(person.get("/formList"), "//f:downloadUrl/text()")

    assert address.startswith(f"{public}{person.base}/forms/")
    assert person.get(address).data.startswith(b"<?xml")


def age() -> None:
    """What was sent is no longer in the moment in which others may still be unseen."""
    with transaction():
        driver().execute("update instances set received_at = received_at - interval '1 minute'")


def send(survey, number=0, **said) -> str:
    instance_id = new_id()
    files = said.pop("files", [])
    survey.send(survey.instance(survey.ids[number], instance_id=instance_id, **said), files=files)
    return instance_id


def photo(name="nhà.jpg", content=b"JPEG"):
    return UploadedFile(name, store(content))


def test_forms_and_interviews_are_pulled_once(briefcase, survey):
    sent = [send(survey, n, photo="nhà.jpg", files=[photo()]) for n in range(5)]
    age()
    puller = briefcase()
    listed = puller.get("/formList")
    form = puller.get(find(listed, "string(//f:downloadUrl)"))
    assert find(listed, "string(//f:hash)") == f"md5:{hashlib.md5(form.data).hexdigest()}"
    assert puller.pull() == sent
    assert puller.files[sent[0]] == {"nhà.jpg": b"JPEG"}
    assert puller.pull() == []
    later = send(survey, 5)
    age()
    assert puller.pull() == [later]


def test_the_xml_is_the_interview(briefcase, survey):
    instance_id = send(survey)
    age()
    puller = briefcase()
    puller.pull()
    kept = etree.fromstring(db.session.query(Instance.xml).scalar())
    pulled = etree.fromstring(puller.interviews[instance_id])
    # As in Aggregate, what has no namespace takes on that of the document around it.
    assert said_in(pulled) == said_in(kept)


def said_in(root) -> list[tuple[str, str | None]]:
    return [(etree.QName(node).localname, node.text) for node in root.iter()]


def test_new_interviews_between_two_pages_are_neither_lost_nor_twice(briefcase, survey):
    sent = [send(survey, n) for n in range(4)]
    age()
    puller = briefcase()
    first = puller.get("/view/submissionList", formId="ho", numEntries=2)
    puller.cursor = find_in(first, "string(//s:resumptionCursor)")
    sent.append(send(survey, 4))
    age()
    assert find_in(first, "//s:id/text()") + puller.pull() == sent


def test_what_may_still_be_unseen_by_others_is_left_for_the_next_pull(briefcase, survey):
    first = send(survey)
    age()
    second = send(survey, 1)
    puller = briefcase()
    assert puller.pull() == [first]
    age()
    assert puller.pull() == [second]


def test_an_unread_interview_holds_the_cursor_back(briefcase, survey):
    unread = new_id()
    survey.post(survey.instance(survey.ids[0], instance_id=unread))
    with transaction():
        held = driver().execute("delete from inbox returning instance_pk").fetchone()
    read = send(survey, 1)
    with transaction():
        driver().execute("insert into inbox (instance_pk) values (%s)", held)
    age()
    puller = briefcase()
    assert puller.pull() == []
    pipeline.settle()
    assert puller.pull() == [unread, read]


def test_one_without_its_file_comes_once_it_is_complete(briefcase, survey):
    instance_id = new_id()
    xml = survey.instance(survey.ids[0], instance_id=instance_id, photo="nhà.jpg")
    survey.send(xml)
    other = send(survey, 1)
    age()
    puller = briefcase()
    assert puller.pull() == [other]
    survey.send(xml, files=[photo()])
    assert puller.pull() == [instance_id]
    assert puller.pull() == []


def test_an_edited_interview_comes_as_its_newest_version(briefcase, survey):
    first = send(survey)
    second = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=second, deprecated_id=first))
    age()
    assert briefcase().pull() == [second]


def test_each_reading_is_recorded(briefcase, survey):
    send(survey)
    age()
    briefcase().pull()
    read = db.session.query(AuditEvent).filter_by(action="personal.read").one()
    assert read.actor.startswith("user:")
    assert read.detail["whole"] is True


def test_people_pull_what_lies_in_their_places(briefcase, survey):
    instance_id = send(survey)
    age()
    assert briefcase("commune_lead", people.IA_DOM).pull() == [instance_id]
    other = briefcase("commune_lead", people.PLEIKU)
    assert other.pull() == []
    key = f"ho[@version=null and @uiVersion=null]/data[@key={instance_id}]"
    other.get("/view/downloadSubmission", 404, formId=key)
    pk = db.session.query(Instance.id).scalar()
    other.get(f"/view/media/{pk}/nhà.jpg", 404)


@pytest.mark.parametrize("role", ["province_analyst", "auditor", "commune_reviewer"])
def test_who_may_not_read_names_pulls_nothing(briefcase, survey, role):
    puller = briefcase(role)
    puller.get("/formList")
    puller.get("/view/submissionList", 403, formId="ho")
    puller.get("/view/downloadSubmission", 403, formId="ho[@version=null]/data[@key=x]")
    puller.get("/submission", 403)
    puller.get("/formUpload", 403)


def test_signing_in(client, briefcase, survey):
    good = briefcase()
    unknown = client.get(f"{good.base}/formList")
    assert unknown.status_code == 401
    schemes = [v.split()[0] for v in unknown.headers.getlist("WWW-Authenticate")]
    assert schemes == ["Digest", "Digest"]
    name, _ = good.auth
    Briefcase(client, good.base, (name, people.PASSWORD)).get("/formList", 401)
    # On http nothing but Digest; the pages' own password is never taken.
    assert client.get(f"{good.base}/formList", auth=good.auth).status_code == 401
    header = digest(*good.auth, "GET", f"{good.base}/formList", **challenge_of(unknown))
    signed = client.get(f"{good.base}/formList", headers={"Authorization": header})
    assert signed.status_code == 200


def test_the_password_ends_with_the_accounts(briefcase, survey):
    puller = briefcase()
    puller.get("/formList")
    with transaction():
        users.set_password(OPERATOR, find_user(puller.auth[0]), "một mật khẩu khác")
    puller.get("/formList", 401)
    with transaction():
        user = find_user(puller.auth[0])
        puller.auth = (user.username, transfer_password(user))
    puller.get("/formList")
    with transaction():
        users.disable_user(OPERATOR, find_user(puller.auth[0]))
    puller.get("/formList", 401)


@pytest.mark.parametrize(
    "query",
    [
        {"formId": "ho", "cursor": "x"},
        {"formId": "ho", "cursor": "1@"},
        {"formId": "ho", "cursor": "1@99999999999999999"},
        {"formId": "ho", "numEntries": "-1"},
        {"formId": "ho", "numEntries": "¹"},
        {"formId": "ho", "numEntries": "9" * 30},
    ],
)
def test_what_is_no_question_is_told(briefcase, query):
    refused = briefcase().get("/view/submissionList", 400, **query)
    assert message(refused)


def test_unknown_forms_and_interviews(briefcase, survey):
    puller = briefcase()
    puller.get("/view/submissionList", 404, formId="none")
    puller.get("/view/submissionList", 404)
    for key in ("", "ho", "ho/data", "ho[@version=null]/data[@key=]"):
        puller.get("/view/downloadSubmission", 400, formId=key)
    puller.get("/view/downloadSubmission", 404, formId="ho[@version=null]/data[@key=uuid:none]")


def post(puller, path, *parts, status=201):
    answer = puller.client.post(
        puller.base + path, data=multipart(*parts), content_type=CONTENT_TYPE,
        auth=puller.auth, base_url="https://localhost",
    )  # fmt: skip
    assert answer.status_code == status, answer.text
    return answer


def test_interviews_are_pushed_like_a_stick(briefcase, survey):
    puller = briefcase()
    instance_id = new_id()
    xml = survey.instance(survey.ids[0], instance_id=instance_id, photo="nhà.jpg")
    parts = [xml_part(xml), ("nhà.jpg", "nhà.jpg", b"JPEG", "image/jpeg")]
    assert puller.get("/submission", 204).data == b""
    for _ in range(2):
        taken = post(puller, "/submission", *parts)
        [noted] = find_in(taken, "//x:submissionMetadata")
        assert (noted.get("id"), noted.get("instanceID")) == ("ho", instance_id)
    pipeline.settle()
    age()
    assert puller.pull() == [instance_id]
    assert puller.files[instance_id] == {"nhà.jpg": b"JPEG"}
    parked = post(puller, "/submission", xml_part(xml[:-9]), status=202)
    assert message(parked)


FORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Pushed</h:title><model>
<instance><data id="pushed" version="1"><q/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/q" type="string"/></model></h:head>
<h:body><input ref="/data/q"><label>Q</label></input></h:body></h:html>"""


def test_forms_are_pushed_by_the_rules_of_publishing(briefcase, survey):
    puller = briefcase()
    puller.get("/formUpload", 204)
    part = ("form_def_file", "pushed.xml", FORM, "text/xml")
    for _ in range(2):
        post(puller, "/formUpload", part)
    assert "pushed" in puller.get("/formList").text
    changed = ("form_def_file", "pushed.xml", FORM.replace(b">Q<", b">R<"), "text/xml")
    assert message(post(puller, "/formUpload", changed, status=409))
    broken = ("form_def_file", "pushed.xml", b"<x/>", "text/xml")
    assert message(post(puller, "/formUpload", broken, status=400))
    post(puller, "/formUpload", ("datafile", "a.png", b"x", "image/png"), status=400)
