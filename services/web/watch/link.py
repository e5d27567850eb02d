"""/watch?t=…: the link in a message to a supporter. It needs no login and answers by buttons alone: mail scanners
follow every link. Where the person is and what help they need is shown to who may see it, after they said that they go.
"""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from feeds.japan import dated, zoned
from rules.marks import MARKS
from rules.watch.alarm import Answer, What
from rules.watch.wording import ANSWERS, WORDS, answer_ja
from services.clock import wall
from services.watch.answering import Asked, answer, asked_by, looked
from services.watch.desk import Desk
from services.watch.permission import WatchError
from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.report_limit import ReportLimit
from services.web.security import WORDS as REFUSALS
from services.web.security import WebError, client_address
from services.web.templating import page

PATH = "/watch"
_PER_CLIENT, _IN_ALL, _LONGEST = 30, 3000, 100  # wrong links in ten minutes; characters
_LIMIT: web.AppKey[ReportLimit] = web.AppKey("watch_limit", ReportLimit)


def setup(app: web.Application) -> None:
    app[_LIMIT] = ReportLimit(_PER_CLIENT, _IN_ALL)
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, take)


async def show(request: web.Request) -> web.Response:
    """The question and its buttons, or what became of it."""
    token = request.query.get("t", "")
    desk = _desk(request)
    asked = await asked_by(desk.store, desk.vault, token, request.app[CONTEXT].now()) if _usable(token) else None
    if asked is None:
        raise _stranger(request)
    return await _page(request, desk, asked, token)


@open_write
async def take(request: web.Request) -> web.StreamResponse:
    """A button was pressed."""
    form, desk, now = await form_of(request), _desk(request), request.app[CONTEXT].now()
    token, said = str(form.get("t", "")), str(form.get("answer", ""))
    if said not in {one.value for one in Answer}:
        raise WebError(400, *REFUSALS[400])
    try:
        asked = await answer(desk.store, desk.vault, token, Answer(said), now) if _usable(token) else None
    except WatchError:  # it is over; the page says so
        asked = await asked_by(desk.store, desk.vault, token, now)
    if asked is None:
        raise _stranger(request)
    request.app[CONTEXT].bell.ring("watch_sends")
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?t={token}"})


async def _page(request: web.Request, desk: Desk, asked: Asked, token: str) -> web.Response:
    event, supporter, ward = asked.opening, asked.supporter, asked.ward
    goes = asked.open and asked.mine in {Answer.GOING, Answer.DONE}
    needs = [ward.notes, ward.home.address, ward.phone] if goes and supporter.needs else []
    place = ward.called(event.place) if goes and supporter.place and event.place else ""
    if any(needs) or place:
        await looked(desk.store, asked)
    others = [
        (who.name if who else "市の窓口", answer_ja(one.answer, event.what), dated(one.at))
        for one in asked.replies
        if one.supporter != supporter.number
        for who in [ward.supporter(one.supporter)]
    ]
    shown: dict[str, Any] = {
        "mark": MARKS[event.status],
        "what": WORDS[event.what],
        "alias": ward.alias,
        "since": zoned(event.since),
        "label": event.label,
        "late": event.late,
        "doubt": event.doubt,
        "open": asked.open,
        "mine": answer_ja(asked.mine, event.what) if asked.mine else "",
        "token": token,
        "answers": [(one.value, answer_ja(one, event.what), ANSWERS[one][2]) for one in Answer],
        "needs": dict(zip(("必要な手助け", "住まい", "電話"), needs, strict=False)),
        "place": place,
        "others": others,
        "evacuation": event.what is What.EVACUATE,
    }
    response = page(request, "watch_answer.html", **shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _usable(token: str) -> bool:
    return token.isascii() and 0 < len(token) <= _LONGEST


def _desk(request: web.Request) -> Desk:
    desk = request.app[CONTEXT].watch
    if desk is None:
        raise web.HTTPNotFound
    return desk


def _stranger(request: web.Request) -> WebError:
    """Whatever is wrong with a link, a stranger learns the same."""
    wait = request.app[_LIMIT].admit(client_address(request), wall())
    if wait is not None:
        return WebError(429, *REFUSALS[429], wait)
    return WebError(
        404,
        "bad_link",
        "このリンクは使えません。期限切れか、途中で切れています。 / This link is too old, or not whole.",
    )
