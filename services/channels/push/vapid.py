"""Who we are, for push services: RFC 8292 (VAPID). A signed token for each service, kept while it is fresh."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from services.channels.push.encryption import base64url, point, unbase64

_LIVES = timedelta(hours=12)  # 24 are allowed
_FRESH = timedelta(hours=6)


class Vapid:
    """One key pair. Whoever changes it loses every subscription: browsers subscribe to a key."""

    def __init__(self, private_key: str, contact: str) -> None:
        """``private_key``: 32 bytes, base64url, as ``shirase secrets vapid`` writes it. Raises ValueError."""
        self._key, self._contact = private(private_key), contact
        self.public_key = base64url(point(self._key.public_key()))
        self._tokens: dict[str, tuple[datetime, str]] = {}

    def header(self, endpoint: str, at: datetime) -> str:
        """The Authorization header for an endpoint. ``at``: wall time."""
        url = urlsplit(endpoint)
        origin = f"{url.scheme}://{url.netloc}"
        made, token = self._tokens.get(origin, (at, ""))
        if not token or not timedelta(0) <= at - made < _FRESH:
            token = self._token(origin, at)
            self._tokens[origin] = (at, token)
        return f"vapid t={token}, k={self.public_key}"

    def _token(self, origin: str, at: datetime) -> str:
        claims = {"aud": origin, "exp": int((at + _LIVES).timestamp()), "sub": self._contact}
        parts = [{"typ": "JWT", "alg": "ES256"}, claims]
        told = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        r, s = decode_dss_signature(self._key.sign(told.encode(), ec.ECDSA(SHA256())))
        return f"{told}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    """The key of 32 bytes, base64url. Raises ValueError with the cure, and never shows it."""
    try:
        number = unbase64(text.strip())
        if len(number) != 32:
            raise ValueError
        return ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())
    except ValueError:
        raise ValueError("is no VAPID key; `shirase secrets vapid FILE` makes one") from None


def new_key() -> str:
    """A new private key, as it is written to a file."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64url(number.to_bytes(32, "big"))
