"""/ops/account（自分のアカウント）: the phone that somebody has registered, and the way to register another."""

from __future__ import annotations

from aiohttp import web

from feeds.instant import iso_utc
from services.accounts import second
from services.clock import wall
from services.store import second_factors, users
from services.store.chronology import append
from services.store.users import Account
from services.web.auth import PERSON
from services.web.auth_form import forgive, too_many
from services.web.auth_password import matches
from services.web.auth_second import MISSED, WORDS
from services.web.auth_session import entry, go_on, no_key
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.moments import moment
from services.web.pages_staff import staff_page
from services.web.security import WebError, client_address

PATH = "/ops/account"
_WRONG = "合言葉が違います。 / The password is wrong."


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(f"{PATH}/second", register)


async def show(request: web.Request) -> web.Response:
    return await _page(request)


async def register(request: web.Request) -> web.StreamResponse:
    """On to another authenticator, for who shows the password, and a code of the one before where there is one."""
    fields, context, person = await form_of(request), request.app[CONTEXT], request[PERSON].name
    if context.accounts.keyring() is None:
        raise no_key()
    try:
        account = await _shown_again(request, str(fields.get("password", ""))[:1000], str(fields.get("code", ""))[:100])
    except WebError as error:
        return await _page(request, refused=error.message, status=error.status)
    forgive(request, person)
    answer = await go_on(request, account, PATH, enrol=True)
    return answer or await _page(request, refused=_WRONG, status=403)


async def _shown_again(request: web.Request, password: str, code: str) -> Account:
    """The account of who has shown again all that they come in with. WebError 403 or 429 for who has not."""
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
    if account is None or not await matches(account.password, password):
        await _told(request, "アカウントの画面で、合言葉を間違えた")
        raise WebError(403, "wrong_password", _WRONG)
    if has:
        async with context.store.write() as connection:
            proof = await second.prove(connection, person, code, context.accounts.keyring(), wall())
            if not proof.good:
                told = f"{MISSED[proof]}（{client_address(request)} から）。"
                await append(connection, [entry(request, person, told)])
        if not proof.good:
            raise WebError(403, "wrong_code", WORDS[proof])
    return account


async def _told(request: web.Request, what: str) -> None:
    text = f"{what}（{client_address(request)} から）。"
    async with request.app[CONTEXT].store.write() as connection:
        await append(connection, [entry(request, request[PERSON].name, text)])


async def _page(request: web.Request, *, refused: str = "", status: int = 200) -> web.Response:
    context, person, now = request.app[CONTEXT], request[PERSON], wall()
    async with context.store.read() as connection:
        factor = await second_factors.find(connection, person.name)
        left = (await second_factors.codes_left(connection)).get(person.name, 0)
    return staff_page(
        request,
        "account",
        status=status,
        refused=refused,
        factor=factor,
        left=left,
        keyed=context.accounts.keyring() is not None,
        demanded=context.accounts.demands_second(person.role),
        at=lambda when: moment(when, now),
        machine=iso_utc,
    )
