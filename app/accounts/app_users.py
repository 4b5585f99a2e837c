"""Surveyors' phones: made with their territory, recognised by token, renewed and revoked.

Token and device password are derived from the installation's secret key (ADR 6): they can be
printed again for a lost QR code, and a stolen database holds neither.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from app.accounts.actors import OPERATOR, Actor
from app.accounts.grants import grant_role
from app.accounts.models import AppUser
from app.accounts.permissions import SURVEYOR
from app.accounts.phones import Phone
from app.accounts.tokens import hash_token
from app.accounts.usernames import check_username, fold_username
from app.audit import record
from app.clock import now
from app.db import db
from app.errors import BadRequest, Conflict
from app.extensions import secret_key

# 32 signs that are told apart on a worn screen (Crockford's): a byte's five low bits choose one.
PASSWORD_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"  # noqa: S105
PASSWORD_LENGTH = 12


def create_app_user(
    project_id: int,
    name: str,
    username: str,
    enumerator_code: str,
    unit_ids: Iterable[int],
    *,
    by: Actor = OPERATOR,
) -> AppUser:
    """Makes a surveyor's phone identity with the places it works in."""
    territory = sorted(set(unit_ids))
    if not territory:
        raise BadRequest("Name at least one village or commune where the surveyor works.")
    username = check_username(username)
    if find_by_username(username, project_id) is not None:
        raise Conflict("There is already a surveyor %(username)s.", username=username)
    # The id goes into the token and the token's hash into the row, so the id is drawn first.
    serial = func.nextval(func.pg_get_serial_sequence(AppUser.__tablename__, "id"))
    app_user = AppUser(
        id=db.session.scalar(select(serial)),
        project_id=project_id,
        name=name.strip(),
        username=username,
        enumerator_code=enumerator_code.strip(),
        generation=1,
    )
    app_user.token_hash = hash_token(app_user_token(app_user))
    db.session.add(app_user)
    db.session.flush()
    record(by.label, "app_user.created", _subject(app_user), username=username)
    for unit_id in territory:
        grant_role(by, app_user, role=SURVEYOR, unit_id=unit_id, project_id=project_id)
    return app_user


def app_user_token(app_user: AppUser) -> str:
    """The token in the phone's address: 43 signs of A-Z a-z 0-9 - _."""
    digest = _derive("app-user-token", app_user)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def device_password(app_user: AppUser | Phone) -> str:
    """The password for phones that sign in by name (Digest, Basic): 12 small letters and digits."""
    digest = _derive("device-password", app_user)
    return "".join(PASSWORD_SIGNS[byte % 32] for byte in digest[:PASSWORD_LENGTH])


def find_by_username(username: str, project_id: int) -> AppUser | None:
    """The surveyor of that name in a project, revoked ones too."""
    return db.session.scalar(
        select(AppUser).where(
            AppUser.username == fold_username(username), AppUser.project_id == project_id
        )
    )


def list_app_users() -> Sequence[AppUser]:
    """Every phone by project and username, revoked ones too."""
    return db.session.scalars(select(AppUser).order_by(AppUser.project_id, AppUser.username)).all()


def renew_app_user(app_user: AppUser, *, by: Actor = OPERATOR) -> None:
    """Gives a phone a new token and password and ends the old ones (lost phone, new person)."""
    app_user.generation += 1
    app_user.token_hash = hash_token(app_user_token(app_user))
    app_user.revoked_at = None
    record(by.label, "app_user.renewed", _subject(app_user), generation=app_user.generation)


def revoke_app_user(app_user: AppUser, *, by: Actor = OPERATOR) -> None:
    """Ends a phone's access; what it sent stays."""
    app_user.revoked_at = app_user.revoked_at or now()
    record(by.label, "app_user.revoked", _subject(app_user))


def _derive(purpose: str, app_user: AppUser | Phone) -> bytes:
    text = f"{purpose}:{app_user.id}:{app_user.generation}"
    return hmac.new(secret_key(), text.encode(), hashlib.sha256).digest()


def _subject(app_user: AppUser) -> str:
    return f"app_user:{app_user.id}"
