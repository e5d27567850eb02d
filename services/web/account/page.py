"""/ops/account（自分のアカウント）: phone, password, where one is logged in, and the tokens of one's programs."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from feeds.instant import iso_utc
from services.accounts.scopes import GIVEN
from services.clock import wall
from services.store import second_factors, tokens, users
from services.store.chronology import append
from services.store.users import SPENT
from services.web.account import program
from services.web.account.proof import shown_again
from services.web.auth import PERSON
from services.web.auth_form import redirect
from services.web.auth_password import hash_password, new_password
from services.web.auth_session import entered, entry, go_on, no_key, open_session
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.moments import moment
from services.web.pages_staff import staff_page
from services.web.security import WebError
from services.web.templating import page

PATH = "/ops/account"
_NAMED = 16  # hexadecimal digits of a session's hash, by which its owner names it
_CHANGED = "アカウントが変わりました。ログインし直してください。 / The account has changed; log in again."


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(f"{PATH}/second", register)
    app.router.add_post(f"{PATH}/password", renew)
    app.router.add_post(f"{PATH}/sessions", end)
    app.router.add_post(f"{PATH}/tokens", make)
    app.router.add_post(f"{PATH}/tokens/revoke", revoke)


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def register(request: web.Request) -> web.StreamResponse:
    """On to another authenticator, for who shows the password, and a code of the one before where there is one."""
    fields = await form_of(request)
    if request.app[CONTEXT].accounts.keyring() is None:
        raise no_key()
    try:
        account = await shown_again(request, fields)
    except WebError as error:
        return await _page(request, refused=error)
    return await go_on(request, account, PATH, enrol=True) or redirect("/login")


async def renew(request: web.Request) -> web.StreamResponse:
    """A new password, shown once. Every session ends; this browser gets a fresh one."""
    fields = await form_of(request)
    try:
        account = await shown_again(request, fields)
        if account.password == SPENT:
            raise WebError(
                409, "no_password", "このアカウントにパスワードはありません。 / This account has no password."
            )
    except WebError as error:
        return await _page(request, refused=error)
    password = new_password()
    hashed = hash_password(password)
    async with request.app[CONTEXT].store.write() as connection:
        token = None
        if await users.set_password(connection, account, hashed):
            said = "パスワードを変え、ほかのログインを切った。"
            token = await open_session(request, connection, replace(account, password=hashed, one_time=False), said)
    if token is None:
        raise WebError(409, "changed", _CHANGED)
    return entered(request, token, page(request, "password.html", password=password, next=PATH))


async def end(request: web.Request) -> web.StreamResponse:
    """End one session of one's own, or all but this."""
    fields, person = await form_of(request), request[PERSON]
    named, context = str(fields.get("session", "")), request.app[CONTEXT]
    async with context.store.write() as connection:
        if named == "others":
            many = await users.end_others(connection, person.name, person.session)
        else:
            mine = await users.sessions_of(connection, person.name, wall(), context.accounts.idle)
            found = [one.token for one in mine if one.token[:_NAMED] == named]
            many = len(found)
            for one in found:
                await users.log_out(connection, one)
        if many:
            await append(connection, [entry(request, person.name, f"自分のログインを{many}件切った。")])
    return redirect(PATH)


async def make(request: web.Request) -> web.StreamResponse:
    """A token for a program, shown once, for who shows password and code."""
    fields = await form_of(request)
    try:
        wanted = program.wanted_of(request, fields)
        account = await shown_again(request, fields)
        async with request.app[CONTEXT].store.write() as connection:
            secret = await program.make(request, connection, account, wanted)
    except WebError as error:
        return await _page(request, refused=error)
    return page(request, "token.html", token=secret, wanted=wanted, given=GIVEN, next=PATH)


async def revoke(request: web.Request) -> web.StreamResponse:
    """End a token of one's own, at once."""
    fields, person = await form_of(request), request[PERSON].name
    async with request.app[CONTEXT].store.write() as connection:
        gone = await tokens.revoke(connection, str(fields.get("token", "")), person)
        if gone:
            told = f"プログラム用トークン {gone.id}（{gone.label}）を取り消した。"
            await append(connection, [entry(request, person, told)])
    return redirect(PATH)


async def _page(request: web.Request, *, refused: WebError | None = None) -> web.Response:
    context, person, now = request.app[CONTEXT], request[PERSON], wall()
    async with context.store.read() as connection:
        account = await users.find(connection, person.name)
        factor = await second_factors.find(connection, person.name)
        left = (await second_factors.codes_left(connection)).get(person.name, 0)
        sessions = await users.sessions_of(connection, person.name, now, context.accounts.idle)
        mine = [one for one in await tokens.everyone(connection, person.name) if one.works(now)]
    return staff_page(
        request,
        "account",
        status=refused.status if refused else 200,
        refused=refused.message if refused else "",
        factor=factor,
        left=left,
        keyed=context.accounts.keyring() is not None,
        demanded=context.accounts.demands_second(person.role),
        has_password=account is not None and account.password != SPENT,
        sessions=[(one, one.token[:_NAMED], one.token == person.session) for one in sessions],
        tokens=mine,
        given=GIVEN,
        longest=context.accounts.token_days,
        at=lambda when: moment(when, now),
        machine=iso_utc,
    )
