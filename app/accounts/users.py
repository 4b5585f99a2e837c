"""People who sign in to the pages: made, found, disabled, given another password."""

import base64
import hashlib
import hmac
from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.models import User
from app.accounts.passwords import check_password, hash_password
from app.accounts.sessions import revoke_all
from app.accounts.throttle import forget_attempts
from app.accounts.usernames import check_username, fold_username
from app.audit import record
from app.clock import now
from app.db import db
from app.errors import Conflict, NotFound
from app.extensions import secret_key


def create_user(
    by: Actor, *, username: str, full_name: str, password: str, language: str = "vi"
) -> User:
    """Makes an account without any right; `grants.grant_role` gives it some."""
    username = check_username(username)
    check_password(password, username)
    if find_user(username) is not None:
        raise Conflict("There is already an account %(username)s.", username=username)
    user = User(
        username=username,
        full_name=full_name.strip() or username,
        password_hash=hash_password(password),
        language=language,
    )
    db.session.add(user)
    db.session.flush()
    record(by.label, "user.created", f"user:{user.id}", username=username)
    return user


def find_user(username: str) -> User | None:
    """The account of this name, however it is typed; disabled ones too."""
    return db.session.scalar(select(User).where(User.username == fold_username(username)))


def get_user(username: str) -> User:
    """The account of this name; `NotFound` when there is none."""
    user = find_user(username)
    if user is None:
        raise NotFound("There is no account %(username)s.", username=username)
    return user


def transfer_password(user: User | None) -> str:
    """The password for programmes that carry interviews by Digest, where Argon2 cannot serve.

    Derived like those of phones (ADR 6), from the password's hash too: another password on the
    pages ends it. For nobody it is one that nobody has.
    """
    text = f"transfer-password:{user.id}:{user.password_hash}" if user else "nobody"
    digest = hmac.new(secret_key(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:16]


def list_users() -> Sequence[User]:
    """Every account by name, disabled ones too."""
    return db.session.scalars(select(User).order_by(User.username)).all()


def set_password(by: Actor, user: User, password: str) -> None:
    """Changes the password and ends every session; keys to the API stay (they are machines')."""
    check_password(password, user.username)
    user.password_hash = hash_password(password)
    revoke_all(user.id)
    forget_attempts(user.username)
    record(by.label, "user.password_changed", f"user:{user.id}")


def disable_user(by: Actor, user: User) -> None:
    """Ends the account's sessions and keys at once; what the person did stays on record."""
    user.disabled_at = user.disabled_at or now()
    revoke_all(user.id)
    record(by.label, "user.disabled", f"user:{user.id}")


def enable_user(by: Actor, user: User) -> None:
    """Lets a disabled account sign in again."""
    user.disabled_at = None
    record(by.label, "user.enabled", f"user:{user.id}")


def names_of(labels: Collection[str]) -> dict[str, str]:
    """The names of people as the audit trail has them: `user:3` is “Lê Thị Lan”."""
    ids = {int(label.removeprefix("user:")) for label in labels if label.startswith("user:")}
    people = db.session.execute(select(User.id, User.full_name).where(User.id.in_(ids)))
    return {f"user:{user_id}": name for user_id, name in people}
