"""An authority of the test's own, which vouches for one that vouches for `localhost`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def make_certificates(folder: Path) -> Path:
    """Write `fullchain.pem` and `privkey.pem`; returns the authority's certificate."""
    authority, middle, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root = _certificate("Test authority", "Test authority", authority, authority, is_authority=True)
    between = _certificate("Intermediate", "Test authority", middle, authority, is_authority=True)
    leaf = _certificate("localhost", "Intermediate", key, middle, is_authority=False)
    (folder / "fullchain.pem").write_bytes(leaf + between)
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "authority.pem").write_bytes(root)
    return folder / "authority.pem"


def _certificate(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signed_by: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> bytes:
    start = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return made.sign(signed_by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
