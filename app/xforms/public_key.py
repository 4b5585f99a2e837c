"""The public key with which phones encrypt interviews (ODK XForms, submission encryption)."""

import base64
import binascii

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from app.xforms.problems import Finding

SMALLEST = 2048  # bits; Collect packs the AES key with OAEP and SHA-256, and expects 256 bytes


def key_complaint(text: str) -> Finding | None:
    """Say what is wrong with a `base64RsaPublicKey`; None when phones can encrypt with it.

    It is the base64 of an X.509 SubjectPublicKeyInfo (DER) on one line, without PEM's lines.
    """
    if "-----" in text:
        return Finding(
            "The public key cannot be used: leave out the lines with dashes, and write the rest on"
            " one line."
        )
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return Finding(
            "The public key cannot be used: it must be the base64 text of a public key (DER), on"
            " one line without spaces."
        )
    if not isinstance(key, RSAPublicKey):
        return Finding("The public key cannot be used: it must be an RSA key.")
    if key.key_size < SMALLEST:
        return Finding(
            "The public key cannot be used: it has %(bits)s bits, phones need %(least)s or more.",
            details={"bits": key.key_size, "least": SMALLEST},
        )
    return None
