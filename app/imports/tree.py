"""PURE. What a folder or a zip holds, file by file; nothing is unpacked and no link is followed."""

import os
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from app.errors import BadRequest

MOST_ENTRIES = 200_000
LARGEST_TOTAL = 100 * 1024**3  # bytes of all files together
LARGEST_FILE = 2 * 1024**3
# A zip bomb packs a thousandfold; photographs and sound hardly at all, XML some twentyfold.
MOST_PACKED, PACKED_FROM = 200, 10 * 1024**2
LOCKED, UTF_8 = 0x1, 0x800  # flags of a zip's entry


class NotATree(BadRequest):
    """The path is neither a folder nor a readable zip, or a zip that no honest hand packed."""


@dataclass(frozen=True, slots=True)
class File:
    """One file, by its path inside the tree with `/` between its parts."""

    path: str
    size: int
    open: Callable[[], IO[bytes]]

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder it lies in; empty at the top."""
        return self.path.rpartition("/")[0]


@dataclass(slots=True)
class Tree:
    """The files, and by path why others are left out (a key of `find.REASONS`)."""

    files: list[File] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None


def open_tree(path: Path) -> Tree:
    """The files of a folder or a zip; raises `NotATree` with what is wrong."""
    if path.is_dir():
        tree = Tree()
        for file in _walk(path, tree.left_out):
            tree.files.append(file)
            if len(tree.files) > MOST_ENTRIES:
                raise NotATree("There are too many files. Import one phone's folder at a time.")
        return tree
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise NotATree("This is neither a folder nor a readable zip file.") from error
    try:
        return _unzip(archive)
    except BaseException:
        archive.close()
        raise


def _walk(top: Path, left_out: dict[str, str]) -> Iterator[File]:
    for here, folders, names in os.walk(top, onerror=None):
        folders.sort()
        for name in sorted([*folders, *names]):
            place = Path(here) / name
            path = _printable(place.relative_to(top).as_posix())
            try:
                status = place.lstat()
            except OSError:
                left_out[path] = "unreadable"
                continue
            if stat.S_ISLNK(status.st_mode):
                left_out[path] = "link"
            elif stat.S_ISREG(status.st_mode):
                yield File(path, status.st_size, partial(_open, place))


def _open(place: Path) -> IO[bytes]:
    return place.open("rb")


def _printable(name: str) -> str:
    """A name whose bytes are no UTF-8 still gets through, with marks in their place."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")


def _unzip(archive: zipfile.ZipFile) -> Tree:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise NotATree("There are too many files. Import one phone's folder at a time.")
    if sum(entry.file_size for entry in entries) > LARGEST_TOTAL:
        raise NotATree("Unpacked, this zip would be far larger than any phone's memory.")
    tree = Tree(close=archive.close)
    seen: set[str] = set()
    for entry in entries:
        if entry.is_dir():
            continue
        path = _name(entry)
        complaint = "twice" if path in seen else _complaint(entry, path)
        seen.add(path)
        if complaint:
            tree.left_out[path] = complaint
        else:
            tree.files.append(File(path, entry.file_size, partial(archive.open, entry)))
    return tree


def _name(entry: zipfile.ZipInfo) -> str:
    """The path as it was meant: zips made on Windows and on Macs often do not say how they write.

    Without the flag for UTF-8 the name is tried as UTF-8, then as Windows writes Vietnamese.
    """
    name = entry.filename
    if not entry.flag_bits & UTF_8:
        raw = name.encode("cp437", "replace")
        for charset in ("utf-8", "cp1258"):
            try:
                name = unicodedata.normalize("NFC", raw.decode(charset))
                break
            except UnicodeDecodeError:
                continue
    return _printable(name.encode("utf-8", "replace").decode()).replace("\\", "/")


def _complaint(entry: zipfile.ZipInfo, path: str) -> str | None:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or ":" in path.partition("/")[0]:
        return "outside"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG}:
        return "link"
    if entry.flag_bits & LOCKED:
        return "locked"
    packed_much = entry.file_size > MOST_PACKED * max(entry.compress_size, 1)
    if entry.file_size > LARGEST_FILE or (entry.file_size > PACKED_FROM and packed_much):
        return "too-large"
    return None
