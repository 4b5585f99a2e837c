"""Keys with which machines read the API; each may do what its account may do."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.accounts.actors import OPERATOR, Actor, find_person
from app.accounts.models import ApiToken, User
from app.audit import record
from app.clock import now
from app.db import db
from app.errors import BadRequest, NotFound

PREFIX = "thonso_"  # lets secret scanners, and people, see what leaked
HOLDER = """
select user_id from api_tokens
where token_hash = %s and (expires_at is null or expires_at > %s) and revoked_at is null
"""


def hash_token(token: str) -> bytes:
    """What is stored of a token; whatever bytes a stranger sends have a hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue_api_token(
    user: User, name: str, *, expires_at: datetime | None = None, by: Actor = OPERATOR
) -> str:
    """Makes a key for an account; it is shown this once and only its hash is kept."""
    if not name.strip():
        raise BadRequest("Give the key a name that says which machine uses it.")
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiToken(
        name=name.strip(), token_hash=hash_token(token), user_id=user.id, expires_at=expires_at
    )
    db.session.add(key)
    db.session.flush()
    record(by.label, "api_token.issued", f"user:{user.id}", token_id=key.id, name=key.name)
    return token


def find_api_token(token: str) -> Actor | None:
    """Whose key this is, unless it is unknown, expired, revoked, or its account disabled."""
    return find_person(HOLDER, hash_token(token), now())


def list_api_tokens(user: User) -> Sequence[ApiToken]:
    """The keys of an account that still work, oldest first."""
    working = select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
    return db.session.scalars(working.order_by(ApiToken.id)).all()


def revoke_api_token(user: User, token_id: int, *, by: Actor = OPERATOR) -> None:
    """Ends a key of an account; `NotFound` when it has no such key."""
    key = db.session.get(ApiToken, token_id)
    if key is None or key.user_id != user.id:
        raise NotFound
    key.revoked_at = key.revoked_at or now()
    record(by.label, "api_token.revoked", f"user:{user.id}", token_id=key.id, name=key.name)
