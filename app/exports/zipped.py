"""PURE. A zip whose files were deflated piece by piece, so that one may stop between any two.

A piece ends on a whole byte and looks back at nothing (a full flush of deflate, RFC 1951), so that
pieces made hours apart, and by different workers, are one stream when they stand in a row. The
layout of the archive is that of PKWARE's APPNOTE, 4.3, without ZIP64: files and archive below 4 GB.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LEVEL = 6
RAW = -15  # a window of 32 KB, and no header: what a zip holds
END = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW).flush()  # a last block, which is empty
VERSION, DEFLATED = 20, 8
UTF8 = 1 << 11
DAY = 1 << 5 | 1  # 1 January 1980: the same figures make the same bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Deflated bytes; `size` and `crc` are of the file up to their end, before it was deflated."""

    packed: bytes
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive; its pieces are fetched when they are written."""

    name: str
    packed: int  # bytes of all pieces
    size: int
    crc: int
    pieces: Iterable[bytes]


def squeeze(text: bytes, size: int = 0, crc: int = 0) -> Piece:
    """The next piece of a file, of which `size` bytes with this checksum are there already."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    packed = deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH)
    return Piece(packed, size + len(text), zlib.crc32(text, crc))


def whole(name: str, content: bytes) -> Member:
    """A file that is at hand in one."""
    piece = squeeze(content)
    packed = piece.packed + END
    return Member(name, len(packed), piece.size, piece.crc, (packed,))


def length(members: Iterable[Member]) -> int:
    """Bytes of the archive of these files."""
    return len(_end(0, 0, 0)) + sum(
        len(_local(one)) + one.packed + len(_central(one, 0)) for one in members
    )


def archive(members: Iterable[Member]) -> Iterator[bytes]:
    """The archive, from its first byte to its last."""
    at, entries = 0, []
    for member in members:
        entries.append(_central(member, at))
        head = _local(member)
        at += len(head) + member.packed
        yield head
        yield from member.pieces
    directory = b"".join(entries)
    yield directory
    yield _end(len(entries), len(directory), at)


def _local(member: Member) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\3\4", VERSION, *_said(member), 0) + member.name.encode()


def _central(member: Member, at: int) -> bytes:
    said, nothing = (VERSION, VERSION, *_said(member)), (0, 0, 0, 0, 0)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *said, *nothing, at) + member.name.encode()


def _said(member: Member) -> tuple[int, ...]:
    """What both headers say: flags, method, time, day, checksum, sizes, length of the name."""
    name = len(member.name.encode())
    return UTF8, DEFLATED, 0, DAY, member.crc, member.packed, member.size, name


def _end(entries: int, size: int, at: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, size, at, 0)
