"""Signing in, staying signed in, and all the ways in which a session ends."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts import passwords, throttle, users
from app.accounts.actors import OPERATOR
from app.accounts.models import User, UserSession
from app.accounts.sessions import find_session, revoke_all, sign_in, sign_out
from app.accounts.throttle import TooManyAttempts
from app.clock import now
from app.db import autocommit, db, transaction
from app.errors import Conflict, SignInNeeded
from tests.people import PASSWORD, person, project

pytestmark = pytest.mark.usefixtures("app")

WRONG = "wrong password"


@pytest.fixture
def an(app):
    return person("commune_reviewer", username="an")


def fail(name: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInNeeded):
            sign_in(name, WRONG)


def later(**ago) -> None:
    """Lets time pass for the counted attempts."""
    with autocommit() as connection:
        connection.execute("update sign_in_failures set last_at = last_at - %s", [timedelta(**ago)])


def test_the_right_password_opens_a_session(an):
    token, user = sign_in("an", PASSWORD)

    actor = find_session(token)
    assert user == an
    assert (actor.label, actor.name) == (f"user:{an.id}", "an")
    assert actor.may("submission.decide")


def test_every_session_has_its_own_token_and_only_its_hash_is_kept(an):
    first, _ = sign_in("AN", PASSWORD)
    second, _ = sign_in("ａｎ", PASSWORD)

    stored = db.session.scalars(select(UserSession.token_hash)).all()
    assert len(first) == 43
    assert first != second
    assert len(stored) == 2
    assert not any(token.encode() in bytes(kept) for token in (first, second) for kept in stored)


@pytest.mark.parametrize(
    ("name", "password"),
    [("an", WRONG), ("an", ""), ("nobody", PASSWORD), ("", ""), ("an\0", "\0"), ("x" * 999, WRONG),
     ("an", "x" * 100_000), ("' or 1=1 --", WRONG), ("\ud800", "\ud800")],
)  # fmt: skip
@pytest.mark.usefixtures("an")
def test_whoever_gets_something_wrong_is_told_the_same(name, password):
    with pytest.raises(SignInNeeded, match=r"The name or the password is wrong\."):
        sign_in(name, password)


def test_unknown_names_cost_the_same_work_as_wrong_passwords(an, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "matches", lambda stored, _: checked.append(stored))

    fail("an", 1)
    fail("nobody", 1)

    assert len(checked) == 2
    assert all(stored.startswith("$argon2id$") for stored in checked)


def test_disabled_people_cannot_sign_in_and_are_signed_out(an):
    token, _ = sign_in("an", PASSWORD)

    users.disable_user(OPERATOR, an)

    assert find_session(token) is None
    with pytest.raises(SignInNeeded):
        sign_in("an", PASSWORD)


def test_signing_out_ends_one_session(an):
    here, _ = sign_in("an", PASSWORD)
    there, _ = sign_in("an", PASSWORD)

    sign_out(here)
    sign_out("unknown")

    assert find_session(here) is None
    assert find_session(there) is not None


def test_all_sessions_end_with_a_new_password(an):
    tokens = [sign_in("an", PASSWORD)[0] for _ in range(2)]

    users.set_password(OPERATOR, an, "another good one")

    assert [find_session(token) for token in tokens] == [None, None]
    assert sign_in("an", "another good one")
    fail("an", 1)


def test_revoking_all_leaves_others_alone(an):
    binh = person("auditor", username="binh", of=project())
    mine, theirs = sign_in("an", PASSWORD)[0], sign_in("binh", PASSWORD)[0]

    revoke_all(an.id)

    assert find_session(mine) is None
    assert find_session(theirs).id == binh.id


def test_a_session_ends_after_a_working_day(an):
    token, _ = sign_in("an", PASSWORD)
    kept = db.session.scalars(select(UserSession)).one()

    assert kept.expires_at - now() > timedelta(hours=11, minutes=59)
    db.session.execute(update(UserSession).values(expires_at=now() - timedelta(seconds=1)))
    assert find_session(token) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\0", "\ud800", "ký tự", "../../etc"])
def test_what_is_no_token_finds_nobody(token):
    assert find_session(token) is None


def test_an_outdated_hash_is_renewed_at_sign_in(an, monkeypatch):
    before = an.password_hash
    monkeypatch.setattr(passwords, "is_outdated", lambda _: True)

    sign_in("an", PASSWORD)

    assert an.password_hash != before
    assert passwords.matches(an.password_hash, PASSWORD)


def test_after_five_wrong_passwords_even_the_right_one_waits(an):
    fail("an", 5)

    with pytest.raises(TooManyAttempts):
        sign_in("an", PASSWORD)
    later(seconds=31)
    assert sign_in("an", PASSWORD)[1] == an


def test_spellings_of_a_name_share_one_count(an):
    for spelling in ("an", "AN", "ａｎ", " An ", "a\u200bn"):
        fail(spelling, 1)

    with pytest.raises(TooManyAttempts):
        sign_in("aN", PASSWORD)


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(an):
    fail("an", 5)
    waits = []
    for _ in range(8):
        waits.append(wait_of("an"))
        later(minutes=16)
        fail("an", 1)

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def wait_of(name: str) -> int:
    """Seconds after which an attempt is counted again (tried on a copy that is rolled back)."""
    for seconds in (30, 60, 120, 240, 480, 900):
        with autocommit() as connection, connection.transaction(force_rollback=True):
            connection.execute(
                "update sign_in_failures set last_at = now() - %s",
                [timedelta(seconds=seconds + 1)],
            )
            if connection.execute(throttle._COUNT, {"name": name}).fetchone():
                return seconds
    raise AssertionError


def test_the_right_password_starts_the_count_anew(an):
    for _ in range(3):
        fail("an", 4)
        sign_in("an", PASSWORD)


def test_a_quiet_day_is_forgiven(an):
    fail("an", 5)
    later(days=1, seconds=1)
    fail("an", 4)

    assert sign_in("an", PASSWORD)


def test_guessing_one_name_does_not_lock_out_the_next(an):
    person("auditor", username="binh", of=project())
    fail("binh", 5)
    fail("nobody", 5)

    assert sign_in("an", PASSWORD)
    with pytest.raises(TooManyAttempts):
        sign_in("nobody", WRONG)


def test_counts_outlive_the_transaction_that_failed(an):
    db.session.commit()
    for _ in range(5):
        with pytest.raises(SignInNeeded), transaction():
            sign_in("an", WRONG)

    with pytest.raises(TooManyAttempts), transaction():
        sign_in("an", PASSWORD)


def test_guesses_sent_at_once_are_counted_one_by_one(an, app):
    db.session.commit()
    counted = []

    def guess() -> None:
        with app.app_context():
            try:
                throttle.count_attempt("an")
                counted.append(True)
            except TooManyAttempts:
                counted.append(False)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counted) == [False] * 15 + [True] * 5


def test_an_administrators_reset_lets_a_locked_person_in(an):
    fail("an", 5)

    users.set_password(OPERATOR, an, "another good one")

    assert sign_in("an", "another good one")


def test_counts_of_names_nobody_tries_any_more_are_dropped():
    fail("old", 1)
    later(days=8)
    fail("new", 1)

    with autocommit() as connection:
        names = connection.execute("select name from sign_in_failures").fetchall()
    assert names == [("new",)]


def test_accounts_are_made_once_under_the_folded_name(an):
    with pytest.raises(Conflict):
        users.create_user(OPERATOR, username="AN", full_name="", password=PASSWORD)
    assert users.find_user("ＡＮ") == an
    assert db.session.scalars(select(User.username)).all() == ["an"]
