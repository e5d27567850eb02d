"""A stand-in of a city's OpenID provider: discovery, keys, both endpoints, and what goes wrong there."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import unquote_plus, urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.served import Served

CLIENT, SECRET = "shirase", "the secret+of:the/client"


class FakeOpenId(Served):
    """One realm. ``claims`` are laid over those of every token; ``headers`` over those of its JOSE header."""

    def __init__(self) -> None:
        super().__init__()
        self.person: dict[str, Any] = {"sub": "u-1", "preferred_username": "sato", "groups": ["bosai"]}
        self.claims: dict[str, Any] = {}
        self.signed_by = "RS256"  # or none, or HS256 with the public key as its secret
        self.denies = ""  # the error that the authorization endpoint sends back
        self.told_issuer = ""  # in the discovery document; empty: the right one
        self.slow_s = 0.0
        self.down = False
        self.by_post = False  # takes the client's secret in the form only
        self.answered: dict[str, str] = {}  # added to what goes back to the client
        self._codes: dict[str, dict[str, str]] = {}
        self._kid = 0
        self.rotate()

    def rotate(self) -> None:
        """From now on another key signs, and the old one is told no more."""
        self._kid += 1
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/realms/city/.well-known/openid-configuration", self._discovery),
            web.get("/realms/city/keys", self._keys),
            web.get("/realms/city/authorize", self._authorize),
            web.post("/realms/city/token", self._token),
        ]

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/city"

    async def _ready(self) -> None:
        await asyncio.sleep(self.slow_s)
        if self.down:
            raise web.HTTPServiceUnavailable

    async def _discovery(self, _: web.Request) -> web.Response:
        await self._ready()
        ways = ["client_secret_post"] if self.by_post else ["client_secret_basic", "client_secret_post"]
        return web.json_response(
            {
                "issuer": self.told_issuer or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/logout",
                "token_endpoint_auth_methods_supported": ways,
            }
        )

    async def _keys(self, _: web.Request) -> web.Response:
        await self._ready()
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return web.json_response(
            {"keys": [{**public, "kid": f"k{self._kid}", "use": "sig"}, {**public, "kid": "other", "use": "enc"}]}
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        """The person is logged in already, as at most desks: straight back, with a code."""
        asked = dict(request.query)
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code" or "openid" not in asked["scope"]:
            raise web.HTTPBadRequest
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        told = {"state": asked["state"], **self.answered}
        if self.denies:
            told["error"] = self.denies
        else:
            told["code"] = secrets.token_urlsafe(16)
            self._codes[told["code"]] = asked
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(told)}")

    async def _token(self, request: web.Request) -> web.Response:
        await self._ready()
        form = dict(await request.post())
        shown = request.headers.get("Authorization", "")
        login, _, password = base64.b64decode(shown.removeprefix("Basic ")).decode().partition(":")
        client = (
            (str(form["client_id"]), str(form.get("client_secret")))
            if self.by_post
            else (unquote_plus(login), unquote_plus(password))
        )
        if client != (CLIENT, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        asked = self._codes.pop(str(form["code"]), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=")
        if asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != proof.decode():
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        whole = {name: value for name, value in {**claims, **self.person, **self.claims}.items() if value is not None}
        return web.json_response({"access_token": "at", "token_type": "Bearer", "id_token": self._signed(whole)})

    def _signed(self, claims: dict[str, Any]) -> str:
        headers = {"kid": f"k{self._kid}"}
        if self.signed_by == "none":
            return jwt.encode(claims, None, algorithm="none", headers=headers)
        if self.signed_by == "HS256":  # by hand: the library itself refuses to
            public = self._key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return _by_secret(claims, headers, public)
        if self.signed_by == "stranger":
            stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return jwt.encode(claims, stranger, algorithm="RS256", headers=headers)
        return jwt.encode(claims, self._key, algorithm=self.signed_by, headers=headers)


def _by_secret(claims: dict[str, Any], headers: dict[str, str], secret: bytes) -> str:
    parts = [_packed({"alg": "HS256", "typ": "JWT", **headers}), _packed(claims)]
    mac = hmac.digest(secret, ".".join(parts).encode(), "sha256")
    return ".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=").decode()])


def _packed(told: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
