"""Goes through what somebody brought: one folder after the other, so that it may stop anywhere.

Every folder may be brought twice without harm, which is what makes stopping and repeating safe.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select

from app import audit, clock, queue
from app.accounts.actors import Actor
from app.accounts.models import AppUser
from app.db import db, on_commit, transaction
from app.errors import BadRequest, Problem
from app.imports.bring import Outcome, bring
from app.imports.find import Found, Skipped, find
from app.imports.models import Import, ImportItem
from app.imports.tree import NotATree, open_tree
from app.projects.queries import get_project
from app.storage.blobs import StoredBlob, blob_path, discard_unrecorded

SLICE = 0.5  # seconds after which a worker looks at the phones' interviews again
LONGEST_PATH = 500

log = logging.getLogger(__name__)


def begin(
    project_id: int,
    name: str,
    actor: Actor,
    *,
    app_user_id: int | None = None,
    zipped: StoredBlob | None = None,
) -> Import:
    """Notes that somebody brings something; a zip is then gone through by the workers."""
    actor.require("submission.import", project_id)
    get_project(project_id)
    if app_user_id is not None:
        phone = db.session.get(AppUser, app_user_id)
        if phone is None or phone.project_id != project_id:
            raise BadRequest("Choose a surveyor of this project.")
    made = Import(
        project_id=project_id,
        actor=actor.label,
        brought_by=actor.name,
        name=name[:LONGEST_PATH],
        app_user_id=app_user_id,
        zip_sha256=zipped.sha256 if zipped else None,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor.label, "import.started", f"import:{made.id}", name=made.name)
    if zipped:
        on_commit(queue.ring)
    return made


def bring_folder(
    import_id: int, path: Path, tell: Callable[[int], Callable[[Outcome], None]]
) -> None:
    """Goes through a folder or zip to its end; `tell` gets the total, then every outcome.

    Left by an exception (the disk is full, somebody presses Ctrl-C), the import is stopped.
    """
    try:
        with closing(open_tree(path)) as tree:
            items = find(tree)
            told = tell(len(items))
            for outcome in _go_on(import_id, items):
                told(outcome)
    except NotATree as error:
        with transaction():
            _fail(db.session.get_one(Import, import_id), str(error))
        raise
    except BaseException:
        with transaction():
            stopped = db.session.get_one(Import, import_id)
            stopped.state = "stopped" if stopped.state == "running" else stopped.state
        raise


def carry_on() -> None:
    """A slice of the oldest zip that waits, if any; another worker may work at the same one."""
    with transaction():
        waiting = db.session.execute(
            select(Import.id, Import.zip_sha256)
            .where(Import.state == "running", Import.zip_sha256.is_not(None))
            .order_by(Import.id)
            .limit(1)
        ).first()
    if waiting is None:
        _items.cache_clear()  # a deleted zip that is still open would go on taking room
        return
    import_id, sha256 = waiting
    try:
        items = _items(sha256)
    except NotATree as error:
        with transaction():
            _fail(db.session.get_one(Import, import_id), str(error))
        return
    until = time.monotonic() + SLICE
    for _ in _go_on(import_id, items):
        if time.monotonic() > until:
            return


@lru_cache(maxsize=1)
def _items(sha256: bytes) -> list[Found | Skipped]:
    """What a kept zip holds; it stays open while it is worked at."""
    return find(open_tree(blob_path(sha256)))


def _go_on(import_id: int, items: list[Found | Skipped]) -> Iterator[Outcome]:
    """Brings the folders that are still to come, each in a transaction of its own."""
    while True:
        with transaction():
            # Another worker may hold it, or somebody may have stopped it.
            running = _hold(import_id)
            if running is None:
                return
            running.total = len(items)
            if running.done >= len(items):
                _finish(running)
                return
            outcome = _bring(items[running.done], running)
            db.session.add(
                ImportItem(
                    import_id=import_id,
                    position=running.done,
                    path=outcome.path[:LONGEST_PATH],
                    outcome=outcome.case,
                    reason=outcome.reason,
                    instance_id=outcome.instance_id,
                )
            )
            running.done += 1
        yield outcome


def _hold(import_id: int) -> Import | None:
    held = select(Import).where(Import.id == import_id, Import.state == "running")
    fresh = held.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(fresh)


def _bring(item: Found | Skipped, running: Import) -> Outcome:
    try:
        return bring(item, running.project_id, running.app_user_id)
    except Problem:
        raise
    except Exception:
        # One folder that nobody thought of does not hold up the others.
        log.exception("The folder %s of import %s failed.", item.path, running.id)
        return Outcome(item.path, "skipped", "fault")


def _finish(running: Import) -> None:
    running.state, running.finished_at = "finished", clock.now()
    counted = Counter(
        db.session.scalars(select(ImportItem.outcome).where(ImportItem.import_id == running.id))
    )
    audit.record(running.actor, "import.finished", f"import:{running.id}", **counted)
    _drop_zip(running)


def _fail(running: Import, problem: str) -> None:
    running.state, running.problem, running.finished_at = "failed", problem, clock.now()
    audit.record(running.actor, "import.failed", f"import:{running.id}", problem=problem)
    _drop_zip(running)


def _drop_zip(running: Import) -> None:
    """What was in it is kept file by file; the zip itself would keep it all twice."""
    sha256, running.zip_sha256 = running.zip_sha256, None
    if sha256 is not None:
        on_commit(lambda: discard_unrecorded(sha256))
