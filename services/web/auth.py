"""Who asks, and may they: sessions of people, tokens of programs, roles, and the CSRF token that every write shows.

The guard fails closed. Everything under /ops needs a session; every request that is not a plain read needs a session
and its CSRF token, unless the handler says with :func:`open_write` that it guards itself. A program's token reaches
only handlers that name a scope with :func:`for_tokens`; a cookie beside it is not looked at.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from services.accounts.scopes import TokenScope
from services.clock import wall
from services.store.acting import acting
from services.store.tokens import Token
from services.store.users import Role, Session, seen, session_of
from services.web import bearer
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.last_used import USES
from services.web.security import WebError, of_api

COOKIE = "shirase_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
_USED = timedelta(minutes=1)  # as exactly as the last use of a session is known
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
H = TypeVar("H", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is logged in, and the token for the forms of this session."""

    name: str
    role: Role
    csrf: str
    session: str = ""  # hash of the session's cookie; empty for a program
    token: str = ""  # name of the token of a program that asks for the person

    def may(self, role: Role) -> bool:
        return self.role.covers(role)


PERSON: web.RequestKey[Person] = web.RequestKey("person", Person)


def requires(role: Role) -> Callable[[H], H]:
    """Mark a handler: only persons of this role or above reach it."""

    def mark(handler: H) -> H:
        handler.required_role = role  # type: ignore[attr-defined]
        return handler

    return mark


def for_tokens(scope: TokenScope) -> Callable[[H], H]:
    """Mark a handler: programs reach it whose token has this scope; with PERSON none does."""

    def mark(handler: H) -> H:
        handler.token_scope = scope  # type: ignore[attr-defined]
        return handler

    return mark


def open_write(handler: H) -> H:
    """Mark a handler that takes writes without a session and guards itself."""
    handler.open_write = True  # type: ignore[attr-defined]
    return handler


def largest_form(size: int) -> Callable[[H], H]:
    """Mark a handler whose forms carry files: up to so many bytes, of those alone who may reach it."""

    def mark(handler: H) -> H:
        handler.largest_form = size  # type: ignore[attr-defined]
        return handler

    return mark


def person_of(request: web.Request) -> Person | None:
    """The person who asks, None for an anonymous request."""
    return request.get(PERSON)


def token_hash(token: str) -> str:
    """What the store knows of a cookie: SHA-256, so that a copy of the store opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()


def own_cookie(request: web.Request, name: str) -> str:
    """The value of a cookie that only this server can have set; empty where there is none."""
    return request.cookies.get(_named(request, name), "")


def set_own_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str | None, *, returning: bool = False
) -> None:
    """For this server, out of reach of scripts and of other sites; None takes it away.

    ``returning``: it comes along when another site sends the browser back to us.
    """
    secure, same = request.app[CONTEXT].https, "Lax" if returning else "Strict"
    if value is None:
        response.del_cookie(_named(request, name), path="/", secure=secure, httponly=True, samesite="Strict")
    else:
        response.set_cookie(_named(request, name), value, path="/", secure=secure, httponly=True, samesite=same)


def _named(request: web.Request, name: str) -> str:
    """Behind TLS with the prefix by which browsers take it from no other host and over no other line."""
    return f"__Host-{name}" if request.app[CONTEXT].https else name


async def current_session(request: web.Request) -> Session | None:
    """The session of the request's cookie as the store has it now."""
    token = own_cookie(request, COOKIE)
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,100}", token):
        return None
    context, now = request.app[CONTEXT], wall()
    async with context.store.read() as connection:
        found = await session_of(connection, token_hash(token), now)
    if found is None:
        return None
    used = request.app[USES].latest(found.token, found.seen_at) or now
    if now - used >= context.accounts.idle:
        return None
    if now - used >= _USED:
        await request.app[USES].note(found.token, now, lambda connection: seen(connection, found.token, now))
    return found


async def still_in(request: web.Request) -> bool:
    """True as long as whoever opened this stream may go on: asked anew each time."""
    if bearer.shown(request) is not None:
        return await bearer.current(request) is not None
    return await current_session(request) is not None


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks, and stop who may not."""
    if bearer.shown(request) is not None:
        admitted, token = await _program(request)
        with acting(token):
            return await handler(admitted)
    session = await current_session(request)
    if session:
        request[PERSON] = Person(name=session.user, role=session.role, csrf=session.csrf, session=session.token)
    needed = _needed_role(request)
    if needed is not None:
        if session is None:
            return _to_login(request)
        request = _admitted(request, session.role, needed)
        if request.method not in _SAFE and not await _shows_token(request, session.csrf):
            raise WebError(403, "csrf", "ページを読み込み直してやり直してください。 / Reload the page and try again.")
    return await handler(request)


async def _program(request: web.Request) -> tuple[web.Request, Token]:
    """The request of a program with the person for whom it asks, and its token. WebError 401 or 403: it may not."""
    found = await bearer.current(request)
    if found is None:
        raise WebError(
            401, "bad_token", "トークンが違うか、期限が切れています。 / The token is wrong, over or revoked."
        )
    token, role = found
    scope = getattr(request.match_info.handler, "token_scope", TokenScope.PERSON)
    if scope is TokenScope.PERSON:
        raise WebError(
            403, "person_needed", "トークンでは使えません。人がログインして行います。 / No token does this; log in."
        )
    if scope not in token.scopes:
        raise WebError(403, "scope_needed", f"トークンに {scope} がありません。 / The token lacks the scope {scope}.")
    request[PERSON] = Person(name=token.user, role=Role(role), csrf="", token=token.id)
    return _admitted(request, Role(role), getattr(request.match_info.handler, "required_role", Role.VIEWER)), token


def _admitted(request: web.Request, role: Role, needed: Role) -> web.Request:
    if not role.covers(needed):
        raise WebError(403, "role_needed", f"この操作には {needed} の権限が必要です。 / The role {needed} is needed.")
    size = getattr(request.match_info.handler, "largest_form", 0)
    return request.clone(client_max_size=size) if size else request


def local_path(target: str) -> str:
    """``target`` where it is a path on this server, else /ops: a login must not send anyone elsewhere."""
    plain = re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", target)  # printable ASCII without the backslash
    if plain is None or urlsplit(target).netloc or len(target) > 1000:
        return "/ops"
    return target


def same_token(shown: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(shown.encode(), expected.encode())


def _needed_role(request: web.Request) -> Role | None:
    handler = request.match_info.handler
    marked: Role | None = getattr(handler, "required_role", None)
    if marked is not None:
        return marked
    if request.path == "/ops" or request.path.startswith("/ops/"):
        return Role.VIEWER
    if request.method in _SAFE or getattr(handler, "open_write", False):
        return None
    # An unknown address is a 404 and a wrong method a 405 for everyone; any other write needs somebody's session.
    return None if request.match_info.http_exception is not None else Role.VIEWER


def _to_login(request: web.Request) -> web.StreamResponse:
    if of_api(request):
        raise WebError(401, "login_needed", "ログインしてください。 / Please log in.")
    wanted = f"?next={quote(request.path_qs, safe='/')}" if request.method in _SAFE else ""
    return web.Response(status=303, headers={hdrs.LOCATION: f"/login{wanted}"})


def shows_header(request: web.Request, person: Person) -> bool:
    """True where no page of others can have sent it: it shows the session's token, or comes by a program's own."""
    return bool(person.token) or same_token(request.headers.get(CSRF_HEADER, ""), person.csrf)


async def _shows_token(request: web.Request, expected: str) -> bool:
    shown = request.headers.get(CSRF_HEADER, "")
    if not shown and request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        shown = str((await form_of(request)).get(CSRF_FIELD, ""))
    return same_token(shown, expected)
