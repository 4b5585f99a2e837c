"""Encrypted interviews: kept whole with all their parts, in several POSTs, and never half-read."""

import base64
import hashlib
import os
import uuid
from dataclasses import dataclass

import pytest
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.padding import PKCS7
from lxml import etree

from app import pipeline
from app.db import db, driver, transaction
from app.errors import Conflict
from app.review.queries import flags_of
from app.storage.blobs import blob_path
from app.submissions.models import Instance, Interview, Submission
from app.submissions.queries import attachments_of
from app.xforms.problems import FormRefused
from tests import people
from tests.openrosa.conftest import xml_part
from tests.small_forms import WELL, publish
from tests.xforms.test_public_key import public_key

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
NAMESPACES = ("http://opendatakit.org/submissions", "http://www.opendatakit.org/xforms/encrypted")
KEY = rsa.generate_private_key(65537, 2048)


def encrypted_form(key: str = public_key(KEY), version: str = "1") -> str:
    """The form about a well, with a public key."""
    return WELL.replace("| org_unit |", "| org_unit | public_key |").replace(
        "| well    | 1       | Wells & <springs> | village  |",
        f"| well | {version} | Wells | village | {key} |",
    )


class Vectors:
    """The initialization vectors of one interview, in the order of its files (conformance 135)."""

    def __init__(self, instance_id: str, key: bytes) -> None:
        seed = hashlib.md5(instance_id.encode() + key).digest()
        self.seed, self.files = bytearray(seed), 0

    def next(self) -> bytes:
        place = self.files % 16
        self.seed[place] = (self.seed[place] + 1) % 256
        self.files += 1
        return bytes(self.seed)


@dataclass
class Encrypted:
    """What a phone sends instead of an interview: the manifest, and encrypted parts by name."""

    instance_id: str
    manifest: bytes
    parts: dict[str, bytes]


def encrypt(xml: bytes, files: dict[str, bytes], namespace: str) -> Encrypted:
    """Encrypts as Collect does: AES-256-CFB with PKCS#7, the key with RSA-OAEP."""
    instance_id, key = f"uuid:{uuid.uuid4()}", os.urandom(32)
    vectors = Vectors(instance_id, key)
    plain, parts = {**files, "submission.xml": xml}, {}
    for name, content in plain.items():
        padder, cipher = PKCS7(128).padder(), Cipher(AES256(key), CFB(vectors.next()))
        padded = padder.update(content) + padder.finalize()
        encryptor = cipher.encryptor()
        parts[f"{name}.enc"] = encryptor.update(padded) + encryptor.finalize()
    locked = base64.b64encode(KEY.public_key().encrypt(key, OAEP)).decode()
    listed = "".join(f"<media><file>{name}.enc</file></media>" for name in files)
    seal = KEY.public_key().encrypt(
        signed(locked, instance_id, {**files, "submission.xml": xml}), OAEP
    )
    manifest = (
        f'<data xmlns="{namespace}" id="well" version="1" encrypted="yes">'
        f"<base64EncryptedKey>{locked}</base64EncryptedKey>"
        '<orx:meta xmlns:orx="http://openrosa.org/xforms">'
        f"<orx:instanceID>{instance_id}</orx:instanceID></orx:meta>{listed}"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
        f"<base64EncryptedElementSignature>{base64.b64encode(seal).decode()}"
        "</base64EncryptedElementSignature></data>"
    )
    return Encrypted(instance_id, manifest.encode(), parts)


def signed(locked_key: str, instance_id: str, files: dict[str, bytes]) -> bytes:
    """The MD5 of what Collect signs: ids, key, and the MD5 of each file (conformance 136)."""
    hashed = (f"{name}::{hashlib.md5(content).hexdigest()}" for name, content in files.items())
    text = "\n".join(["well", "1", locked_key, instance_id, *hashed, ""])
    return hashlib.md5(text.encode()).digest()


def is_signed(manifest: bytes, plain: dict[str, bytes]) -> bool:
    """Whether the holder of the private key finds that nothing was exchanged."""
    root = etree.fromstring(manifest)
    seal = base64.b64decode(root.findtext("{*}base64EncryptedElementSignature"))
    locked, own = root.findtext("{*}base64EncryptedKey"), root.findtext("{*}meta/{*}instanceID")
    return KEY.decrypt(seal, OAEP) == signed(locked, own, plain)


def decrypt(manifest: bytes, parts: dict[str, bytes]) -> dict[str, bytes]:
    """What the holder of the private key reads out of what the server kept."""
    root = etree.fromstring(manifest)
    key = KEY.decrypt(base64.b64decode(root.findtext("{*}base64EncryptedKey")), OAEP)
    vectors = Vectors(root.findtext("{*}meta/{*}instanceID"), key)
    names = [node.text for node in root.iterfind("{*}media/{*}file")]
    plain = {}
    for name in [*names, root.findtext("{*}encryptedXmlFile")]:
        decryptor = Cipher(AES256(key), CFB(vectors.next())).decryptor()
        unpadder = PKCS7(128).unpadder()
        padded = decryptor.update(parts[name]) + decryptor.finalize()
        plain[name.removesuffix(".enc")] = unpadder.update(padded) + unpadder.finalize()
    return plain


def file_part(name: str, content: bytes):
    return (name, name, content, "application/octet-stream")


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_twenty_files_in_three_posts_arrive_whole(phone, namespace):
    publish(phone.project, encrypted_form())
    files = {f"ảnh {n}.jpg": os.urandom(1000 + n) for n in range(19)} | {"audit.csv": b"event\n"}
    xml = b'<data id="well" version="1"><owner>secret</owner></data>'
    sent = encrypt(xml, files, namespace)
    parts = [file_part(*part) for part in sent.parts.items()]
    assert len(parts) == 21
    for group in (parts[:8], parts[8:15]):
        assert phone.send(xml_part(sent.manifest), *group).status_code == 201
        pipeline.settle()
    db.session.rollback()
    [kept] = db.session.query(Instance)
    missing = {file.name for file in attachments_of(kept.id) if file.sha256 is None}
    assert missing == {name for name, *_ in parts[15:]}
    assert phone.send(xml_part(sent.manifest), *parts[15:]).status_code == 201
    pipeline.settle()

    db.session.rollback()
    [kept] = db.session.query(Instance)
    assert kept.xml == sent.manifest
    arrived = {file.name: blob_path(file.sha256).read_bytes() for file in attachments_of(kept.id)}
    assert arrived == sent.parts
    assert all(file.expected for file in attachments_of(kept.id))
    plain = decrypt(kept.xml, arrived)
    assert plain == {**files, "submission.xml": xml}
    assert is_signed(kept.xml, plain)
    assert not is_signed(kept.xml, plain | {"audit.csv": b"exchanged\n"})


def test_nothing_is_read_out_of_it(phone):
    publish(phone.project, encrypted_form())
    sent = encrypt(b"<data/>", {}, NAMESPACES[1])
    phone.send(xml_part(sent.manifest), *(file_part(*part) for part in sent.parts.items()))
    pipeline.settle()

    db.session.rollback()
    [interview] = db.session.query(Interview)
    assert (interview.outcome, interview.answers) == ("encrypted", {})
    assert interview.village_id is interview.household is None
    for table in ("interview_rows", "personal_answers", "observations", "counted_interviews"):
        assert driver().execute(f"select count(*) from {table}").fetchone() == (0,)
    assert [flag.code for flag in flags_of(interview.instance_pk)] == ["encrypted"]
    with transaction():
        lead = people.actor("administrator", people.GIA_LAI, of=phone.project)
        submission = db.session.query(Submission).one()
        pipeline.decide(submission.id, "approved", None, lead)
    pipeline.settle()
    for table in ("observations", "counted_interviews"):
        assert driver().execute(f"select count(*) from {table}").fetchone() == (0,)


def test_plain_answers_to_an_encrypted_form_are_kept_and_flagged(phone, interview):
    publish(phone.project, encrypted_form(version="2"))
    xml = interview().replace(b'version="1"', b'version="2"')
    loose = file_part("photo.jpg.enc", b"half packed")
    assert phone.send(xml_part(xml), loose, file_part("photo.jpg", b"J")).status_code == 201
    pipeline.settle()

    db.session.rollback()
    [kept] = db.session.query(Instance)
    assert kept.xml == xml
    assert "not-encrypted" in {flag.code for flag in flags_of(kept.id)}
    assert {file.name for file in attachments_of(kept.id)} == {"photo.jpg", "photo.jpg.enc"}


def test_a_key_that_phones_cannot_use_is_not_published(phone):
    with pytest.raises(FormRefused) as refusal:
        publish(phone.project, encrypted_form(key="bm8ga2V5"))
    assert "public key cannot be used" in str(refusal.value.findings[0])


def test_adding_or_changing_the_key_needs_a_new_version(phone):
    publish(phone.project)
    with pytest.raises(Conflict):
        publish(phone.project, encrypted_form())
    publish(phone.project, encrypted_form(version="2"))
    other = public_key(rsa.generate_private_key(65537, 2048))
    with pytest.raises(Conflict):
        publish(phone.project, encrypted_form(other, "2"))
    publish(phone.project, encrypted_form(other, "3"))
