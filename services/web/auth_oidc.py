"""/login/oidc: to the city's own login and back (authorization code with PKCE), and out of it again.

What has to come back (state, nonce, verifier, where to) lies sealed in a cookie of the browser that left: nothing is
kept for whoever never returns, and any process of the hub can finish what another began.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import structlog
from aiohttp import web

from services.clock import wall
from services.configuration.oidc import Oidc
from services.keyring import Keyring, KeyringError, Sealed
from services.oidc.coming_in import come_in
from services.oidc.faults import OidcError, Why
from services.oidc.provider import Provider
from services.oidc.word import Word, believed, role_of
from services.store.chronology import append
from services.store.users import Account
from services.web.auth import local_path, own_cookie, same_token, set_own_cookie
from services.web.auth_form import forgive, form, locked, redirect, too_many
from services.web.auth_session import entered, entry, go_on, open_session
from services.web.context import CONTEXT
from services.web.home import home_of
from services.web.security import client_address, storable
from services.web.templating import page

PROVIDER: web.AppKey[Provider] = web.AppKey("oidc_provider", Provider)
BACK = "/login/oidc/callback"
_TRIP, _WHOSE = "shirase_trip", "a browser on its way to the city's login"
_PATIENCE = timedelta(minutes=10)
_LOCAL = "名前とパスワードでもログインできます。"
WORDS = {
    Why.UNREACHABLE: f"市の共通ログインにつながりません。{_LOCAL} / "
    "The city's login cannot be reached. Name and password work.",
    Why.ODD: f"市の共通ログインの答えが読めません。{_LOCAL} / "
    "The city's login gave an answer that cannot be read. Name and password work.",
    Why.REFUSED: "市の共通ログインで断られました。 / The city's login did not let you in.",
    Why.UNTRUSTED: f"市の共通ログインの答えを確かめられませんでした。{_LOCAL} / "
    "The answer of the city's login could not be verified. Name and password work.",
    Why.STALE: "時間が切れました。もう一度始めてください。 / Too long ago; please begin again.",
    Why.NO_ROLE: "このシステムを使う役割がありません。管理者に頼んでください。 / "
    "You have no role here. Ask the administrator.",
    Why.NO_NAME: "名前を受け取れませんでした。管理者に知らせてください。 / "
    "No usable name came. Tell the administrator.",
    Why.TAKEN: "同じ名前のアカウントがあります。管理者に、つなぐように頼んでください（shirase users link）。 / "
    "An account of this name exists. Ask the administrator to link it (shirase users link).",
    Why.CLOSED: "このアカウントは取り消されています。 / This account is revoked.",
}
_log = structlog.get_logger("oidc")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trip:
    state: str
    nonce: str
    verifier: str
    wanted: str
    until: str  # ISO 8601


def setup(app: web.Application) -> None:
    """Nothing is mounted where the settings name no provider."""
    settings = app[CONTEXT].accounts.oidc
    if settings is not None:
        app[PROVIDER] = Provider(settings, wall)
        app.router.add_get("/login/oidc", leave)
        app.router.add_get(BACK, come_back)
        app.router.add_get("/login/out", gone)


async def leave(request: web.Request) -> web.StreamResponse:
    """To the provider."""
    wanted, now = local_path(request.query.get("next", "/ops")), wall()
    verifier, until = secrets.token_urlsafe(48), (now + _PATIENCE).isoformat()
    trip = _Trip(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=verifier,
        wanted=wanted,
        until=until,
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    try:
        there = await request.app[PROVIDER].begin(_back(request), trip.state, trip.nonce, challenge)
    except OidcError as error:
        return await _refused(request, error, wanted)
    response = redirect(there)
    set_own_cookie(request, response, _TRIP, _closed(_ring(request), trip), returning=True)
    return response


async def come_back(request: web.Request) -> web.StreamResponse:
    """Back from the provider: its code is redeemed and its word checked; a session, or words why not."""
    trip = _opened(_ring(request), own_cookie(request, _TRIP), wall())
    wanted, state = (trip.wanted, trip.state) if trip else ("/ops", "")
    wait = too_many(request, state)  # each trip is one name; what counts is the address
    if wait is not None:
        return locked(request, "login.html", wait, next=wanted, oidc=_settings(request))
    try:
        answer = await _let_in(request, await _word(request, trip), wanted)
        forgive(request, state)
    except OidcError as error:
        answer = await _refused(request, error, wanted)
    set_own_cookie(request, answer, _TRIP, None)
    return answer


async def gone(request: web.Request) -> web.StreamResponse:
    """Logged out here; the way to log out there, too. A page, as no form may lead to another host."""
    try:
        there = (await request.app[PROVIDER].metadata()).logout
    except OidcError:
        there = ""
    if there:
        asked = {"client_id": _settings(request).client_id, "post_logout_redirect_uri": _ours(request) + "/login"}
        there = f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"
    return page(request, "out.html", there=there, oidc=_settings(request))


async def _word(request: web.Request, trip: _Trip | None) -> Word:
    query, settings = request.query, _settings(request)
    if trip is None or not same_token(query.get("state", ""), trip.state):
        raise OidcError(Why.STALE)
    if query.get("iss", settings.issuer) != settings.issuer:  # RFC 9207
        raise OidcError(Why.UNTRUSTED, "the answer is of another issuer")
    if "error" in query or not query.get("code"):
        raise OidcError(Why.REFUSED, "the provider answered with an error")
    token = await request.app[PROVIDER].redeem(query["code"][:4000], _back(request), trip.verifier)
    word = await believed(token, trip.nonce, settings, request.app[PROVIDER])
    if not storable(word.subject + word.name):
        raise OidcError(Why.NO_NAME)
    return word


async def _let_in(request: web.Request, word: Word, wanted: str) -> web.Response:
    """The first request after a way through another host brings no strict cookie: a page of ours makes the next one."""
    settings, context, token = _settings(request), request.app[CONTEXT], None
    role = role_of(word, settings)
    async with context.store.write() as connection:
        account = await come_in(connection, word, role, settings.issuer, wall())
        if settings.second_factor == "theirs":
            said = f"市の共通ログインでログインしました（{role.value}）。"
            token = await open_session(request, connection, account, said)
    if settings.second_factor == "ours":
        return await _onwards(request, account, wanted)
    if token is None:
        raise OidcError(Why.CLOSED)
    return entered(request, token, page(request, "entering.html", next=wanted))


async def _onwards(request: web.Request, account: Account, wanted: str) -> web.Response:
    answer = await go_on(request, account, wanted)
    if answer is None:
        raise OidcError(Why.CLOSED)
    response = page(request, "entering.html", next=answer.headers["Location"])
    response.cookies.update(answer.cookies)
    return response


async def _refused(request: web.Request, error: OidcError, wanted: str) -> web.Response:
    """In words on the page, in one word in the chronology, with what does not hold in the log."""
    _log.warning("login by the city's provider failed", why=error.why.value, detail=error.detail)
    status = {Why.UNREACHABLE: 503, Why.ODD: 502}.get(error.why, 403)
    if error.why not in {Why.STALE, Why.UNREACHABLE, Why.REFUSED}:  # of these strangers could write many
        text = f"市の共通ログインで入れませんでした（{error.why.value}、{client_address(request)} から）。"
        async with request.app[CONTEXT].store.write() as connection:
            await append(connection, [entry(request, "不明", text)])
    return form(request, "login.html", error=WORDS[error.why], status=status, next=wanted, oidc=_settings(request))


def _settings(request: web.Request) -> Oidc:
    settings = request.app[CONTEXT].accounts.oidc
    if settings is None:
        raise web.HTTPNotFound
    return settings


def _ours(request: web.Request) -> str:
    return home_of(request)


def _back(request: web.Request) -> str:
    return _ours(request) + BACK


def _ring(request: web.Request) -> Keyring:
    ring = request.app[CONTEXT].accounts.keyring()
    if ring is None:
        raise web.HTTPNotFound
    return ring


def _closed(ring: Keyring, trip: _Trip) -> str:
    sealed = ring.close(_WHOSE, json.dumps(asdict(trip)))
    return f"{sealed.key}.{base64.urlsafe_b64encode(sealed.data).decode()}"


def _opened(ring: Keyring, cookie: str, now: datetime) -> _Trip | None:
    """None for none, for one that is not ours, and for one that was too long on its way."""
    key, _, data = cookie.partition(".")
    try:
        trip = _Trip(**json.loads(ring.open(_WHOSE, Sealed(key, base64.urlsafe_b64decode(data)))))
    except (KeyringError, binascii.Error, ValueError):
        return None
    return trip if now < datetime.fromisoformat(trip.until) else None
