"""Fills templates: `{{pick:a|b}}`, `{{int:1:9}}`, `{{uuid}}` (once), `{{n}}` (a running number)."""

import itertools
import random
import re
import uuid
from collections.abc import Iterator

POOL = 200  # filled-in forms; each submission takes one and gets its own id and number
PICK = re.compile(r"\{\{pick:([^}]*)\}\}")
NUMBER = re.compile(r"\{\{int:(\d+):(\d+)\}\}")
BOUNDARY = "thonso-benchmark"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="xml_submission_file"; '
    'filename="submission.xml"\r\nContent-Type: text/xml\r\n\r\n'
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def fill(template: str, rng: random.Random) -> str:
    """The template with everything chosen but `{{uuid}}` and `{{n}}`."""
    chosen = PICK.sub(lambda found: rng.choice(found[1].split("|")), template)
    return NUMBER.sub(lambda found: str(rng.randint(int(found[1]), int(found[2]))), chosen)


def bodies(template: str, *, seed: int = 1, first: int = 1) -> Iterator[bytes]:
    """Multipart bodies without end, no two of them alike."""
    rng = random.Random(seed)
    pool = [fill(template, rng).encode().split(b"{{uuid}}") for _ in range(POOL)]
    for number in itertools.count(first):
        before, after = pool[number % POOL]
        instance = b"uuid:%s" % str(uuid.uuid4()).encode()
        xml = (before + instance + after).replace(b"{{n}}", b"%d" % number)
        yield HEAD + xml + TAIL


def with_photo(body: bytes, photo: bytes) -> bytes:
    """The same submission with a photo behind its interview."""
    head = (
        f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="a.jpg"; filename="a.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    return body.removesuffix(TAIL) + head + photo + TAIL
