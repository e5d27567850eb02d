"""What a right password leads to: a session, or a login that waits for the second factor."""

from __future__ import annotations

import secrets
from datetime import timedelta

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts.totp import new_secret
from services.clock import wall
from services.keyring import Keyring
from services.store import pending_logins, second_factors, users
from services.store.chronology import Entry, append
from services.store.pending_logins import Pending
from services.store.users import Account, Session
from services.web.account import agents
from services.web.auth import COOKIE, own_cookie, set_own_cookie, token_hash
from services.web.auth_form import forgive, redirect, take_back
from services.web.context import CONTEXT
from services.web.security import WebError

PENDING = "shirase_pending"
_PATIENCE = timedelta(minutes=10)  # to fetch the phone, or to register one


async def go_on(request: web.Request, account: Account, wanted: str, *, enrol: bool = False) -> web.Response | None:
    """After a right password: a session, or on to the second factor. None where the account has changed meanwhile.

    ``enrol``: the person wants another authenticator, whatever they have.
    """
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        has = await second_factors.find(connection, account.name) is not None
    take_back(request, account.name)  # half of it was right; what went wrong before still counts
    if enrol or (not has and context.accounts.demands_second(account.role)):
        return await _wait(request, account, wanted, context.accounts.keyring())
    if has:
        return await _wait(request, account, wanted, None)
    async with context.store.write() as connection:
        token = await open_session(request, connection, account, "ログインしました。")
    if token is None:
        return None
    forgive(request, account.name)
    return entered(request, token, redirect(wanted))


async def open_session(request: web.Request, connection: AsyncConnection, account: Account, said: str) -> str | None:
    """The cookie of a fresh session; None where the account has changed since its password was checked."""
    token, now, life = secrets.token_urlsafe(32), wall(), request.app[CONTEXT].accounts.session_life
    session = Session(
        user=account.name,
        role=account.role,
        csrf=secrets.token_urlsafe(32),
        expires=now + life,
        browser=agents.told(request.headers.get(hdrs.USER_AGENT, "")),
    )
    if not await users.log_in(connection, account, token_hash(token), session, now):
        return None
    await pending_logins.end_all(connection, account.name)
    await append(connection, [entry(request, account.name, said)])
    return token


def entered(request: web.Request, token: str, response: web.Response) -> web.Response:
    """The answer with the session in it, and without what led to it."""
    set_own_cookie(request, response, COOKIE, token)
    for name in ("shirase_visit", PENDING):
        set_own_cookie(request, response, name, None)
    return response


async def pending(request: web.Request) -> Pending | None:
    """The half login of this browser."""
    token = own_cookie(request, PENDING)
    if not token:
        return None
    async with request.app[CONTEXT].store.read() as connection:
        return await pending_logins.find(connection, token_hash(token), wall())


def entry(request: web.Request, name: str, text: str) -> Entry:
    """A line of the chronology about who came in."""
    context = request.app[CONTEXT]
    return Entry(at=context.now(), status=context.own, kind="access", who=name, text=text)


async def _wait(request: web.Request, account: Account, wanted: str, ring: Keyring | None) -> web.Response:
    """Keep the half login. With ``ring`` it waits for a new authenticator, whose secret is made here."""
    token, now = secrets.token_urlsafe(32), wall()
    sealed = None if ring is None else ring.close(whose(account.name), new_secret())
    half = Pending(user=account.name, password=account.password, sealed=sealed, wanted=wanted, expires=now + _PATIENCE)
    async with request.app[CONTEXT].store.write() as connection:
        await pending_logins.begin(connection, token_hash(token), half, now)
    response = redirect("/login/second" if sealed is None else "/login/enrol")
    set_own_cookie(request, response, PENDING, token)
    return response


def whose(person: str) -> str:
    """To what the secret of an authenticator that is just being added is bound."""
    return f"authenticator that {person} adds"


def no_key() -> WebError:
    """Nobody can register an authenticator here."""
    return WebError(
        409, "no_key", "認証アプリの鍵が設定されていません（[accounts] key）。 / Authenticators have no key here."
    )
