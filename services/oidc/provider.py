"""The provider: where it is asked (discovery), with what it signs (JWKS), and what it gives for a code.

What it told is kept for an hour. A key that is not known is asked for anew, at most twice a minute: so a rotation costs
one question, and a flood of forged tokens no more than that.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
import jwt
from aiohttp import hdrs

from services.configuration.oidc import Oidc
from services.oidc.faults import OidcError, Why
from services.outgoing.session import Outward, TooLargeError, bounded, open_session, told

_KEPT = timedelta(hours=1)
_AGAIN = timedelta(seconds=30)
_LARGEST = 256 * 1024  # bytes of an answer
_FORM = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What of a discovery document is used."""

    authorize: str
    token: str
    keys: str
    logout: str  # empty: it has none
    by_basic: bool  # how it wants to be shown the secret of the client


class Provider:
    """One provider of one hub; asked by whoever logs in. ``now`` is wall time."""

    def __init__(self, settings: Oidc, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, list[jwt.PyJWK]] | None = None
        self._turn = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """Raises OidcError. When it cannot be had anew, what it said before still holds."""
        if self._metadata and self._now() - self._metadata[0] < _KEPT:
            return self._metadata[1]
        try:
            found = _metadata(
                await self._get(f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"),
                self._settings.issuer,
            )
        except OidcError as error:
            if self._metadata and error.why is Why.UNREACHABLE:
                return self._metadata[1]
            raise
        self._metadata = (self._now(), found)
        return found

    async def begin(self, back: str, state: str, nonce: str, challenge: str) -> str:
        """Where the browser goes."""
        settings = self._settings
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = (await self.metadata()).authorize
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, back: str, verifier: str) -> str:
        """The ID token for a code. Raises OidcError."""
        settings, known = self._settings, await self.metadata()
        secret = settings.client_secret.get_secret_value()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        form["client_id"] = settings.client_id
        headers = {}
        if known.by_basic:  # RFC 6749, 2.3.1: both are encoded as in a form first
            shown = aiohttp.encode_basic_auth(quote_plus(settings.client_id), quote_plus(secret))
            headers = {hdrs.AUTHORIZATION: shown}
        else:
            form["client_secret"] = secret
        status, body = await self._asked("POST", known.token, data=form, headers=headers)
        if 400 <= status < 500:
            raise OidcError(Why.REFUSED, f"token endpoint answered {status}")
        token = _object(status, body).get("id_token")
        if not isinstance(token, str):
            raise OidcError(Why.ODD, "no id_token")
        return token

    async def key(self, kid: str | None) -> jwt.PyJWK:
        """The key of this name; the only one where a token names none. Raises OidcError for one that is unknown."""
        async with self._turn:  # one question for all who wait for the same key
            old = self._keys is None or self._now() - self._keys[0] >= _KEPT
            found = None if old else self._named(kid)
            if found is None and (self._keys is None or self._now() - self._keys[0] >= _AGAIN):
                known = await self.metadata()
                self._keys = (self._now(), _keys(await self._get(known.keys)))
                found = self._named(kid)
        if found is None:
            raise OidcError(Why.UNTRUSTED, "signed with a key that the provider does not tell")
        return found

    def _named(self, kid: str | None) -> jwt.PyJWK | None:
        keys = self._keys[1] if self._keys else []
        fit = [one for one in keys if kid is None or one.key_id == kid]
        return fit[0] if len(fit) == 1 else None

    async def _get(self, url: str) -> dict[str, Any]:
        status, body = await self._asked("GET", url)
        return _object(status, body)

    async def _asked(self, method: str, url: str, **more: Any) -> tuple[int, bytes]:
        if urlsplit(url).scheme != "https" and urlsplit(self._settings.issuer).scheme == "https":
            raise OidcError(Why.ODD, "the provider names an address without TLS")
        limit = aiohttp.ClientTimeout(total=self._settings.timeout_s)
        connector = Outward(written={self._settings.host})
        try:
            async with (
                open_session(limit, _FORM, connector=connector) as session,
                session.request(method, url, allow_redirects=False, **more) as answer,
            ):
                return answer.status, await bounded(answer, _LARGEST)
        except TimeoutError:
            raise OidcError(Why.UNREACHABLE, "no answer in time") from None
        except (aiohttp.ClientError, ValueError) as error:
            why = Why.ODD if isinstance(error, TooLargeError) else Why.UNREACHABLE
            raise OidcError(why, told(error)) from error


def _metadata(body: Mapping[str, Any], issuer: str) -> Metadata:
    """Raises OidcError for a document of another issuer: it must be the very words of the settings."""
    if body.get("issuer") != issuer:
        raise OidcError(Why.UNTRUSTED, "the discovery document is of another issuer")
    found = [body.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(one, str) and urlsplit(one).scheme in {"https", "http"} for one in found):
        raise OidcError(Why.ODD, "the discovery document names no endpoints")
    ways = body.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    leave = body.get("end_session_endpoint")
    return Metadata(
        authorize=str(found[0]),
        token=str(found[1]),
        keys=str(found[2]),
        logout=leave if isinstance(leave, str) and urlsplit(leave).scheme in {"https", "http"} else "",
        by_basic="client_secret_basic" in ways,
    )


def _keys(body: Mapping[str, Any]) -> list[jwt.PyJWK]:
    """Public keys for signatures; what else a set holds is left out."""
    listed = body.get("keys")
    found = []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("kty") in {"RSA", "EC"} and one.get("use", "sig") == "sig":
            try:
                found.append(jwt.PyJWK(one))
            except jwt.PyJWTError:
                continue  # a curve or an algorithm that nobody here knows
    return found


def _object(status: int, body: bytes) -> dict[str, Any]:
    if status != 200:
        raise OidcError(Why.UNREACHABLE if status >= 500 else Why.ODD, f"answered {status}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise OidcError(Why.ODD, "no JSON") from None
    if not isinstance(found, dict):
        raise OidcError(Why.ODD, "no JSON object")
    return found
