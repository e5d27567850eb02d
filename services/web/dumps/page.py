"""/ops/dumps（雪捨て場）: every snow dump with one press to open it, to say that it is full, or to close it.

Forms work without any script. Who presses a button of a page that is out of date is told so, and sees how it stands.
"""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.status import Status
from rules.dumps.life import DumpError
from rules.dumps.words import ACTS_JA
from services.dumps import desk
from services.dumps.picture import Known
from services.store.users import Role
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.dumps.api import BELL, look
from services.web.dumps.asked import LONGEST, aim_of, event_of, refusal
from services.web.dumps.told import crowd_en, dump_told, event_told
from services.web.language.speaking import N_
from services.web.moments import moment
from services.web.pages_staff import staff_page
from services.web.snow.asked import status_of

PATH = "/ops/dumps"


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The dumps as they stand."""
    said = N_("記録しました。") if request.query.get("done") == "1" else ""
    return await _page(request, request.query.get("status"), said=said)


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """A button was pressed."""
    context, form = request.app[CONTEXT], await form_of(request)
    body: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    aim, event = aim_of(body, context), event_of(body, request[PERSON].name, context.now())
    try:
        await desk.do(context.store, context.dumps, aim, event)
    except DumpError as error:
        if error.code == "not_found":
            raise refusal(error) from error
        return await _page(request, aim.status.value, refused=str(error), status=refusal(error).status)
    context.bell.ring(BELL)
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?done=1&status={aim.status.value}"})


async def _page(
    request: web.Request, status_name: str | None, *, said: str = "", refused: str = "", status: int = 200
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    wanted = status_of(status_name, context)
    found = await look(context, wanted, staff=True)
    return staff_page(
        request,
        "dumps",
        status=status,
        dumps=[desk_told(one, wanted) for one in found],
        status_name=wanted.value,
        statuses={"Actual": N_("本番"), "Exercise": N_("訓練"), "Test": N_("試験")},
        drill=wanted is not Status.ACTUAL,
        may_write=request[PERSON].may(Role.OPERATOR),
        acts=ACTS_JA,
        longest=LONGEST,
        said=said,
        refused=refused,
        clock=lambda text: moment(instant(text), now) if text else "",
    )


def desk_told(one: Known, status: Status) -> dict[str, Any]:
    """A dump for a page: what the API tells, and what was said of it, the newest first."""
    events = [event_told(each) for each in reversed(one.told.events)]
    return {"code": one.site.code, **dump_told(one, status.value), "crowd_en": crowd_en(one), "events": events}
