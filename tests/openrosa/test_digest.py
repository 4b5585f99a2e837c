"""Phones that sign in with Digest: what they are asked, what is believed, what is tried again."""

import time

import pytest
from sqlalchemy import select

from app.accounts.app_users import device_password, renew_app_user, revoke_app_user
from app.db import db, transaction
from app.openrosa import digest as door
from app.proxies import BehindProxies
from app.submissions.models import Instance, ParkedUpload
from tests import people
from tests.openrosa.conftest import CONTENT_TYPE, find, message, multipart, xml_part
from tests.openrosa.signing import Signer, challenge_of, challenges_of, digest
from tests.small_forms import publish

PAGES = ("/formList", "/forms/{}/form.xml", "/forms/{}/manifest", "/forms/{}/media/villages.csv")


@pytest.fixture
def signer(client, phone) -> Signer:
    base = f"/v1/projects/{phone.project.id}"
    return Signer(client, base, phone.app_user.username, device_password(phone.app_user))


def is_stale(answer) -> bool:
    return any("stale" in line for line in challenges_of(answer))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_phone_is_asked_who_it_is(signer, scheme, method):
    signer.scheme = scheme
    answer = signer.ask("/submission", method)

    assert answer.status_code == 401
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert method == "HEAD" or message(answer) == "Vui lòng đăng nhập."
    lines = challenges_of(answer)
    assert [line.split()[0] for line in lines] == ["Digest", "Digest", "Basic"][: len(lines)]
    assert len(lines) == (3 if scheme == "https" else 2)
    md5 = challenge_of(answer)
    assert md5.keys() == {"realm", "nonce", "algorithm", "qop", "charset"}
    assert (md5["qop"], md5["charset"]) == ("auth", "UTF-8")
    assert all(part.isascii() and part for part in md5.values())
    assert challenge_of(answer, "SHA-256")["nonce"] == md5["nonce"]
    assert "algorithm=MD5" in lines[0]  # Collect takes the first


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks(signer, phone, path):
    version = publish(phone.project)

    answer = signer.ask(path.format(version.id))

    assert answer.status_code == 401
    assert len(challenges_of(answer)) == 2
    assert signer.get(path.format(version.id)).status_code == 200


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_phone_signs_in(signer, scheme, algorithm):
    signer.scheme = scheme

    assert signer.get(challenge=algorithm).status_code == 200
    assert signer.get("/submission", "HEAD", challenge=algorithm).status_code == 204


def test_an_interview_is_taken_under_the_name(signer, phone, interview):
    first = multipart(xml_part(interview(photo="a.jpg")), ("a.jpg", "a.jpg", b"x", "image/jpeg"))
    signed = signer.header("/submission", "POST")

    def send(body):
        return signer.say(
            signed, "/submission", method="POST", data=body, content_type=CONTENT_TYPE
        )

    assert [send(first).status_code, send(first).status_code] == [201, 201]
    assert send(multipart(xml_part(b"<no"))).status_code == 202
    (stored,) = db.session.scalars(select(Instance))
    assert (stored.app_user_id, stored.device_id) == (phone.app_user.id, "collect:ab12")
    (parked,) = db.session.scalars(select(ParkedUpload))
    assert parked.app_user_id == phone.app_user.id


def test_the_addresses_told_keep_the_way_in(signer, phone):
    publish(phone.project, dug_png=b"png")
    for named in (signer.get(), phone.get("/formList")):
        base = phone.base if phone.token in named.text else signer.base
        listed = find(named, "//f:downloadUrl/text() | //f:manifestUrl/text()")
        assert len(listed) == 2
        assert all(url.startswith(f"http://localhost{base}/forms/") for url in listed)

    (manifest,) = find(signer.get(), "//f:manifestUrl/text()")
    files = find(signer.get(manifest.partition(signer.base)[2]), "//m:downloadUrl/text()")
    assert len(files) == 3
    for url in files:
        assert url.startswith(f"http://localhost{signer.base}/forms/")
        assert signer.get(url.partition(signer.base)[2]).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"password": ""},
        {"username": "nobody"},
        {"username": ""},
        {"username": "a" * 61},
        {"username": b"\xff\xfe"},
        {"signed_as": "POST"},
        {"nonce": ""},
        {"nonce": "6921a0b0.00000000000000000000000000000000"},
        {"nonce": "é\xff"},
        {"nonce": "x.y.z"},
        {"algorithm": "SHA-512-256", "hashed_as": "SHA-256"},
        {"algorithm": "SHA-256", "hashed_as": "MD5"},
        {"qop": "auth-int"},
        {"qop": ""},
        {"response": ""},
        {"response": "é" * 32},
        {"uri": "/v1/projects/1/submission"},
        {"uri": ""},
    ],
)
def test_what_is_not_right_is_asked_again_and_never_called_stale(signer, changes):
    answer = signer.get(**changes)

    assert answer.status_code == 401
    assert message(answer)
    assert challenges_of(answer)
    assert not is_stale(answer)


@pytest.mark.parametrize(
    "header",
    [
        "Digest", "Digest ", "Digest x", 'Digest username="', "Digest =,=,,", "Digest username",
        "Digest username*=utf-8''%FF, nonce*=utf-8''%E1%BA%A3", "Basic", "Bearer x", "é", ",",
        'Digest username="dtv01", nonce, uri, response, qop, nc, cnonce',
    ],
)  # fmt: skip
def test_garbage_is_asked_again(signer, header):
    assert signer.say(header).status_code == 401


def test_the_query_counts_as_it_was_sent(signer):
    told = challenge_of(signer.ask())

    def asks(uri):
        header = digest(signer.username, signer.password, "GET", uri, **told)
        return signer.say(header).status_code

    assert asks(f"{signer.base}/formList?deviceID=collect%3Aab12") == 200
    assert asks(f"{signer.base}/formList?deviceID=collect:ab12") == 401
    assert asks(f"{signer.base}/formList?deviceID=collect%3aab12") == 401
    assert asks(f"{signer.base}/formList") == 401
    assert asks(f"{signer.base}/form%4Cist?deviceID=collect%3Aab12") == 200
    assert asks("http://[") == 401


@pytest.mark.parametrize("left_on", ["", "/khao-sat"])
def test_a_proxy_may_take_its_own_path_off_or_leave_it_on(app, signer, monkeypatch, left_on):
    told = challenge_of(signer.ask())
    uri = f"/khao-sat{signer.base}/formList?deviceID=collect%3Aab12"
    header = digest(signer.username, signer.password, "GET", uri, **told)

    assert signer.say(header).status_code == 401
    behind = BehindProxies(app.wsgi_app, "https://so.example/khao-sat", [])
    monkeypatch.setattr(app, "wsgi_app", behind)
    signer.base = left_on + signer.base
    assert signer.say(header).status_code == 200


def test_counts_may_have_gaps_and_come_in_any_order(signer):
    nonce = challenge_of(signer.ask())["nonce"]

    counts = ["00000005", "00000003", "00000003", "ffffffff", "0000000A"]
    answers = [signer.get(nonce=nonce, nc=count).status_code for count in counts]

    assert answers == [200] * len(counts)


@pytest.mark.parametrize("typed", ["DTV01", "ｄｔｖ01", "dtv01"])
def test_the_name_may_be_typed_in_capitals(signer, typed):
    assert signer.get(username=typed).status_code == 200


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_a_name_with_marks_comes_in_either_charset(signer, phone, village, charset):
    with transaction():
        other = people.surveyor(village, of=phone.project, username="hùng")
    name = {"username": "hùng".encode(charset), "password": device_password(other)}

    assert signer.get(**name).status_code == 200


def test_only_a_right_password_with_an_old_nonce_is_called_stale(signer, monkeypatch):
    nonce = challenge_of(signer.ask())["nonce"]
    start = time.time()
    monkeypatch.setattr(door.time, "time", lambda: start + 8 * 3600)  # a day's work
    assert signer.get(nonce=nonce).status_code == 200
    monkeypatch.setattr(door.time, "time", lambda: start + 24 * 3600)

    old = signer.get(nonce=nonce)
    wrong = signer.get(nonce=nonce, password="wrong")

    assert (old.status_code, is_stale(old)) == (401, True)
    assert all("stale=true" in line for line in challenges_of(old))
    assert (wrong.status_code, is_stale(wrong)) == (401, False)
    assert signer.get(nonce=challenge_of(old)["nonce"]).status_code == 200


def test_a_nonce_of_another_installation_is_no_nonce(app, signer, monkeypatch):
    nonce = challenge_of(signer.ask())["nonce"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another")
    monkeypatch.setattr(door.time, "time", lambda: 0.0)

    answer = signer.get(nonce=nonce)

    assert (answer.status_code, is_stale(answer)) == (401, False)


def test_a_phone_that_was_renewed_or_revoked_is_out(signer, phone):
    with transaction():
        renew_app_user(phone.app_user)
    assert signer.get().status_code == 401
    signer.password = device_password(phone.app_user)
    assert signer.get().status_code == 200
    with transaction():
        revoke_app_user(phone.app_user)
    for path, method in (("/formList", "GET"), ("/submission", "HEAD"), ("/submission", "POST")):
        assert signer.get(path, method).status_code == 401


def test_a_surveyor_of_another_project_is_out(signer, village):
    with transaction():
        other = people.project(name="Khác")
        known = people.surveyor(village, of=other, username="dtv01")
    signer.password = device_password(known)

    assert signer.get().status_code == 401
    signer.base = f"/v1/projects/{other.id}"
    assert signer.get().status_code == 200
    signer.base = "/v1/projects/0"
    assert signer.get().status_code == 401


def test_without_a_database_nobody_is_called_wrong(signer, cut_off):
    signer.client = cut_off.client

    assert signer.ask().status_code == 401
    for path, method in (("/formList", "GET"), ("/submission", "POST")):
        assert signer.get(path, method).status_code == 503
