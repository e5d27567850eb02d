"""/login and /logout."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.configuration.oidc import Oidc
from services.store import users
from services.store.chronology import append
from services.store.users import Account, Role
from services.web import auth_oidc, auth_second
from services.web.auth import (
    COOKIE,
    PERSON,
    local_path,
    open_write,
    own_cookie,
    person_of,
    requires,
    set_own_cookie,
    token_hash,
)
from services.web.auth_form import LIMIT, STALE, form, is_ours, locked, redirect, take_back, too_many
from services.web.auth_limit import LoginLimit
from services.web.auth_password import CrowdError, matches
from services.web.auth_session import entry, go_on
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.security import WebError, client_address, from_inside, storable

_CROWD = (
    "ログインが混み合っています。10秒ほど待ってやり直してください。 / Many are logging in; try again in ten seconds."
)
_WRONG = "名前かパスワードが違います。 / Wrong name or password."


def setup(app: web.Application) -> None:
    app[LIMIT] = LoginLimit()
    app.router.add_get("/login", show)
    app.router.add_post("/login", log_in)
    app.router.add_post("/logout", log_out)
    auth_second.setup(app)
    auth_oidc.setup(app)


async def show(request: web.Request) -> web.StreamResponse:
    """The form; somebody who is logged in already goes on."""
    wanted = local_path(request.query.get("next", "/ops"))
    return redirect(wanted) if person_of(request) else _form(request, wanted)


@open_write
async def log_in(request: web.Request) -> web.StreamResponse:
    """Check name and password; on success a fresh session, whatever cookie came along, or on to the second factor."""
    fields = await form_of(request)
    name, password = str(fields.get("name", ""))[:64], str(fields.get("password", ""))[:1000]
    wanted = local_path(str(fields.get("next", "/ops")))
    if not is_ours(request, fields):
        return _form(request, wanted, error=STALE, status=403)
    wait = too_many(request, name)
    if wait is not None:
        return locked(request, "login.html", wait, next=wanted, oidc=_oidc(request))
    account = await proven(request, name, password)
    answer = await go_on(request, account, wanted) if account else None
    if answer is None:
        return _form(request, wanted, error=_WRONG, status=403)
    return answer


@requires(Role.VIEWER)
async def log_out(request: web.Request) -> web.StreamResponse:
    """End the session in the store, not only in the browser."""
    async with request.app[CONTEXT].store.write() as connection:
        await users.log_out(connection, token_hash(own_cookie(request, COOKIE)))
        await append(connection, [entry(request, request[PERSON].name, "ログアウトしました。")])
    response = redirect("/login/out" if _oidc(request) else "/")
    set_own_cookie(request, response, COOKIE, None)
    return response


async def proven(request: web.Request, name: str, password: str) -> Account | None:
    """The account whose password this is, or None; a stranger cannot tell why. Counts as a try of nobody here."""
    async with request.app[CONTEXT].store.read() as connection:
        account = await users.find(connection, name) if storable(name) else None
    usable = account if account and account.usable else None
    known = usable.password if usable else None
    try:
        fits = await matches(known, password, stranger=not from_inside(request))
    except CrowdError:
        take_back(request, name)
        raise WebError(429, "crowded", _CROWD, timedelta(seconds=10)) from None
    if not fits or usable is None:
        await _note_failure(request, account)
        return None
    return usable


async def _note_failure(request: web.Request, account: Account | None) -> None:
    """The limit on attempts keeps the chronology from being flooded.

    A name that nobody has is whatever a stranger typed, perhaps a password: it stands nowhere. An entry is written all
    the same, lest the time it takes tell strangers which names there are.
    """
    who, what = (account.name, "") if account else ("不明", "登録のない名前で、")
    text = f"{what}ログインに失敗しました（{client_address(request)} から）。"
    async with request.app[CONTEXT].store.write() as connection:
        await append(connection, [entry(request, who, text)])


def _form(request: web.Request, wanted: str, *, error: str = "", status: int = 200) -> web.Response:
    return form(request, "login.html", error=error, status=status, next=wanted, oidc=_oidc(request))


def _oidc(request: web.Request) -> Oidc | None:
    return request.app[CONTEXT].accounts.oidc
