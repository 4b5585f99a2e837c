"""The key of a form whose interviews phones encrypt: what phones could not use is refused."""

import base64
import textwrap

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.xforms.public_key import key_complaint


def public_key(key) -> str:
    """As a form has it: base64 of SubjectPublicKeyInfo."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


GOOD = public_key(rsa.generate_private_key(65537, 2048))


def test_a_key_as_the_specification_wants_it():
    assert key_complaint(GOOD) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f"-----BEGIN PUBLIC KEY-----\n{GOOD}\n-----END PUBLIC KEY-----", "lines with dashes"),
        ("\n".join(textwrap.wrap(GOOD, 64)), "on one line"),
        (GOOD[:-8], "base64"),
        ("not base64!", "base64"),
        (base64.b64encode(b"no key").decode(), "public key (DER)"),
        (public_key(ec.generate_private_key(ec.SECP256R1())), "an RSA key"),
        (public_key(rsa.generate_private_key(65537, 1024)), "1024 bits"),
    ],
)
def test_other_keys_are_refused_with_what_to_do(text, complaint):
    assert complaint in str(key_complaint(text))
