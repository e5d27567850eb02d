"""Where LINE delivers what residents write to the city's account. Signed by LINE, kept, and answered at once.

What is written down is sealed. Everything else happens afterwards, from the store: LINE waits a second or two only, and
a restart in between loses nothing. What comes again changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from services.clock import wall
from services.keyring import Keyring
from services.line_talk.events import MAX_BODY, Said, genuine, said
from services.line_talk.loop import ANSWERS, BELL, USE, sealed_events
from services.store import line_events
from services.web.auth import open_write
from services.web.body import whole_body
from services.web.context import CONTEXT
from services.web.report_limit import ReportLimit
from services.web.security import WORDS, WebError

_LIMIT: web.AppKey[ReportLimit] = web.AppKey("line_limit", ReportLimit)
_SEAL: web.AppKey[Keyring] = web.AppKey("line_seal", Keyring)


def setup(app: web.Application) -> None:
    """Mount it, where the settings have an account."""
    settings = app[CONTEXT].line_talk
    if settings is None:
        return
    app[_LIMIT] = ReportLimit(settings.per_user, settings.in_all)
    app[_SEAL] = Keyring(USE, settings.channel_secret)
    app.router.add_post(settings.path, take)


@open_write
async def take(request: web.Request) -> web.Response:
    """A delivery, of any number of events: also none, when somebody tries the address."""
    context = request.app[CONTEXT]
    assert context.line_talk is not None
    body = await whole_body(request, MAX_BODY)
    if body is None:
        raise WebError(413, *WORDS[413])
    signature = request.headers.get("X-Line-Signature", "")
    if not genuine(body, signature, context.line_talk.channel_secret):
        raise WebError(401, "bad_signature", "X-Line-Signature does not fit the body and our channel secret")
    events = said(body)
    if events is None:
        raise WebError(400, *WORDS[400])
    await _keep(request, events, context.now())
    return web.json_response({})


async def _keep(request: web.Request, events: list[Said], now: datetime) -> None:
    """Into the store, in one transaction; those of somebody who writes without end are left out, and counted."""
    context, at = request.app[CONTEXT], wall()
    sealed = sealed_events(events, request.app[_SEAL], now)
    taken = [one for one in sealed if request.app[_LIMIT].admit(one[1], at) is None]
    ANSWERS.labels("too_many").inc(len(sealed) - len(taken))
    if not taken:
        return
    async with context.store.write() as connection:
        for name, talk, whole in taken:
            await line_events.add(connection, name, talk, whole, at)
    context.bell.ring(BELL)
