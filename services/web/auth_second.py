"""/login/second: the code of the phone, after the password. /login/enrol: the phone is made known, with its picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import segno
from aiohttp import web
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import recovery, second, totp
from services.accounts.second import Proof
from services.clock import wall
from services.keyring import KeyringError
from services.store import pending_logins, users
from services.store.chronology import append
from services.store.pending_logins import Pending
from services.web.auth import open_write, own_cookie, token_hash
from services.web.auth_form import STALE, forgive, form, is_ours, locked, redirect, too_many
from services.web.auth_session import PENDING, entered, entry, no_key, open_session, pending, whose
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.security import client_address
from services.web.templating import page

WORDS = {
    Proof.NONE: "認証アプリは登録されていません。 / No authenticator is registered.",
    Proof.WRONG: "確認コードが違います。 / The code is wrong.",
    Proof.USED: (
        "このコードは使用済みです。次のコードに変わるまで、30秒ほど待ってください。 / "
        "This code has been used. Wait about 30 seconds for the next one."
    ),
    Proof.PAUSED: (
        "間違いが続いたため、15分に一度しか受け付けません。回復コードは今すぐ使えます。 / "
        "Too many wrong codes: one try every 15 minutes. A recovery code works at once."
    ),
    Proof.NO_KEY: (
        "確認コードを確かめる鍵がサーバーにありません。回復コードは使えます。 / "
        "The key to check codes is not on the server. A recovery code works."
    ),
}

_SAID = {Proof.CODE: "ログインしました。", Proof.RECOVERY: "回復コードでログインしました。"}
MISSED = {
    Proof.NONE: "認証アプリの登録がないまま、確認コードが送られた",
    Proof.WRONG: "確認コードを間違えた",
    Proof.USED: "使用済みの確認コードが送られた",
    Proof.PAUSED: "間違いが続いたため、確認コードを受け付けなかった",
    Proof.NO_KEY: "鍵がないため、確認コードを確かめられなかった",
}


def setup(app: web.Application) -> None:
    app.router.add_get("/login/second", show)
    app.router.add_post("/login/second", check)
    app.router.add_get("/login/enrol", offer)
    app.router.add_post("/login/enrol", enrol)


async def show(request: web.Request) -> web.StreamResponse:
    """The form for the code."""
    half = await pending(request)
    if half is None:
        return redirect("/login")
    return redirect("/login/enrol") if half.sealed else form(request, "second.html")


@open_write
async def check(request: web.Request) -> web.StreamResponse:
    """Judge the code; on success a fresh session."""
    fields, half = await form_of(request), await pending(request)
    if half is None or half.sealed is not None:
        return redirect("/login")
    if not is_ours(request, fields):
        return form(request, "second.html", error=STALE, status=403)
    wait = too_many(request, half.user)
    if wait is not None:
        return locked(request, "second.html", wait)
    typed = str(fields.get("code", "")) or str(fields.get("recovery", ""))
    token = None
    async with request.app[CONTEXT].store.write() as connection:  # a miss is kept as a success is
        proof = await second.prove(connection, half.user, typed[:100], request.app[CONTEXT].accounts.keyring(), wall())
        if proof.good:
            token = await _opened(request, connection, half, _SAID[proof])
        else:
            told = f"{MISSED[proof]}（{client_address(request)} から）。"
            await append(connection, [entry(request, half.user, told)])
    if not proof.good:
        return form(request, "second.html", error=WORDS[proof], status=403)
    if token is None:
        return redirect("/login")
    forgive(request, half.user)
    return entered(request, token, redirect(half.wanted))


async def offer(request: web.Request) -> web.StreamResponse:
    """The picture for the phone, and the form for its first code."""
    half = await pending(request)
    if half is None:
        return redirect("/login")
    return redirect("/login/second") if half.sealed is None else _picture(request, half)


@open_write
async def enrol(request: web.Request) -> web.StreamResponse:
    """The first code shows that the phone has the secret: it is kept, and the recovery codes are shown, once."""
    fields, half, ring = await form_of(request), await pending(request), request.app[CONTEXT].accounts.keyring()
    if half is None or half.sealed is None or ring is None:
        return redirect("/login")
    secret, now = _secret(request, half), wall()
    if not is_ours(request, fields):
        return _picture(request, half, error=STALE, status=403)
    wait = too_many(request, half.user)
    if wait is not None:
        return locked(request, "enrol.html", wait, **_drawn(request, half))
    step = totp.step_of(secret, recovery.plain(str(fields.get("code", ""))[:100]), now)
    if step is None:
        return _picture(request, half, error=WORDS[Proof.WRONG], status=403)
    async with request.app[CONTEXT].store.write() as connection:
        said = "認証アプリを登録してログインしました。"
        token = await _opened(request, connection, half, said, alone=True)
        codes = await second.enrol(connection, half.user, secret, step, ring, now) if token else []
    if token is None:
        return redirect("/login")
    forgive(request, half.user)
    return entered(request, token, page(request, "recovery.html", codes=codes, next=half.wanted))


async def _opened(
    request: web.Request, connection: AsyncConnection, half: Pending, said: str, *, alone: bool = False
) -> str | None:
    """The cookie of a session in place of the half login; None where it is over or the account has changed.

    ``alone``: every other session of the person ends, for whoever has the phone of before.
    """
    if not await pending_logins.end(connection, token_hash(own_cookie(request, PENDING))):
        return None
    account = await users.find(connection, half.user)
    if account is None:
        return None
    if alone:
        await users.end_sessions(connection, half.user)
    return await open_session(request, connection, replace(account, password=half.password), said)


def _picture(request: web.Request, half: Pending, *, error: str = "", status: int = 200) -> web.Response:
    return form(request, "enrol.html", error=error, status=status, **_drawn(request, half))


def _drawn(request: web.Request, half: Pending) -> dict[str, Any]:
    """The picture as SVG, and its secret in groups of four for who has to type it."""
    secret = _secret(request, half)
    context = request.app[CONTEXT]
    told = totp.address(secret, half.user, f"しらせ {context.city_name}")
    svg = segno.make(told, error="m").svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"picture": Markup(svg), "secret": groups, "person": half.user}  # noqa: S704 - drawn by a library from us


def _secret(request: web.Request, half: Pending) -> str:
    """Raises WebError 409 where the key of the hub has changed since it was made."""
    ring = request.app[CONTEXT].accounts.keyring()
    if ring is None or half.sealed is None:
        raise no_key()
    try:
        return ring.open(whose(half.user), half.sealed)
    except KeyringError:
        raise no_key() from None
