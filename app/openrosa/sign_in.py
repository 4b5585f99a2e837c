"""Signing in by name, for phones whose address has no token: with Digest, on https also Basic."""

import base64
import hmac
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from flask import request

from app.accounts.app_users import device_password
from app.accounts.phones import NOBODY, Phone, phone_by_name
from app.accounts.sessions import WrongPassword
from app.accounts.throttle import count_attempt
from app.accounts.usernames import ALLOWED, fold_username
from app.errors import SignInNeeded
from app.extensions import secret_key
from app.openrosa import digest

log = logging.getLogger(__name__)


class NonceExpired(SignInNeeded):
    """The password is right and the nonce too old; the phone tries again without asking."""


@dataclass(frozen=True, slots=True)
class BasicProof:
    """A name and a password as the bytes that came."""

    username: bytes
    password: bytes
    stale: ClassVar[bool] = False

    def fits(self, password: str) -> bool:
        """Whether the password is this one."""
        return hmac.compare_digest(self.password, password.encode())


def sign_in(project_id: int) -> Phone:
    """The phone of a project whose surveyor proves to send this request.

    Raises `SignInNeeded`, with a wrong password `WrongPassword`, after many `TooManyAttempts`.
    Nothing is counted, nor the count looked at, when the password is right: it is generated, so
    what has to be slowed down is the noise, and a lost phone that goes on trying its old password
    must not lock out the one that replaced it.
    """
    proof = read_proof()
    name = name_in(proof)
    if proof is None or not ALLOWED.fullmatch(name):
        raise SignInNeeded
    known = phone_by_name(name, project_id)
    # For a name that nobody has, nobody's password is computed, so that it takes as long.
    password = device_password(known or NOBODY)
    if not proof.fits(password) or known is None:
        count_attempt(f"phone:{project_id}:{name}")
        raise WrongPassword
    if proof.stale:
        raise NonceExpired
    return known


def challenges(*, stale: bool) -> Iterator[str]:
    """The values of `WWW-Authenticate`, each for a line of its own; phones try the first they know.

    On http a password in clear is not asked for; Collect would not send it either.
    """
    yield from digest.challenges(secret_key(), stale=stale)
    if request.scheme == "https":
        yield f'Basic realm="{digest.REALM}", charset="UTF-8"'


Proof = digest.DigestProof | BasicProof


def name_in(proof: Proof | None) -> str:
    """The name that somebody gives, as names are kept; empty without a proof."""
    return fold_username(_text(proof.username)) if proof else ""


def read_proof() -> Proof | None:
    """What this request proves its sender's password with; None when there is nothing to try."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "digest":
        proof = digest.read_digest(rest, request.method, secret_key())
        return proof if proof and _asks_for(proof.given["uri"]) else None
    if scheme.lower() == "basic" and request.scheme == "https":
        return _read_basic(rest)
    return None


def _asks_for(uri: bytes) -> bool:
    """Whether this request is the signed one, with the path below which phones find us."""
    environ = request.environ
    path = (environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]).encode("latin-1")
    if digest.same_target(uri, path, request.query_string):
        return True
    log.warning("A phone signed the address %r, and %r arrived; does a proxy change it?", uri, path)
    return False


def _read_basic(text: str) -> BasicProof | None:
    try:
        username, colon, password = base64.b64decode(text.strip()).partition(b":")
    except ValueError:
        return None
    return BasicProof(username, password) if colon else None


def _text(name: bytes) -> str:
    """A name from bytes: phones write Latin-1 or UTF-8 without saying which."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
