"""The provider's word on a person: an ID token, believed only where all of it holds (OpenID Connect Core, 3.1.3.7)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from services.configuration.oidc import Oidc
from services.oidc.faults import OidcError, Why
from services.oidc.provider import Provider
from services.store.users import Role

_LONGEST = 16 * 1024  # characters of a token
_NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """``subject``: who it is at the provider, for good; ``name``: as people know them."""

    subject: str
    name: str
    groups: frozenset[str]


async def believed(token: str, nonce: str, settings: Oidc, provider: Provider) -> Word:
    """What the token says. Raises OidcError UNTRUSTED with what does not hold."""
    try:
        header = jwt.get_unverified_header(token) if len(token) <= _LONGEST else {}
    except jwt.PyJWTError:
        raise OidcError(Why.UNTRUSTED, "no token") from None
    if header.get("alg") not in settings.algorithms:
        raise OidcError(Why.UNTRUSTED, "signed by an algorithm that is not allowed")
    kid = header.get("kid")
    key = await provider.key(kid if isinstance(kid, str) else None)
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=list(settings.algorithms),
            audience=settings.client_id,
            issuer=settings.issuer,
            leeway=settings.skew,
            options={"require": _NEEDED},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise OidcError(Why.UNTRUSTED, type(error).__name__) from None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != settings.client_id:
        raise OidcError(Why.UNTRUSTED, "meant for another client")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise OidcError(Why.UNTRUSTED, "of another login (nonce)")
    return _word(claims, settings)


def role_of(word: Word, settings: Oidc) -> Role:
    """The highest role of the person's groups. Raises OidcError NO_ROLE."""
    found = {Role(role) for group, role in settings.roles.items() if group in word.groups}
    if not found:
        raise OidcError(Why.NO_ROLE)
    return max(found, key=list(Role).index)


def _word(claims: Mapping[str, Any], settings: Oidc) -> Word:
    groups = claims.get(settings.groups_claim, [])
    listed = groups if isinstance(groups, list) else [groups]
    name = claims.get(settings.name_claim)
    return Word(
        subject=str(claims["sub"]),
        name=name if isinstance(name, str) else "",
        groups=frozenset(one for one in listed if isinstance(one, str)),
    )
