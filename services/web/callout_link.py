"""/callout?t=…: the link in a message to staff. It needs no login, tells nothing but that somebody is called, and takes
the call by a button: mail scanners and chats follow every link, and must not take calls.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.callout.desk import BELL, CallError, acknowledge
from services.callout.occasion import Event
from services.clock import wall
from services.store import call_sends, calls
from services.store.call_sends import Send
from services.store.calls import Call, CallState
from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError, client_address
from services.web.templating import page

PATH = "/callout"
EVENTS: dict[Event, tuple[str, str]] = {
    Event.DRAFT: ("承認待ちの案があります", "A draft waits for approval"),
    Event.MANDATORY: (
        "必須の経路が受け付けていない発表があります",
        "A mandatory channel has not confirmed an alert",
    ),
    Event.BREAK_GLASS: ("承認の規則によらない発表がありました", "An alert was issued around the rules of approval"),
    Event.GATEWAY: ("観測機器に不具合があります", "Sensors' gateways need somebody"),
    Event.BACKLOG: ("配信が滞っています", "Deliveries do not catch up"),
    Event.ORDER: ("除雪の指示に、返事か決裁が要ります", "A snow order waits for an answer or a decision"),
    Event.REPORT: ("通報が確認を待っています", "Reports wait to be judged"),
    Event.TRAP: ("わなが閉じました", "A trap has closed"),
    Event.CULLING: (
        "緊急銃猟の「屋内にいてください」が、解除も延長もされていません",
        "“Stay inside” is neither lifted nor prolonged",
    ),
    Event.WATCH: (
        "見守りの呼びかけに、応じる支援者がいません",
        "Nobody answers for a person who is watched over",
    ),
    Event.MUSTER: ("職員の安否確認・参集の提案か開始があります", "A muster of staff is proposed or has begun"),
    Event.FAULT: ("ハブの一部が動いていません", "A part of the hub does not work"),
}
_PER_CLIENT, _IN_ALL, _LONGEST = 30, 3000, 100  # wrong links in ten minutes; characters
_LIMIT: web.AppKey[ReportLimit] = web.AppKey("callout_limit", ReportLimit)


def setup(app: web.Application) -> None:
    app[_LIMIT] = ReportLimit(_PER_CLIENT, _IN_ALL)
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, take)


async def show(request: web.Request) -> web.Response:
    """The button, or what became of the call."""
    token = request.query.get("t", "")
    call, _ = await _call_of(request, token)
    return _page(request, call, token=token if call.state is CallState.CALLING else "")


@open_write
async def take(request: web.Request) -> web.Response:
    """The button was pressed."""
    call, send = await _call_of(request, str((await form_of(request)).get("t", "")))
    context = request.app[CONTEXT]
    person = context.callout.people.get(send.person)
    name = person.name if person else send.person
    try:
        taken = await acknowledge(context.store, call.id, by=name, how="link", now=context.now())
    except CallError:  # another was quicker, or it is over: the page says so
        return _page(request, call)
    context.bell.ring(BELL)
    return _page(request, taken, done=True)


async def _call_of(request: web.Request, token: str) -> tuple[Call, Send]:
    """The call behind a link. Whatever is wrong with the link, a stranger learns the same.

    Only wrong ones are counted: a whole office has one address, and its mail scanner opens every link before people do.
    """
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        usable = token.isascii() and 0 < len(token) <= _LONGEST
        send = await call_sends.linked(connection, token, context.now()) if usable else None
        call = await calls.find(connection, send.call) if send else None
    if send is None or call is None:
        wait = request.app[_LIMIT].admit(client_address(request), wall())
        if wait is not None:
            raise WebError(429, *WORDS[429], wait)
        told = "このリンクは使えません。期限切れか、途中で切れています。 / This link is too old, or not whole."
        raise WebError(404, "bad_link", told)
    return call, send


def _page(request: web.Request, call: Call, *, token: str = "", done: bool = False) -> web.Response:
    what, what_en = EVENTS[call.event]
    shown: dict[str, Any] = {"call": call, "what": what, "what_en": what_en, "token": token, "done": done}
    response = page(request, "callout.html", **shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
