"""Certificates made to order: an authority, and whatever it or another signs, valid when it is told to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


@dataclass
class Authority:
    """Its own certificate is ``ca.pem`` in the folder."""

    folder: Path
    name: str = "test authority"

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._own = _named(self.name)
        made = _builder(self._own, self._own, self._key, 0).add_extension(x509.BasicConstraints(True, None), True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, file: str, host: str, *, ended_days_ago: int = 0, password: str = "") -> tuple[Path, Path]:
        """FILE.pem and FILE.key for a host; one that has ended, where told."""
        key = ec.generate_private_key(ec.SECP256R1())
        built = _builder(_named(host), self._own, key, ended_days_ago)
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        certificate, secret = self.folder / f"{file}.pem", self.folder / f"{file}.key"
        certificate.write_bytes(built.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        sealed = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
        return certificate, secret


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, ended_days_ago: int
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + (timedelta(days=-ended_days_ago) if ended_days_ago else timedelta(days=30))
    return (
        x509.CertificateBuilder(issuer_name=issuer, subject_name=subject, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
    )
