"""A phone that signs in by name, and a Digest written from RFC 7616 rather than from the server."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.http import parse_dict_header
from werkzeug.test import TestResponse

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
DEVICE = "?deviceID=collect%3Aab12"


def challenges_of(answer: TestResponse) -> list[str]:
    """The challenges, line by line."""
    return answer.headers.getlist("WWW-Authenticate")


def challenge_of(answer: TestResponse, algorithm: str = "MD5") -> dict[str, Any]:
    """The parts of the Digest challenge with this algorithm."""
    lines = [line for line in challenges_of(answer) if line.startswith("Digest ")]
    read = [parse_dict_header(line.removeprefix("Digest ")) for line in lines]
    return next(parts for parts in read if parts["algorithm"] == algorithm)


def digest(username: str | bytes, password: str, method: str, uri: str, **parts: str) -> str:
    """The header for a request; `parts` are of the challenge, or replace what would be sent."""
    sent = {"nc": "00000001", "cnonce": "c0ffee", "qop": "auth"} | parts
    algorithm = HASHES[sent.get("hashed_as", sent.get("algorithm", "MD5"))]
    name = username if isinstance(username, bytes) else username.encode()

    def hashed(text: bytes) -> bytes:
        return algorithm(text).hexdigest().encode()

    ha1 = hashed(name + f":{sent['realm']}:{password}".encode())
    ha2 = hashed(f"{method}:{uri}".encode())
    middle = ":".join(sent[part] for part in ("nonce", "nc", "cnonce", "qop")).encode()
    response = sent.get("response", hashed(b":".join([ha1, middle, ha2])).decode())
    quoted = {"realm": sent["realm"], "nonce": sent["nonce"], "uri": uri,
              "cnonce": sent["cnonce"], "response": response}  # fmt: skip
    bare = {part: sent[part] for part in ("algorithm", "qop", "nc") if sent.get(part)}
    said = [f'username="{name.decode("latin-1")}"']
    said += [f'{part}="{value}"' for part, value in quoted.items()]
    return "Digest " + ", ".join(said + [f"{part}={value}" for part, value in bare.items()])


@dataclass
class Signer:
    """A phone that was given an address without a token, a name and a password."""

    client: FlaskClient
    base: str
    username: str
    password: str
    scheme: str = "http"

    def ask(self, path: str = "/formList", method: str = "GET", **options: Any) -> TestResponse:
        """A request below the project's address, with the device's name; unsigned."""
        target = f"{self.base}{path}{DEVICE}"
        where = f"{self.scheme}://localhost"
        return self.client.open(target, method=method, base_url=where, buffered=True, **options)

    def say(self, authorization: str, path: str = "/formList", **options: Any) -> TestResponse:
        """A request with this header."""
        return self.ask(path, headers={"Authorization": authorization}, **options)

    def header(self, path: str = "/formList", method: str = "GET", **changes: Any) -> str:
        """The header for a request; without a nonce, after asking for one."""
        algorithm = changes.pop("challenge", "MD5")
        asked = challenge_of(self.ask(path, method), algorithm) if "nonce" not in changes else {}
        parts = {"algorithm": algorithm, "realm": "Thon So", **asked, **changes}
        username = parts.pop("username", self.username)
        password = parts.pop("password", self.password)
        signed_as = parts.pop("signed_as", method)
        uri = parts.pop("uri", f"{self.base}{path}{DEVICE}")
        return digest(username, password, signed_as, uri, **parts)

    def get(self, path: str = "/formList", method: str = "GET", **changes: Any) -> TestResponse:
        """A request and its header."""
        return self.say(self.header(path, method, **changes), path, method=method)
