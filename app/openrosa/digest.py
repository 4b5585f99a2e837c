"""Digest sign-in (RFC 7616): the password itself never crosses the line, so plain http will do.

Nothing is stored. A nonce is the time it was made and a seal over that time. The count `nc` is
hashed as it came and not compared: a phone's sync and its sender count on one nonce, out of order.
"""

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_dict_header

REALM = "Thon So"
# Collect takes the first line whatever its algorithm, and older ones know MD5 only. Against a
# generated password of 60 bits MD5 is no weaker here than SHA-256.
ALGORITHMS = {b"MD5": hashlib.md5, b"SHA-256": hashlib.sha256}
NONCE_LIFE = 12 * 3600  # seconds: a phone that has signed in is not stopped within a day's work


def challenges(key: bytes, *, stale: bool = False) -> Iterator[str]:
    """The challenges, one for each algorithm; `stale` says that only the nonce was too old."""
    nonce = _nonce(key, f"{int(time.time()):x}".encode()).decode()
    for algorithm in ALGORITHMS:
        yield (
            f'Digest realm="{REALM}", nonce="{nonce}", algorithm={algorithm.decode()}, qop="auth"'
            f", charset=UTF-8{', stale=true' if stale else ''}"
        )


@dataclass(frozen=True, slots=True)
class DigestProof:
    """What came instead of a password, to a challenge of ours; every part as the bytes that came.

    The name and the address need no decoding before they are hashed, so whatever charset the
    phone's HTTP library chose for them is right.
    """

    given: Mapping[str, bytes]
    method: str

    @property
    def username(self) -> bytes:
        """The name as typed."""
        return self.given["username"]

    @property
    def stale(self) -> bool:
        """Whether the nonce has expired."""
        made = int(self.given["nonce"].partition(b".")[0], 16)
        return time.time() - made > NONCE_LIFE

    def fits(self, password: str) -> bool:
        """Whether it was made with this password."""
        given = self.given
        who = b":".join([given["username"], REALM.encode(), password.encode()])
        what = b":".join([self.method.encode(), given["uri"]])
        middle = [given[part] for part in ("nonce", "nc", "cnonce", "qop")]
        expected = self._hash(b":".join([self._hash(who), *middle, self._hash(what)]))
        return hmac.compare_digest(expected, given["response"].lower())

    def _hash(self, text: bytes) -> bytes:
        algorithm = ALGORITHMS[self.given["algorithm"]]
        return algorithm(text, usedforsecurity=False).hexdigest().encode()


def read_digest(text: str, method: str, key: bytes) -> DigestProof | None:
    """Read what follows `Digest ` in the header; None when it answers no challenge of ours."""
    given = dict.fromkeys(("username", "uri", "nonce", "nc", "cnonce", "qop", "response"), b"")
    for name, value in parse_dict_header(text).items():
        given[name] = (value or "").encode("latin-1", "replace")
    given["algorithm"] = given.get("algorithm", b"MD5").upper()
    stamp = given["nonce"].partition(b".")[0]
    if (
        given["qop"] != b"auth"
        or given["algorithm"] not in ALGORITHMS
        or not hmac.compare_digest(given["nonce"], _nonce(key, stamp))
    ):
        return None
    return DigestProof(given, method)


def same_target(uri: bytes, path: bytes, query: bytes) -> bool:
    """Whether the address that was signed is the one that was asked for.

    Servers hand the path on decoded, so it is compared decoded (it is what views are chosen by);
    the query, where phones write `collect%3A…`, is compared as it was sent.
    """
    signed_path, _, signed_query = uri.partition(b"?")
    return unquote_to_bytes(signed_path) == path and signed_query == query


def _nonce(key: bytes, stamp: bytes) -> bytes:
    seal = hmac.new(key, b"digest-nonce:" + stamp, hashlib.sha256).hexdigest()
    return b"%s.%s" % (stamp, seal[:32].encode())
