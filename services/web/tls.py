"""TLS of the hub's own pages, where no proxy stands in front: the certificate, taken anew when its file changes."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography import x509

from services.figures import CERTIFICATE_UNTIL

SOON = timedelta(days=14)
_log = structlog.get_logger(__name__)


class CertificateError(Exception):
    """The files cannot serve; the text names them and the cure, and shows nothing of the key."""


class OwnCertificate:
    """``certificate``: PEM, the hub's own first and then those that signed it; ``key``: PEM without a password."""

    EVERY_S = 60.0

    def __init__(self, certificate: Path, key: Path) -> None:
        """Raises CertificateError."""
        self._files = (certificate, key)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._seen = self._state()
        self.until = self._load()

    async def step(self) -> bool:
        """Take the files anew where they have changed, for new connections. Where they cannot serve, those of before go
        on, and nothing is raised.
        """
        if (state := self._state()) == self._seen:
            return False
        try:
            self.until = self._load()
        except CertificateError as error:
            _log.warning("certificate_not_taken", reason=str(error))
            return False
        self._seen = state
        _log.info("certificate_taken", until=self.until.isoformat())
        return True

    def trouble(self, now: datetime) -> str:
        """What staff should know while there is time to mend it; empty where all is well. ``now`` is wall time."""
        if self.until - now > SOON:
            return ""
        return (
            f"ページの証明書は {self.until:%Y-%m-%d} に切れます（the certificate of the pages ends）: {self._files[0]}"
        )

    def _load(self) -> datetime:
        certificate, key = self._files
        probe = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # half a pair must never reach the context that serves
        try:
            until = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
            probe.load_cert_chain(certificate, key, password=_no_password)
            self.context.load_cert_chain(certificate, key, password=_no_password)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or getattr(error, "reason", None) or "not read"
            pair = f"[web] certificate {certificate} and key {key}"
            cure = "PEM files that belong together are wanted, the key without a password"
            raise CertificateError(f"{pair} cannot serve ({why}): {cure}") from None
        CERTIFICATE_UNTIL.labels("pages").set(until.timestamp())
        return until

    def _state(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(file) for file in self._files)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _no_password() -> str:
    """Instead of a question at the terminal, at which a service would wait for ever."""
    return ""
