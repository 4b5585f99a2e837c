"""PURE. Files that come with an interview: the phone's audit log, and sometimes a photo."""

import random
import struct
import zlib
from datetime import timedelta

from app.demo.chance import numbers_of
from app.demo.household_form import photo_name
from app.demo.interviews import Interview

WIDTH, HEIGHT = 320, 240
Colour = tuple[int, int, int]
SKY, EARTH, ROOF, DOOR = (176, 205, 226), (143, 96, 62), (122, 62, 48), (70, 50, 40)


def audit_log(interview: Interview) -> bytes:
    """What Collect notes about the filling of a form: event, question, begin and end (in ms)."""
    start = interview.start
    questions = 30 if interview.is_complete else 6
    rows = ["event,node,start,end", f"form start,,{_ms(start.timestamp())},"]
    for number in range(questions):
        begun = (start + timedelta(seconds=15 * number)).timestamp()
        node = f"/data/question_{number + 1}"
        rows.append(f"question,{node},{_ms(begun)},{_ms(begun + 12)}")
    last = (start + timedelta(seconds=15 * questions)).timestamp()
    rows += [f"form finalize,,{_ms(last)},", f"form exit,,{_ms(last)},{_ms(last)}", ""]
    return "\n".join(rows).encode()


def photo(interview: Interview) -> tuple[str, bytes]:
    """Name and bytes of a picture of a house that never stood anywhere (PNG)."""
    rng = numbers_of(interview.subject, "photo")
    wall = rng.choice(((214, 180, 140), (226, 214, 190), (188, 204, 180)))
    left, top = rng.randint(60, 110), rng.randint(90, 120)
    rows = [
        b"".join(bytes(_shade(rng, _pixel(x, y, left, top, wall))) for x in range(WIDTH))
        for y in range(HEIGHT)
    ]
    return photo_name(interview), _png(rows)


def _pixel(x: int, y: int, left: int, top: int, wall: Colour) -> Colour:
    right, floor, middle = left + 140, 200, left + 70
    if top <= y < floor and left <= x < right:
        return DOOR if middle - 14 <= x < middle + 14 and y > top + 35 else wall
    if top - 50 <= y < top and abs(x - middle) < 85 * (y - top + 50) / 50:
        return ROOF
    return SKY if y < floor - 20 else EARTH


def _shade(rng: random.Random, colour: Colour) -> Colour:
    grain = rng.randint(-6, 6)
    red, green, blue = (min(max(part + grain, 0), 255) for part in colour)
    return red, green, blue


def _png(rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
