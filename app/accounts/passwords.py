"""Page passwords: Argon2id hashes, and what a password must be."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.errors import BadRequest

SHORTEST = 10
LONGEST = 500  # more costs the server time and the person nothing
GENERATED_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"

_hasher = PasswordHasher()


def check_password(password: str, username: str) -> None:
    """Refuses a password that is easily guessed or too long to hash."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(
            "A password has %(shortest)s to %(longest)s characters.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if len(set(password.casefold().replace(username, ""))) < SHORTEST // 2:
        raise BadRequest("This password is easy to guess. Choose another one.")


def hash_password(password: str) -> str:
    """The Argon2id hash that is stored."""
    return _hasher.hash(_typed(password))


def matches(stored: str, password: str) -> bool:
    """Whether the password belongs to the stored hash."""
    try:
        return len(password) <= LONGEST and _hasher.verify(stored, _typed(password))
    except VerifyMismatchError:
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def generate_password() -> str:
    """A password to hand to a person: 16 signs that are not mistaken for one another."""
    return "".join(secrets.choice(GENERATED_SIGNS) for _ in range(16))


def _typed(password: str) -> bytes:
    # One keyboard sends "ế" as one sign, another as three; both are the same password.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
