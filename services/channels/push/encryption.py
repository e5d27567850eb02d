"""Encryption of a push message for one browser: RFC 8291 over RFC 8188 (``aes128gcm``), one record.

A few lines over ``cryptography``, held to the RFC's own example by a test; why no ready-made library:
docs/adr/0022-web-push-over-cryptography-alone.md.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MOST = 3993  # bytes of text: a push service takes 4096 with all that is around it
_RECORD = 4096
_LAST = b"\x02"  # behind the text of the last record


def encrypted(
    text: bytes,
    p256dh: str,
    auth: str,
    *,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body for the browser with these keys, base64url. ``own`` and ``salt`` are made afresh for every message.

    Raises ValueError for a text that is too long, and for keys that are no point of the curve.
    """
    if len(text) > MOST:
        raise ValueError(f"a push message has {len(text)} bytes, over {MOST}")
    own = own or ec.generate_private_key(ec.SECP256R1())
    salt = salt or secrets.token_bytes(16)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(p256dh))
    ours = point(own.public_key())
    shared = own.exchange(ec.ECDH(), theirs)
    key_info = b"WebPush: info\0" + unbase64(p256dh) + ours
    material = _derived(shared, unbase64(auth), key_info, 32)
    key = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, text + _LAST, None)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def unbase64(text: str) -> bytes:
    """Bytes of base64url with or without its padding. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url(data: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
