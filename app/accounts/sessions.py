"""Signing in to the pages: a random token in the cookie, its hash in the database."""

import secrets
from datetime import timedelta
from functools import cache

from sqlalchemy import ColumnElement, select, update

from app.accounts import passwords
from app.accounts.actors import Actor, find_person
from app.accounts.models import User, UserSession
from app.accounts.throttle import count_attempt, forget_attempts
from app.accounts.tokens import hash_token
from app.accounts.usernames import LONGEST_USERNAME, fold_username
from app.clock import now
from app.db import db
from app.errors import SignInNeeded

LIFETIME = timedelta(hours=12)  # a working day; not prolonged, so that a forgotten one ends
SIGNED_IN = """
select user_id from user_sessions
where token_hash = %s and expires_at > %s and revoked_at is null
"""


class WrongPassword(SignInNeeded):
    """The name or the password is wrong; which of them is nobody's business."""

    message = "The name or the password is wrong."


def sign_in(username: str, password: str) -> tuple[str, User]:
    """Opens a session: its token for the cookie, and who it is.

    `WrongPassword` comes as slowly for an unknown name as for a known one; `TooManyAttempts` at
    once, while the name has to wait.
    """
    user = check_credentials(username, password)
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hash_password(password)
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(token_hash=hash_token(token), user_id=user.id, expires_at=now() + LIFETIME)
    )
    db.session.flush()
    return token, user


def check_credentials(username: str, password: str) -> User:
    """The account that the name and password belong to; refuses as `sign_in` does."""
    name = fold_username(username)
    if len(name) > LONGEST_USERNAME:
        raise WrongPassword
    count_attempt(name)
    user = db.session.scalar(select(User).where(User.username == name))
    known = user.password_hash if user is not None else _nobodys_hash()
    if not passwords.matches(known, password) or user is None or user.disabled_at is not None:
        raise WrongPassword
    forget_attempts(name)
    return user


def find_session(token: str) -> Actor | None:
    """Who is signed in with this token, unless it is unknown, expired, revoked or disabled."""
    return find_person(SIGNED_IN, hash_token(token), now())


def sign_out(token: str) -> None:
    """Ends one session; an unknown token is no error."""
    _revoke(UserSession.token_hash == hash_token(token))


def revoke_all(user_id: int) -> None:
    """Ends every session of a person."""
    _revoke(UserSession.user_id == user_id)


def _revoke(which: ColumnElement[bool]) -> None:
    still_open = update(UserSession).where(which, UserSession.revoked_at.is_(None))
    db.session.execute(still_open.values(revoked_at=now()))


@cache
def _nobodys_hash() -> str:
    """A hash that no password has, to spend the same time on names that do not exist."""
    return passwords.hash_password(secrets.token_urlsafe(32))
