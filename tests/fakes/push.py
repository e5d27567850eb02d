"""A push service with browsers behind it: checks what RFC 8030 and 8292 ask for, and reads what was encrypted."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.residents.address import PushAddress
from tests.fakes.served import Served


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Browser:
    """One subscription: its keys, and what it was shown, the newest of each topic."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.auth = b"sixteen bytes ok"
        self.shown: dict[str, dict[str, Any]] = {}
        self.left = False

    def read(self, body: bytes) -> dict[str, Any]:
        """Undo RFC 8291, step by step as its section 3.4 tells them."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        assert size >= 18 and length == 65 and len(body) <= 4096
        sender, sealed = body[21:86], body[86:]
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        material = self._hkdf(self.auth, shared, b"WebPush: info\0" + self.point + sender, 32)
        key = self._hkdf(salt, material, b"Content-Encoding: aes128gcm\0", 16)
        nonce = self._hkdf(salt, material, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert text.endswith(b"\x02")
        whole: dict[str, Any] = json.loads(text[:-1])
        return whole

    @staticmethod
    def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class FakePush(Served):
    """``browsers`` by name; ``heard`` holds the headers of every message that was taken, ``taken`` whose and what."""

    def __init__(self) -> None:
        super().__init__()
        self.browsers: dict[str, Browser] = {}
        self.heard: list[dict[str, str]] = []
        self.taken: list[tuple[str, dict[str, Any]]] = []

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/push/{name}", self._take)]

    def browser(self, name: str = "one") -> PushAddress:
        """A new browser that has subscribed."""
        browser = self.browsers[name] = Browser()
        return PushAddress(f"{self.url}/push/{name}", _text(browser.point), _text(browser.auth))

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [one for browser in self.browsers.values() for one in browser.shown.values()]

    async def _take(self, request: web.Request) -> web.Response:
        browser = self.browsers.get(request.match_info["name"])
        if browser is None or browser.left:
            return web.Response(status=410 if browser else 404)
        headers = request.headers
        if not headers.get("TTL", "").isdecimal() or headers.get("Content-Encoding") != "aes128gcm":
            return web.Response(status=400, text="TTL and aes128gcm are needed")
        if not self._signed(headers.get("Authorization", "")):
            return web.Response(status=403, text="the token does not fit")
        topic = headers.get("Topic", f"message-{len(self.heard)}")
        if len(topic) > 32:
            return web.Response(status=400, text="Topic is too long")
        browser.shown[topic] = browser.read(await request.read())
        self.taken.append((request.match_info["name"], browser.shown[topic]))
        self.heard.append(dict(headers))
        return web.Response(status=201, headers={"Location": f"{self.url}/message/{len(self.heard)}"})

    def _signed(self, header: str) -> bool:
        scheme, _, rest = header.partition(" ")
        facts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "vapid" or {"t", "k"} - facts.keys():
            return False
        told, _, signature = facts["t"].rpartition(".")
        r, s = (int.from_bytes(half, "big") for half in (_bytes(signature)[:32], _bytes(signature)[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(facts["k"]))
        try:
            key.verify(encode_dss_signature(r, s), told.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        head, claims = (json.loads(_bytes(part)) for part in told.split("."))
        fresh = time.time() < claims["exp"] <= time.time() + 86_400
        return bool(head["alg"] == "ES256" and claims["aud"] == self.url and fresh and claims["sub"])
