"""The demo's reviewers: each looks at what waits in a commune, and decides through the API."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

from app.demo.connection import Connection, StoppedError
from app.demo.interviews import APPROVE, LEAVE

REASON = "Chưa khớp với sổ hộ của thôn; đề nghị điều tra viên kiểm tra lại."
A_PAGE = 200
DONE = 200


class Reviewer:
    """Somebody with the right to decide about the interviews of one commune."""

    def __init__(self, base_url: str, token: str, commune_id: int) -> None:
        self.address = f"{base_url}/api/v1/submissions"
        self.commune_id = commune_id
        self.connection = Connection(base_url, {"Authorization": f"Bearer {token}"})

    def waiting(self) -> list[int]:
        """Interviews of the commune that wait for a decision, oldest first."""
        asked: dict[str, Any] = {"unit": self.commune_id, "state": "waiting", "limit": A_PAGE}
        found: list[int] = []
        while True:
            page = self.connection.get(f"{self.address}?{urlencode(asked)}").json()
            found += [item["id"] for item in page["items"]]
            if not page["next"]:
                return found[::-1]
            asked["next"] = page["next"]

    def decide(self, submission: int, decisions: dict[str, str]) -> None:
        """Look at the newest version and do with it what was planned for it, if anything was."""
        shown = self.connection.get(f"{self.address}/{submission}").json()
        instances = {version["id"]: version["instance_id"] for version in shown["versions"]}
        version = shown["current_version"]
        decision = decisions.get(instances[version], LEAVE)
        if decision == LEAVE:
            return
        said = {"state": "approved"} if decision == APPROVE else {"state": "rejected"}
        if decision != APPROVE:
            said["reason"] = REASON
        body = json.dumps({**said, "version": version}).encode()
        kind = {"Content-Type": "application/json"}
        answer = self.connection.send("PATCH", f"{self.address}/{submission}", body, kind)
        if answer.status != DONE:
            text = answer.body[:300].decode("utf-8", "replace")
            raise StoppedError(f"A decision was answered {answer.status}: {text}")


def decide_all(
    waiting: Sequence[tuple[Reviewer, Sequence[int]]],
    decisions: dict[str, str],
    told: Callable[[], None],
) -> None:
    """All reviewers decide at the same time; `decisions` says what about each instance."""

    def work(reviewer: Reviewer, submissions: Sequence[int]) -> None:
        for submission in submissions:
            reviewer.decide(submission, decisions)
            told()

    with ThreadPoolExecutor(len(waiting)) as pool:
        for done in [pool.submit(work, *own) for own in waiting]:
            done.result()
