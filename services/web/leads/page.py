"""/ops/leads（SNSの手がかり）: what people seem to say, where to read it, two buttons. Nothing here is confirmed."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.status import Status
from rules.reports.kinds import kind_of
from services.listening.standing import standings
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_, own
from services.web.leads.api import made, shown
from services.web.leads.asked import LONGEST, deed_of
from services.web.leads.told import MARKS_JA, PROVIDERS, cluster_told, made_words, source_told
from services.web.moments import away, moment
from services.web.pages_staff import staff_page
from services.web.security import WebError
from services.web.snow.asked import status_of

PATH = "/ops/leads"
_MOST = 60  # cards of a page
_SAID = {"report": N_("通報の列に入れました。"), "nothing": N_("「何もなし」と記録しました。")}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The leads as they stand."""
    done = request.query.get("done", "")
    return await _page(request, request.query.get("status"), said=_SAID.get(done, ""))


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """A button was pressed."""
    context, form = request.app[CONTEXT], await form_of(request)
    body: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    deed = deed_of(body, request[PERSON].name, context)
    try:
        await made(context, deed)
    except WebError as error:
        return await _page(request, deed.status.value, refused=str(error), status=error.status)
    where = f"{PATH}?done={deed.make.value}&status={deed.status.value}"
    return web.Response(status=303, headers={hdrs.LOCATION: where})


async def _page(
    request: web.Request, status_name: str | None, *, said: str = "", refused: str = "", status: int = 200
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    wanted, every = status_of(status_name, context), request.query.get("every") == "true"
    found = await shown(context, wanted, every)
    async with context.store.read() as connection:
        sources = await standings(connection, context.listening, now)
    return staff_page(
        request,
        "leads",
        status=status,
        clusters=[cluster_told(one, context.listened_for, now) for one in found[:_MOST]],
        more=max(0, len(found) - _MOST),
        sources=[source_told(one) for one in sources],
        every=every,
        status_name=wanted.value,
        drill=wanted is not Status.ACTUAL,
        may_write=request[PERSON].may(Role.OPERATOR),
        longest=LONGEST,
        kept_hours=context.listening.kept_hours,
        marks=MARKS_JA,
        providers=PROVIDERS,
        made_words=made_words,
        kind_words=lambda kind: own(kind_of(kind)),
        said=said,
        refused=refused,
        clock=lambda text: moment(instant(text), now) if text else "",
        ago=lambda text: away(instant(text), now) if text else "",
    )
