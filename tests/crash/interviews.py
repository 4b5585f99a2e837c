"""What the phones send: household interviews with photos and edits, and how each is to be sent."""

import hashlib
import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks import programme, templates

PHOTO = "1763778000000.jpg"
PHOTO_BYTES = 6_000
WAYS = ("plain", "photo", "photo", "split", "twice", "edited", "edit-first")
IDENTITY = re.compile(rb"<instanceID>(uuid:[^<]+)</instanceID>")
ANSWER = re.compile(rb"<pay_elec>\d</pay_elec>")


@dataclass(frozen=True, slots=True)
class Instance:
    """One filled-in form as it stands on a phone, with its photo if it has one."""

    instance_id: str
    xml: bytes
    photo: bytes | None = None

    @property
    def photo_sha256(self) -> bytes | None:
        """Under which hash the photo has to be found."""
        return hashlib.sha256(self.photo).digest() if self.photo else None

    def body(self, *, with_photo: bool = True) -> bytes:
        """One POST of it."""
        parts = [templates.HEAD, self.xml]
        if self.photo and with_photo:
            parts += [
                f'\r\n--{templates.BOUNDARY}\r\nContent-Disposition: form-data; name="{PHOTO}"; '
                f'filename="{PHOTO}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode(),
                self.photo,
            ]
        return b"".join([*parts, templates.TAIL])


@dataclass(frozen=True, slots=True)
class Interview:
    """The versions of one interview, oldest first, and the POSTs that bring them, in order."""

    household: str
    versions: tuple[Instance, ...]
    posts: tuple[bytes, ...]

    @property
    def newest(self) -> Instance:
        """The version that counts in the end."""
        return self.versions[-1]


def interviews(count: int, seed: int) -> Iterator[Interview]:
    """So many interviews, each about a household of its own; the seed says how they are sent."""
    rng = random.Random(seed)
    source = templates.bodies(programme.TEMPLATE, seed=seed)
    for _ in range(count):
        body = next(source)
        xml = body[len(templates.HEAD) : -len(templates.TAIL)]
        yield _interview(xml, rng.choice(WAYS), rng)


def _interview(xml: bytes, way: str, rng: random.Random) -> Interview:
    household = re.search(rb"<hh_id>([^<]+)</hh_id>", xml)
    assert household is not None
    first = _instance(xml, rng if way in {"photo", "split"} else None)
    versions, posts = (first,), (first.body(),)
    if way == "split":
        posts = (first.body(with_photo=False), first.body())
    elif way == "twice":
        posts = (first.body(), first.body())
    elif way in {"edited", "edit-first"}:
        edit = _edit(first, rng)
        versions = (first, edit)
        posts = (first.body(), edit.body())
        posts = posts if way == "edited" else posts[::-1]
    return Interview(household[1].decode(), versions, posts)


def _instance(xml: bytes, rng: random.Random | None) -> Instance:
    found = IDENTITY.search(xml)
    assert found is not None
    photo = None
    if rng:
        xml = xml.replace(b"<photo/>", b"<photo>%s</photo>" % PHOTO.encode())
        photo = rng.randbytes(PHOTO_BYTES)
    return Instance(found[1].decode(), xml, photo)


def _edit(first: Instance, rng: random.Random) -> Instance:
    """The same interview with another answer, as Collect sends an edited form."""
    new = f"uuid:{uuid.uuid4()}"
    identity = (
        f"<instanceID>{new}</instanceID><deprecatedID>{first.instance_id}</deprecatedID>".encode()
    )
    xml = IDENTITY.sub(identity, first.xml)
    return Instance(new, ANSWER.sub(b"<pay_elec>%d</pay_elec>" % rng.choice((1, 2, 3)), xml))
