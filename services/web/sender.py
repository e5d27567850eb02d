"""Who sends a report: an operator by session, a gateway by HTTP Basic, or anybody where the settings say so."""

from __future__ import annotations

import asyncio
import binascii
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import bcrypt
from aiohttp import BasicAuth, hdrs, web

from feeds.status import Status
from services import grants
from services.clock import wall
from services.grants import Grant
from services.store.users import Role
from services.web.auth import person_of, same_token, shows_header
from services.web.auth_limit import LoginLimit
from services.web.context import CONTEXT
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError, client_address, storable

LIMIT: web.AppKey[ReportLimit] = web.AppKey("report_limit", ReportLimit)
_LOGINS: web.AppKey[LoginLimit] = web.AppKey("gateway_logins", LoginLimit)
_PROVEN: web.AppKey[set[bytes]] = web.AppKey("proven_gateways", set)
_PROCESS = secrets.token_bytes(32)  # what is proven means nothing outside of this process
_REMEMBERED = 1000
# Takes as long to refuse as any other; of a password that nobody has kept.
_NOBODY = "$2a$10$MByeyqui1OgpQbjh3LxgQeyLEAXrEHsw/RsMIqKr7vyYMwX5wsB6G"


class Kind(StrEnum):
    """As whom somebody sends."""

    STAFF = "staff"
    GATEWAY = "gateway"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """``gateway`` stands in the record: @desk and @public are no names of gateways. All of it is at most ``status``."""

    kind: Kind
    gateway: str
    name: str  # for the chronology
    status: Status


def setup(app: web.Application) -> None:
    reports = app[CONTEXT].reports
    app[LIMIT] = ReportLimit(reports.per_client, reports.in_all)
    app[_LOGINS] = LoginLimit()
    app[_PROVEN] = set()


async def sender_of(request: web.Request, *, public: bool = False) -> Sender:
    """Who it is. WebError 401, 403 or 429 for those who may not; ``public``: anybody may, if the settings say so.

    An anonymous sender is counted here, before a byte of the body is read.
    """
    context, person = request.app[CONTEXT], person_of(request)
    least = context.own
    if person is not None:
        if not person.may(Role.OPERATOR):
            raise WebError(
                403, "role_needed", "この操作には operator の権限が必要です。 / The role operator is needed."
            )
        if not shows_header(request, person):
            raise WebError(403, "csrf", "ページを読み込み直してやり直してください。 / Reload the page and try again.")
        return Sender(kind=Kind.STAFF, gateway="@desk", name=person.name, status=least)
    if hdrs.AUTHORIZATION in request.headers:
        name, grant = await _gateway(request)
        return Sender(kind=Kind.GATEWAY, gateway=name, name=name, status=least.stricter(grant.status))
    if not (public and context.reports.public):
        raise WebError(401, "login_needed", "ログインしてください。 / Please log in.")
    _turn_away(request.app[LIMIT].admit(client_address(request), wall()))
    return Sender(kind=Kind.PUBLIC, gateway="@public", name="", status=least)


async def _gateway(request: web.Request) -> tuple[str, Grant]:
    """The gateway whose name and password the request shows. Failures are counted as those of a login."""
    refused = WebError(401, "login_needed", "name or password of the gateway is wrong")
    try:
        shown = BasicAuth.decode(request.headers[hdrs.AUTHORIZATION], encoding="utf-8")
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise refused from None
    if not (storable(shown.login) and storable(shown.password)):
        raise refused
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        grant = (await grants.read(connection, context.reader.gateways)).get(shown.login)
    usable = grant is not None and not grant.revoked and grant.login is not None
    secret = grant.login.password if usable and grant and grant.login else _NOBODY
    if not await _proves(request, shown, secret) or not usable or grant is None:
        raise refused
    return shown.login, grant


async def _proves(request: web.Request, shown: BasicAuth, secret: str) -> bool:
    """True where the password is right. What was right once need not be hashed again, and is no guess.

    So a relay may send many at the same time; its first one is counted as a try like any other.
    """
    proven, limit, address = request.app[_PROVEN], request.app[_LOGINS], client_address(request)
    proof = hmac.digest(_PROCESS, json.dumps([shown.login, shown.password, secret]).encode(), "sha256")
    if proof in proven:
        return True
    _turn_away(limit.admit(shown.login, address, wall()))
    if not await asyncio.to_thread(_fits, shown.password, secret):
        return False
    limit.forgive(shown.login, address)
    if len(proven) >= _REMEMBERED:
        proven.clear()
    proven.add(proof)
    return True


def _fits(shown: str, secret: str) -> bool:
    """As the broker compares: bcrypt where it begins so, else plain."""
    if secret.startswith("$2a$"):
        return bcrypt.checkpw(shown.encode()[:72], secret.encode())
    return same_token(shown, secret)


def _turn_away(wait: timedelta | None) -> None:
    if wait is not None:
        raise WebError(429, *WORDS[429], retry_after=wait)
