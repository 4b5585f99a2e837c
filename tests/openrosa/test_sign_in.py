"""Phones that sign in with Basic, whoever guesses, and the two ways in side by side."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.app_users import device_password
from app.accounts.models import SignInFailure
from app.accounts.throttle import FREE_ATTEMPTS
from app.db import db, transaction
from tests import people
from tests.openrosa.conftest import message
from tests.openrosa.signing import Signer, challenge_of, challenges_of


@pytest.fixture
def signer(client, phone) -> Signer:
    base = f"/v1/projects/{phone.project.id}"
    name = phone.app_user.username
    return Signer(client, base, name, device_password(phone.app_user), scheme="https")


def basic(credentials: bytes) -> str:
    return f"Basic {base64.b64encode(credentials).decode()}"


def failures() -> dict[str, int]:
    db.session.rollback()
    return {row.name: row.failures for row in db.session.scalars(select(SignInFailure))}


def forgive(minutes: int) -> None:
    """Let so many minutes pass for those who have to wait."""
    with transaction():
        earlier = SignInFailure.last_at - timedelta(minutes=minutes)
        db.session.execute(update(SignInFailure).values(last_at=earlier))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_basic_is_taken_on_https(signer, method):
    header = basic(f"{signer.username}:{signer.password}".encode())

    assert signer.say(header, method=method).status_code == 200
    assert signer.say(header.replace("Basic", "basic")).status_code == 200


def test_basic_is_refused_on_http_and_not_asked_for(signer):
    signer.scheme = "http"

    answer = signer.say(basic(f"{signer.username}:{signer.password}".encode()))

    assert answer.status_code == 401
    assert {line.split()[0] for line in challenges_of(answer)} == {"Digest"}
    assert failures() == {}


def test_a_header_of_a_stranger_does_not_make_it_https(signer):
    signer.scheme = "http"
    header = basic(f"{signer.username}:{signer.password}".encode())
    claims = {"Authorization": header, "X-Forwarded-Proto": "https", "Forwarded": "proto=https"}

    assert signer.ask(headers=claims).status_code == 401


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_a_name_with_marks_comes_in_either_charset(signer, phone, village, charset):
    with transaction():
        other = people.surveyor(village, of=phone.project, username="josé")
    credentials = f"josé:{device_password(other)}".encode(charset)

    assert signer.say(basic(credentials)).status_code == 200


@pytest.mark.parametrize(
    "credentials",
    [b"", b":", b"dtv01", b"dtv01:", b":x", b"dtv01:wrong", b"nobody:x", b"jos\xe9:p\xe4",
     b"\xff\xfe:\xff", b"dtv01:\xff", b"a b:c", b"\0:\0", b"dtv01\0:x", b"x" * 5000 + b":x"],
)  # fmt: skip
def test_wrong_credentials_are_asked_for_again(signer, credentials):
    answer = signer.say(basic(credentials))

    assert answer.status_code == 401
    assert len(challenges_of(answer)) == 3
    assert message(answer)


@pytest.mark.parametrize("header", ["Basic", "Basic =", "Basic x", "Basic Og==", "Basic \xe9\xe9"])
def test_what_is_no_basic_is_asked_again(signer, header):
    assert signer.say(header).status_code == 401
    assert failures() == {}


def test_whoever_guesses_has_to_wait_and_nobody_else(signer, phone, village):
    with transaction():
        other = people.surveyor(village, of=phone.project, username="dtv02")
    wrong = basic(f"{signer.username}:guess".encode())

    answers = [signer.say(wrong) for _ in range(FREE_ATTEMPTS + 2)]

    assert [answer.status_code for answer in answers] == [401] * FREE_ATTEMPTS + [429] * 2
    assert "15 phút" in message(answers[-1])
    assert not challenges_of(answers[-1])
    neighbour = basic(f"dtv02:{device_password(other)}".encode())
    assert signer.say(neighbour).status_code == 200
    assert signer.say(basic(b"dtv02:guess")).status_code == 401
    forgive(minutes=1)
    assert signer.say(wrong).status_code == 401
    assert signer.say(wrong).status_code == 429


def test_a_name_that_nobody_has_waits_as_well(signer):
    answers = [signer.get(username="nobody").status_code for _ in range(FREE_ATTEMPTS + 1)]

    assert answers == [401] * FREE_ATTEMPTS + [429]


def test_a_lost_phone_does_not_lock_out_the_new_one(signer):
    for _ in range(FREE_ATTEMPTS + 1):
        answer = signer.get(password="the old one")
    assert answer.status_code == 429

    assert signer.get().status_code == 200
    assert signer.get("/submission", "HEAD").status_code == 204


def test_only_wrong_passwords_are_counted(signer):
    nonce = challenge_of(signer.ask())["nonce"]
    signer.get()
    signer.get(nonce="forged")
    signer.get(nonce=nonce, uri="/elsewhere")
    signer.say(basic(f"{signer.username}:{signer.password}".encode()))
    signer.say("Basic Og==")
    assert failures() == {}

    signer.get(nonce=nonce, password="guess")
    signer.get(nonce=nonce, username="DTV01", password="guess")

    (name,) = failures()
    assert name.endswith(":dtv01")
    assert failures()[name] == 2


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_phone_with_a_token_is_never_asked_for_a_password(phone, method):
    phone.token = "stranger"

    answer = phone.client.open(f"{phone.base}/submission", method=method)

    assert answer.status_code == (400 if method == "POST" else 403)
    assert not challenges_of(answer)


def test_a_token_counts_whatever_else_is_sent(signer, phone):
    header = signer.header()

    for sent in (header, header.replace("dtv01", "x"), basic(b"dtv01:wrong"), "Basic Og=="):
        assert phone.get("/formList", Authorization=sent).status_code == 200
    assert failures() == {}


def test_a_password_does_not_stand_for_a_token(signer, phone):
    signer.base = f"/v1/key/stranger/projects/{phone.project.id}"

    assert signer.ask().status_code == 403
    header = basic(f"{signer.username}:{signer.password}".encode())
    assert signer.say(header).status_code == 403


def test_what_is_missing_is_told_as_openrosa(signer):
    for path in ("/nothing", "/forms/x/manifest"):
        answer = signer.get(path, nonce="")
        assert answer.status_code == 404
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert message(answer)
    assert signer.get("/forms/0/form.xml").status_code == 404
