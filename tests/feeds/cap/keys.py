"""Keys and certificates of tests, made anew for every run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from feeds.cap.sign import Signer

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str = "alerts.city.example") -> str:
    """A certificate that signs itself, valid through 2026, as PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder(issuer_name=subject, subject_name=subject, public_key=key.public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(END - timedelta(seconds=1))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def pair(name: str = "alerts.city.example") -> tuple[str, str]:
    """(key, certificate) of somebody of this name, as PEM; always the same within a run."""
    return _pair(name)


@cache
def _pair(name: str) -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    return pem(key), certificate(key, name)


@cache
def signer(name: str = "alerts.city.example") -> Signer:
    key, own = pair(name)
    return Signer.of(key.encode(), own.encode())
