"""PURE. Which folders of a tree hold a finished interview, and why the others are left alone.

Collect keeps each interview in a folder of its own: `<name>/<name>.xml` and the files that belong
to it. Which of them are finished stands in `metadata/instances.db` beside `instances`, when that
was copied too.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from app.imports.tree import File, Tree

SUBMISSION = "submission.xml"  # what is sent when Collect was stopped in the middle of packing
LAST_SAVED = "last-saved.xml"  # a copy that fills in answers of the next interview
UNFINISHED = {"incomplete", "invalid", "valid", "newEdit"}  # not yet finalized on the phone
LARGEST_BOOK = 64 * 1024**2
SQLITE = b"SQLite format 3\0"
STEPS = 10_000_000  # of SQLite's machine: far more than reading a book takes

# Why something is left alone, in words for whoever carries the stick.
REASONS = {
    "hidden": "It is hidden: a cache of the phone, no interview.",
    "link": "It is a link to something else; only files are read.",
    "outside": "Its name leads out of the folder.",
    "locked": "It is locked with a password.",
    "too-large": "It is too large.",
    "twice": "A file of this name is there twice; the first one is taken.",
    "no-interview": "There is no interview in this folder.",
    "several": "There are several interviews in one folder.",
    "form": "It is a form, not a filled-in interview.",
    "unfinished": "The interview was not finished on the phone.",
    "unreadable": "The file is damaged and cannot be read.",
    "refused": "It has a document type definition, which no form needs.",
    "fault": "A fault of the programme; it is in the server's log.",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A folder with an interview, and the files that belong to it."""

    path: str
    xml: File
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is left alone, and why."""

    path: str
    reason: str


def find(tree: Tree) -> list[Found | Skipped]:
    """What the tree holds, in the order of its paths: always the same for the same tree."""
    folders: dict[str, list[File]] = defaultdict(list)
    hidden: set[str] = set()
    for file in tree.files:
        cache = _hidden(file.path)
        if cache is None:
            folders[file.folder].append(file)
        else:
            hidden.add(cache)
    unfinished = _unfinished(tree)
    found = chain(
        (_look(path, files, unfinished) for path, files in folders.items()),
        (Skipped(path, "hidden") for path in hidden),
        (Skipped(path, reason) for path, reason in tree.left_out.items()),
    )
    return sorted((item for item in found if item is not None), key=lambda item: item.path)


def _hidden(path: str) -> str | None:
    """The hidden file or folder that a path leads through; None when all of it is visible."""
    parts = path.split("/")
    for depth, part in enumerate(parts, 1):
        if part.startswith(".") or part == "__MACOSX":
            return "/".join(parts[:depth])
    return None


def _look(
    path: str, files: Sequence[File], unfinished: Mapping[str, str]
) -> Found | Skipped | None:
    name = path.rpartition("/")[2]
    by_name = {file.name: file for file in files}
    documents = [file for file in files if file.name.lower().endswith(".xml")]
    if LAST_SAVED in by_name or name == "forms" or name.endswith("-media"):
        return Skipped(path, "form")
    if name == "metadata" or not files:
        return None
    own = by_name.get(SUBMISSION) or by_name.get(f"{name}.xml")
    if own is None and not documents:
        saves = any(file.name.endswith(".xml.save") for file in files)
        return Skipped(path, "unfinished" if saves else "no-interview")
    if own is None and len(documents) > 1:
        return Skipped(path, "several")
    if name in unfinished:
        return Skipped(path, "unfinished")
    xml = own or documents[0]
    # Of an interview that was being packed Collect sends all that lies there.
    return Found(path, xml, [file for file in files if file is not xml and not _is_save(file)])


def _is_save(file: File) -> bool:
    return file.name.endswith(".save")


def _unfinished(tree: Tree) -> dict[str, str]:
    """By name of the folder, the state of the interviews that the phone's own book calls open."""
    states: dict[str, str] = {}
    for book in tree.files:
        if book.name == "instances.db" and book.size <= LARGEST_BOOK:
            with suppress(OSError, ValueError, sqlite3.Error), book.open() as stream:
                states.update(_states(stream.read(LARGEST_BOOK)))
    return states


def _states(content: bytes) -> Iterator[tuple[str, str]]:
    if not content.startswith(SQLITE):
        return
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(content)
        # The file is a stranger's: nothing in it may run for long, nor anything of its own.
        connection.execute("pragma trusted_schema = off")
        steps = iter(range(STEPS // 1000))
        connection.set_progress_handler(lambda: next(steps, None) is None, 1000)
        rows = connection.execute("select instanceFilePath, status from instances limit 200000")
        for path, status in rows:
            folder = str(path).replace("\\", "/").rpartition("/")[0].rpartition("/")[2]
            if status in UNFINISHED and folder:
                yield folder, status
    finally:
        connection.close()
