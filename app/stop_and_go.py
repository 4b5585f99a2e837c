"""Work of the workers that people stop and let go on: a row whose `state` says which."""

from typing import Protocol

from app import audit, queue
from app.db import on_commit
from app.errors import Conflict


class Work(Protocol):
    """A row of a table of such work; whoever changes its state holds it."""

    __tablename__: str
    id: int
    state: str


def stop(work: Work, actor: str) -> None:
    """Lets it rest after the piece in hand; raises `Conflict` where it is not under way."""
    _switch(work, actor, "running", "stopped")


def resume(work: Work, actor: str) -> None:
    """Lets it go on where it was stopped; raises `Conflict` where it is not."""
    _switch(work, actor, "stopped", "running")
    on_commit(queue.ring)


def ended() -> Conflict:
    """What somebody is told who comes too late."""
    return Conflict("This has ended, or somebody was quicker. Load the page again.")


def _switch(work: Work, actor: str, before: str, after: str) -> None:
    if work.state != before:
        raise ended()
    work.state = after
    kind = work.__tablename__.removesuffix("s")
    audit.record(actor, f"{kind}.{after}", f"{kind}:{work.id}")
