"""/muster?t=…: the link in a message to staff. No login and no script: a form that says whether one is safe and comes.

Opening it changes nothing: mail scanners follow every link. What was answered before is not shown, only when: whoever
else got hold of the link learns nothing of health or family.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.japan import zoned
from feeds.status import Status
from rules.muster.answer import COMING_JA, FAMILY_JA, HOME_JA, LONGEST_NOTE, LONGEST_PLACE, SAFETY_JA, SOON, AnswerError
from rules.muster.want import Want
from services.clock import wall
from services.muster.board import Given, keep
from services.muster.desk import BELL, MusterError
from services.muster.message import PATH
from services.store import muster_people, muster_sends, musters
from services.store.muster_people import Place
from services.store.muster_sends import Send
from services.store.musters import Muster, MusterState
from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError, client_address
from services.web.templating import page

FIELDS = ("safety", "family", "home", "coming", "minutes", "place", "note")
_PER_CLIENT, _IN_ALL, _LONGEST = 30, 3000, 100  # wrong links in ten minutes; characters
_LIMIT: web.AppKey[ReportLimit] = web.AppKey("muster_limit", ReportLimit)


def setup(app: web.Application) -> None:
    app[_LIMIT] = ReportLimit(_PER_CLIENT, _IN_ALL)
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, answer)


async def show(request: web.Request) -> web.Response:
    """The form."""
    token = request.query.get("t", "")
    muster, place, _ = await _of(request, token)
    return _page(request, muster, place, token=token)


@open_write
async def answer(request: web.Request) -> web.Response:
    """The form was sent. A second answer takes the place of the first."""
    form = await form_of(request)
    token = str(form.get("t", ""))
    muster, place, send = await _of(request, token)
    context = request.app[CONTEXT]
    assert context.muster is not None  # else there is no message to belong to
    fields = {name: str(form.get(name, "")) for name in FIELDS}
    given = Given(number=muster.id, person=send.person, fields=fields)
    try:
        await keep(context.store, context.muster.seal(), given, context.now())
    except AnswerError as error:
        return _page(request, muster, place, token=token, refused=str(error), fields=fields, status=400)
    except MusterError as error:
        return _page(request, muster, place, refused=str(error), status=409)
    context.bell.ring(BELL)
    return _page(request, muster, place, token=token, done=True, fields=fields)


async def _of(request: web.Request, token: str) -> tuple[Muster, Place, Send]:
    """What is behind a link. Whatever is wrong with it, a stranger learns the same; only wrong ones are counted."""
    context = request.app[CONTEXT]
    usable = context.muster is not None and token.isascii() and 0 < len(token) <= _LONGEST
    async with context.store.read() as connection:
        send = await muster_sends.linked(connection, token, context.now()) if usable else None
        muster = await musters.find(connection, send.muster) if send else None
        place = await muster_people.find(connection, send.muster, send.person) if send else None
    if send is None or muster is None or place is None:
        wait = request.app[_LIMIT].admit(client_address(request), wall())
        if wait is not None:
            raise WebError(429, *WORDS[429], wait)
        told = "このリンクは使えません。期限切れか、途中で切れています。 / This link is too old, or not whole."
        raise WebError(404, "bad_link", told)
    return muster, place, send


def _page(request: web.Request, muster: Muster, place: Place, *, status: int = 200, **more: Any) -> web.Response:
    shown: dict[str, Any] = {
        "muster": muster,
        "closed": muster.state is not MusterState.OPEN,
        "drill": muster.status is Status.EXERCISE,
        "come": place.want is Want.COME,
        "answered": zoned(place.answered_at) if place.answered_at else "",
        "choices": {"safety": SAFETY_JA, "family": FAMILY_JA, "home": HOME_JA, "coming": COMING_JA},
        "soon": SOON,
        "longest": {"place": LONGEST_PLACE, "note": LONGEST_NOTE},
        "token": "",
        "done": False,
        "refused": "",
        "fields": {},
        **more,
    }
    response = page(request, "muster_answer.html", status=status, **shown)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
