"""/login and /logout."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from aiohttp import hdrs, web

from services.clock import wall
from services.store import users
from services.store.chronology import Entry, append
from services.store.users import Account, Role, Session
from services.web.auth import (
    COOKIE,
    CSRF_FIELD,
    PERSON,
    local_path,
    open_write,
    person_of,
    requires,
    same_token,
    token_hash,
)
from services.web.auth_limit import LoginLimit
from services.web.auth_password import matches
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.security import client_address, storable
from services.web.templating import page

SESSION_LIFE = timedelta(hours=12)  # one shift
_VISIT = "shirase_visit"  # ties the login form to the browser that asked for it
LIMIT: web.AppKey[LoginLimit] = web.AppKey("login_limit", LoginLimit)
_WRONG = "名前かパスワードが違います。 / Wrong name or password."
_STALE = "画面が古くなっていました。もう一度入力してください。 / The form was out of date; please try again."


def setup(app: web.Application) -> None:
    app[LIMIT] = LoginLimit()
    app.router.add_get("/login", show)
    app.router.add_post("/login", log_in)
    app.router.add_post("/logout", log_out)


async def show(request: web.Request) -> web.StreamResponse:
    """The form; somebody who is logged in already goes on."""
    wanted = local_path(request.query.get("next", "/ops"))
    if person_of(request):
        return _redirect(wanted)
    return _form(request, wanted, error="", status=200)


@open_write
async def log_in(request: web.Request) -> web.StreamResponse:
    """Check name and password; on success a fresh session, whatever cookie came along."""
    fields = await form_of(request)
    name, password = str(fields.get("name", ""))[:64], str(fields.get("password", ""))[:1000]
    wanted = local_path(str(fields.get("next", "/ops")))
    visit = request.cookies.get(_VISIT, "")
    if not visit or not same_token(str(fields.get(CSRF_FIELD, "")), _form_token(visit)):
        return _form(request, wanted, error=_STALE, status=403)
    wait = request.app[LIMIT].admit(name, client_address(request), wall())
    if wait is not None:
        return _locked(request, wanted, wait)
    token = await _open_session(request, name, password)
    if token is None:
        return _form(request, wanted, error=_WRONG, status=403)
    request.app[LIMIT].forgive(name, client_address(request))
    response = _redirect(wanted)
    secure = request.app[CONTEXT].https
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=secure, path="/")
    response.del_cookie(_VISIT, path="/login")
    return response


@requires(Role.VIEWER)
async def log_out(request: web.Request) -> web.StreamResponse:
    """End the session in the store, not only in the browser."""
    async with request.app[CONTEXT].store.write() as connection:
        await users.log_out(connection, token_hash(request.cookies[COOKIE]))
        await append(connection, [_entry(request, request[PERSON].name, "ログアウトしました。")])
    response = _redirect("/")
    response.del_cookie(COOKIE, path="/")
    return response


async def _open_session(request: web.Request, name: str, password: str) -> str | None:
    """The cookie of a new session, or None; a stranger cannot tell why."""
    store, now = request.app[CONTEXT].store, wall()
    async with store.read() as connection:
        account = await users.find(connection, name) if storable(name) else None
    usable = account if account and account.usable else None
    if not await matches(usable.password if usable else None, password) or usable is None:
        await _note_failure(request, account)
        return None
    token = secrets.token_urlsafe(32)
    session = Session(user=name, role=usable.role, csrf=secrets.token_urlsafe(32), expires=now + SESSION_LIFE)
    async with store.write() as connection:
        if not await users.log_in(connection, usable, token_hash(token), session, now):
            return None
        await append(connection, [_entry(request, name, "ログインしました。")])
    return token


async def _note_failure(request: web.Request, account: Account | None) -> None:
    """The limit on attempts keeps the chronology from being flooded.

    A name that nobody has is whatever a stranger typed, perhaps a password: it stands nowhere. An entry is written all
    the same, lest the time it takes tell strangers which names there are.
    """
    who, what = (account.name, "") if account else ("不明", "登録のない名前で、")
    text = f"{what}ログインに失敗しました（{client_address(request)} から）。"
    async with request.app[CONTEXT].store.write() as connection:
        await append(connection, [_entry(request, who, text)])


def _entry(request: web.Request, name: str, text: str) -> Entry:
    status = request.app[CONTEXT].own
    return Entry(at=request.app[CONTEXT].now(), status=status, kind="access", who=name, text=text)


def _form(request: web.Request, wanted: str, *, error: str, status: int) -> web.Response:
    visit = request.cookies.get(_VISIT) or secrets.token_urlsafe(24)
    response = page(request, "login.html", status=status, csrf=_form_token(visit), error=error, next=wanted)
    secure = request.app[CONTEXT].https
    response.set_cookie(_VISIT, visit, httponly=True, samesite="Strict", secure=secure, path="/login")
    return response


def _locked(request: web.Request, wanted: str, wait: timedelta) -> web.Response:
    minutes = int(wait.total_seconds() // 60) + 1
    error = f"失敗が続いたため、{minutes}分後まで受け付けません。 / Too many failures; try again in {minutes} min."
    response = _form(request, wanted, error=error, status=429)
    response.headers[hdrs.RETRY_AFTER] = str(int(wait.total_seconds()) + 1)
    return response


def _form_token(visit: str) -> str:
    return hashlib.sha256(f"login form of {visit}".encode()).hexdigest()


def _redirect(path: str) -> web.Response:
    return web.Response(status=303, headers={hdrs.LOCATION: path})
