"""/ops/chronology/matter: one matter with every act on it; follow it up, put a line right, take one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import hdrs, web

from feeds.status import Status
from rules.chronology.matter import Act, MatterError, State
from services.chronology import desk
from services.chronology.attached import Attached
from services.store import matters
from services.store.users import Role
from services.web.api.writing import worlds
from services.web.auth import PERSON, largest_form, requires
from services.web.body import form_of
from services.web.chronology.asked import content_of, refusal
from services.web.chronology.files import LARGEST, files_of
from services.web.chronology.page import PATH as ABOVE
from services.web.chronology.page import choices, districts_of, plain
from services.web.chronology.told import act_told, matter_told, put_right
from services.web.context import CONTEXT
from services.web.damage.asked import number_of
from services.web.pages_staff import staff_page
from services.web.security import WORDS, WebError
from services.web.writing.form import local

PATH = "/ops/chronology/matter"
_WORDS = {"take_back": "誤って記録したため"}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """``?id=``, and ``?correct=`` the act that somebody wants to put right."""
    correcting = request.query.get("correct", "")
    of = number_of(correcting, "correct") if correcting else None
    return await _page(request, number_of(request.query.get("id"), "id"), correcting=of)


@largest_form(LARGEST)
@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """A follow-up, a correction, or an act taken back."""
    context, form = request.app[CONTEXT], await form_of(request)
    body = plain(form)
    number = number_of(body.get("id"), "id")
    try:
        await done(request, number, body, await files_of(request, form))
    except WebError as error:
        if error.status >= 500 or error.status == 404:
            raise
        of = body.get("of", "")
        correcting = number_of(of, "of") if body.get("act") == Act.CORRECT.value and of else None
        return await _page(
            request, number, refused=error.message, status=error.status, form=body, correcting=correcting
        )
    context.bell.ring("alerts")
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?id={number}#acts"})


async def done(request: web.Request, number: int, body: Mapping[str, Any], files: Sequence[Attached] = ()) -> None:
    """The act that the body tells. Raises WebError."""
    context = request.app[CONTEXT]
    try:
        named = Act(body.get("act", ""))
    except ValueError:
        raise WebError(400, "bad_act", "act は follow、correct、take_back です。 / act: one of these.") from None
    if named is Act.TAKE_BACK and not str(body.get("words") or "").strip():
        body = {**body, "words": _WORDS["take_back"]}
    if named is Act.TAKE_BACK:
        body = {**body, "state": State.RECORD.value}
    deed = desk.Deed(
        matter=number,
        seen=number_of(body.get("seen"), "seen"),
        act=named,
        who=request[PERSON].name,
        content=content_of(body, context, context.now()),
        of=number_of(body["of"], "of") if body.get("of") else None,
        files=files,
    )
    async with context.store.read() as connection:
        before = await matters.find(connection, number)
    if before is None or before.status not in worlds(context):
        raise WebError(404, *WORDS[404])
    try:
        await desk.do(context.store, deed, context.now())
    except MatterError as error:
        raise refusal(error) from error


async def _page(
    request: web.Request,
    number: int,
    *,
    refused: str = "",
    status: int = 200,
    form: Mapping[str, Any] | None = None,
    correcting: int | None = None,
) -> web.Response:
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = await matters.find(connection, number)
        files = await matters.files_of(connection, [number])
    if found is None:
        raise WebError(404, *WORDS[404])
    wrong = found.events[correcting - 1] if correcting and correcting <= found.version else None
    if wrong and (wrong.seq in found.gone or wrong.act is Act.TAKE_BACK):
        wrong = None
    may_write = request[PERSON].may(Role.OPERATOR) and found.status in worlds(context) and not found.withdrawn
    acts = [
        {**act_told(one), "put_right": put_right(found, one.seq), "files": files.get((found.id, one.seq), [])}
        for one in found.events
    ]
    return staff_page(
        request,
        "chronology_matter",
        status=status,
        matter=matter_told(found, context.now()),
        acts=acts,
        wrong=wrong,
        wrong_local=local(wrong.content.happened) if wrong else "",
        Act=Act,
        above=ABOVE,
        may_write=may_write,
        drill=found.status is not Status.ACTUAL,
        refused=refused,
        form=form or {},
        now_local=local(context.now()),
        districts=districts_of(request),
        **choices(),
    )
