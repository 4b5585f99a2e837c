"""A kept-alive HTTP connection that is patient: a server that is being restarted is asked again."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 60.0  # seconds, as Collect waits (OpenRosa conformance 10)
PAUSES = (0.1, 0.3, 1.0, 2.0)  # seconds between attempts; the last one over and over
TRY_AGAIN = {502, 503, 504}


class StoppedError(Exception):
    """The demo cannot go on: the server is silent, or answered what it never should."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """One client of one server; requests of one thread, one after the other."""

    def __init__(self, base_url: str, headers: Mapping[str, str], patience: float = 120.0) -> None:
        self.base = urlsplit(base_url)
        self.headers = headers
        self.patience = patience
        self._open: http.client.HTTPConnection | None = None

    def get(self, url: str, **headers: str) -> Answer:
        """GET, which has to succeed."""
        answer = self.send("GET", url, None, headers)
        if answer.status != http.HTTPStatus.OK:
            raise StoppedError(f"GET {_masked(url)} was answered {answer.status}: {_text(answer)}")
        return answer

    def send(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """One request, repeated until it is answered: everything the demo sends may come twice."""
        deadline = time.monotonic() + self.patience
        for attempt in range(1_000_000):
            try:
                answer = self._once(method, url, body, headers)
                if answer.status not in TRY_AGAIN:
                    return answer
                reason = f"status {answer.status}"
            except (OSError, http.client.HTTPException) as error:
                self.close()
                reason = repr(error)
            if time.monotonic() > deadline:
                break
            time.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
        raise StoppedError(f"{method} {_masked(url)} was not answered: {reason}")

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _once(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        if self._open is None:
            self._open = http.client.HTTPConnection(
                self.base.hostname or "", self.base.port, timeout=TIMEOUT
            )
        where = urlsplit(url)
        path = where.path + (f"?{where.query}" if where.query else "")
        self._open.request(method, path, body, {**self.headers, **headers})
        response = self._open.getresponse()
        answer = Answer(response.status, dict(response.headers), response.read())
        if response.will_close:
            self.close()
        return answer


def _text(answer: Answer) -> str:
    return answer.body[:200].decode("utf-8", "replace")


def _masked(url: str) -> str:
    """Without the token."""
    before, key, after = url.partition("/key/")
    return f"{before}{key}…/{after.partition('/')[2]}" if key else url
