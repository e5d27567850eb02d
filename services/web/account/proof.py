"""Showing again what one comes in with, before something is changed that a stolen session must not change."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.accounts import second
from services.clock import wall
from services.store import second_factors, users
from services.store.chronology import append
from services.store.users import SPENT, Account
from services.web.auth import PERSON, current_session
from services.web.auth_form import forgive, too_many
from services.web.auth_password import matches
from services.web.auth_second import MISSED, WORDS
from services.web.auth_session import entry
from services.web.body import Form
from services.web.context import CONTEXT
from services.web.security import WebError, client_address

_FRESH = timedelta(minutes=10)  # of a login by the city's own provider, where there is no password to type
_WRONG = "パスワードが違います。 / The password is wrong."


async def shown_again(request: web.Request, fields: Form) -> Account:
    """The account of who has typed password and code once more. WebError 403 or 429 for who has not."""
    context, person = request.app[CONTEXT], request[PERSON].name
    wait = too_many(request, person)
    if wait is not None:
        minutes = int(wait.total_seconds() // 60) + 1
        raise WebError(
            429,
            "too_many",
            f"失敗が続いたため、{minutes}分後まで受け付けません。 / Too many failures; try again in {minutes} min.",
        )
    async with context.store.read() as connection:
        account = await users.find(connection, person)
        has = await second_factors.find(connection, person) is not None
    if account is None or not await _knows_password(request, account, str(fields.get("password", ""))[:1000]):
        await _note(request, "アカウントの画面で、パスワードを間違えた")
        raise WebError(403, "wrong_password", _WRONG)
    if has:
        async with context.store.write() as connection:
            typed = str(fields.get("code", ""))[:100]
            proof = await second.prove(connection, person, typed, context.accounts.keyring(), wall())
            if not proof.good:
                told = f"{MISSED[proof]}（{client_address(request)} から）。"
                await append(connection, [entry(request, person, told)])
        if not proof.good:
            raise WebError(403, "wrong_code", WORDS[proof])
    forgive(request, person)
    return account


async def _knows_password(request: web.Request, account: Account, password: str) -> bool:
    """Who has none here came in by the city's provider: a short while ago is as good."""
    if account.password != SPENT:
        return await matches(account.password, password)
    session = await current_session(request)
    return session is not None and session.created_at is not None and wall() - session.created_at < _FRESH


async def _note(request: web.Request, what: str) -> None:
    text = f"{what}（{client_address(request)} から）。"
    async with request.app[CONTEXT].store.write() as connection:
        await append(connection, [entry(request, request[PERSON].name, text)])
