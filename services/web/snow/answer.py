"""/snow-order?t=…: a contractor answers an order by the link they were sent, on a phone and without an account.

The page tells what is ordered and takes what the contractor says; a link opens nothing else, and runs out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.marks import MARKS
from rules.orders.life import Act, ActError, How, Order, allowed
from services.clock import wall
from services.orders import desk
from services.orders.desk import Person
from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.moments import near
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError, client_address
from services.web.snow.asked import LONGEST, MOST_VEHICLES, act_of, refusal, said_of
from services.web.snow.page import ANSWER, BELL
from services.web.snow.told import order_told
from services.web.templating import page

_PER_CLIENT, _IN_ALL, _LONGEST_TOKEN = 30, 3000, 100  # wrong links in ten minutes; characters
_MOST_EVENTS = 60  # of one order by its link; who needs more is no contractor
_LIMIT: web.AppKey[ReportLimit] = web.AppKey("snow_answer_limit", ReportLimit)


def setup(app: web.Application) -> None:
    app[_LIMIT] = ReportLimit(_PER_CLIENT, _IN_ALL)
    app.router.add_get(ANSWER, show)
    app.router.add_post(ANSWER, take)


async def show(request: web.Request) -> web.Response:
    """What is ordered, and the buttons that fit its state. Opening it does nothing: mail scanners open every link."""
    token = request.query.get("t", "")
    return _page(request, await _order_of(request, token), token)


@open_write
async def take(request: web.Request) -> web.Response:
    """A button was pressed."""
    form = await form_of(request)
    body = {name: value for name, value in form.items() if isinstance(value, str)}
    token = body.get("t", "")
    order = await _order_of(request, token)
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    if len(order.events) >= _MOST_EVENTS:
        raise WebError(429, *WORDS[429], timedelta(minutes=10))
    try:
        what, said = act_of(body.get("act")), said_of(body, now)
        if what is Act.REFUSE and not said.text.strip():
            raise ActError("empty", "受けられない理由を書いてください。 / Please tell why you cannot come.")
        done = await desk.do(context.store, order.id, what, Person(_names(request, order), How.LINK), said, now)
    except (ActError, WebError) as error:  # whoever answers from a cab stays on the page, as the order stands now
        quicker = isinstance(error, ActError) and error.code == "state"  # pressed twice, or the desk was first
        fault = refusal(error) if isinstance(error, ActError) else error
        told = await _order_of(request, token)
        return _page(request, told, token, said=fault.message, bad=True, status=200 if quicker else fault.status)
    context.bell.ring(BELL)
    context.bell.ring("calls")
    return _page(request, done, token, said="記録しました。ありがとうございます。 / Noted, thank you.")


async def _order_of(request: web.Request, token: str) -> Order:
    """The order behind a link. Whatever is wrong with it, a stranger learns the same; only wrong ones are counted."""
    context = request.app[CONTEXT]
    usable = token.isascii() and 0 < len(token) <= _LONGEST_TOKEN
    async with context.store.read() as connection:
        order = await desk.linked(connection, token, context.now()) if usable else None
    if order is None:
        wait = request.app[_LIMIT].admit(client_address(request), wall())
        if wait is not None:
            raise WebError(429, *WORDS[429], wait)
        told = "このリンクは使えません。期限切れか、途中で切れています。 / This link is too old, or not whole."
        raise WebError(404, "bad_link", told)
    return order


def _names(request: web.Request, order: Order) -> str:
    """Who answers, as the settings name those who plow the section."""
    return "、".join(one.name for one in request.app[CONTEXT].plow.of_section(order.section)) or "受託者"


def _page(
    request: web.Request, order: Order, token: str, *, said: str = "", bad: bool = False, status: int = 200
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    given = order.last(Act.ORDER)
    mark, mark_en = MARKS[order.status]
    shown: dict[str, Any] = {
        "order": order_told(order, context, now),
        "words": given.text if given else "",
        "may": {act.value for act in allowed(order.state, How.LINK)},
        "token": token,
        "said": said,
        "bad": bad,
        "mark": mark,
        "mark_en": mark_en,
        "drill": order.status is not Status.ACTUAL,
        "clock": lambda at: near(at, now) if at else "",
        "times": {
            "ordered": order.when(Act.ORDER),
            "acknowledged": order.when(Act.ACKNOWLEDGE),
            "started": order.when(Act.START),
            "finished": order.when(Act.FINISH),
            "finish_by": order.finish_by,
        },
        "who": _names(request, order),
        "contact": context.city_name,
        "most_vehicles": MOST_VEHICLES,
        "longest": LONGEST,
    }
    response = page(request, "snow_answer.html", status=status, **shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
