"""/ops/requests（住民の依頼）: what residents asked for, first what waits for a person, and the forms that answer it.

Forms work without any script. Nothing is done twice by pressing twice: a form carries the version that was looked at,
and one that is out of date is refused, with what was typed still in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from feeds.status import Status
from rules.requests.state import WORDS, State
from services.requests import answering, joining
from services.requests.answering import RequestError
from services.store import request_queue, requests
from services.store.request_queue import NOWHERE
from services.store.requests import Request
from services.store.users import Role
from services.web.api.paging import cursor_of
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT
from services.web.language.speaking import N_, _, own
from services.web.moments import away, moment
from services.web.pages_staff import staff_page
from services.web.requests.api import BELL, key_of, may_read
from services.web.requests.asked import AGES, LONGEST, Query, deed_of, number_of, query_of, refusal, seen_of
from services.web.requests.figures import by_section, summed, tally
from services.web.requests.told import cards

PATH = "/ops/requests"
_PAGE = 25
_KEPT = ("status", "state", "section", "service", "age")  # filters that an address keeps
_SCOPES = {
    "open": N_("未完了（対応を待つ順）"),
    "waits": N_("回答を待つもの"),
    State.IN_PROGRESS.value: WORDS[State.IN_PROGRESS][0],
    State.SCHEDULED.value: WORDS[State.SCHEDULED][0],
    "closed": N_("完了（90日）"),
    State.FORWARDED.value: WORDS[State.FORWARDED][0],
    State.ELSEWHERE.value: WORDS[State.ELSEWHERE][0],
}


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, act)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The queue by the filters of the address, or (``id``) one request."""
    done = request.query.get("done", "")
    said = _("依頼 {id} を記録しました。", id=done) if done.isascii() and done.isdigit() and len(done) < 19 else ""
    return await _page(request, said=said)


@requires(Role.OPERATOR)
async def act(request: web.Request) -> web.StreamResponse:
    """One form: what is refused is shown again, with what was typed and how the request stands by now."""
    form = await form_of(request)
    body: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        number = await _do(request, body)
    except RequestError as error:
        if error.code == "not_found":
            raise refusal(error) from error
        return await _page(request, refused=str(error), typed=body, status=refusal(error).status)
    request.app[CONTEXT].bell.ring(BELL)
    kept = {name: request.query[name] for name in _KEPT if request.query.get(name)}
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?{urlencode(kept | {'done': number})}"})


async def _do(request: web.Request, body: Mapping[str, Any]) -> int:
    """The number of the request that it was done to. Raises RequestError, WebError."""
    context, who, now = request.app[CONTEXT], request[PERSON].name, request.app[CONTEXT].now()
    number, verb = str(body.get("id", "")), body.get("verb")
    seen = seen_of(number, body)
    if verb == "attach":
        await joining.attach(context.store, seen, number_of(str(body.get("first", "")).strip()), who, now)
    elif verb == "detach":
        await joining.detach(context.store, seen, who, now)
    elif verb == "read":
        await answering.read(context.store, seen, who, now)
    else:
        text = " ".join(str(body.get("text", "")).split())
        told: dict[str, Any] = {**body, "text": text, "state": body.get("state") or body.get("seen")}
        if verb in {"release", "withhold"}:
            told |= {"released": verb == "release", "text": "", "state": body.get("seen")}
        elif verb == "forward":
            told["state"] = State.FORWARDED.value
        elif not text and told["state"] == body.get("seen"):
            raise RequestError("nothing", "回答の言葉を書くか、状態を選んでください。 / Write or choose something.")
        await answering.answer(context.store, deed_of(number, told), who, now)
    return seen.id


async def _page(
    request: web.Request,
    *,
    said: str = "",
    refused: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    context, now = request.app[CONTEXT], request.app[CONTEXT].now()
    asked = query_of(request, _PAGE)
    found, following = await _found(request, asked, typed or {})
    wanted, whole = asked.wanted, may_read(request)
    told = await tally(context, wanted.status)
    kept = {name: request.query[name] for name in _KEPT if request.query.get(name)}
    catalog = context.services.catalog if context.services else None
    return staff_page(
        request,
        "requests",
        status=status,
        cards=await cards(context, wanted.status, found, whole),
        all=summed(told),
        sections=await by_section(context, wanted.status, told),
        services=[(one.code, one.name) for one in catalog.service if not one.report] if catalog else [],
        scopes=_SCOPES,
        ages=AGES,
        nowhere=NOWHERE,
        wanted=wanted,
        age=request.query.get("age", ""),
        number=request.query.get("id", ""),
        further=urlencode({**kept, "cursor": following}) if following else "",
        began="cursor" in request.query,
        query=urlencode(kept),
        without={name: urlencode({one: kept[one] for one in kept if one != name}) for name in _KEPT},
        status_name=wanted.status.value,
        statuses={"Actual": N_("本番"), "Exercise": N_("訓練"), "Test": N_("試験")},
        drill=wanted.status is not Status.ACTUAL,
        may_write=request[PERSON].may(Role.OPERATOR),
        whole=whole,
        state_words={state: own(words) for state, words in WORDS.items()},
        longest=LONGEST,
        said=said,
        refused=refused,
        typed=typed or {},
        at=lambda when: moment(when, now) if when else "",
        ago=lambda when: away(when, now) if when else "",
    )


async def _found(request: web.Request, asked: Query, typed: Mapping[str, str]) -> tuple[list[Request], str]:
    """The requests of the page, that of a refused form always among them; and where the next page begins."""
    one = typed.get("id") or request.query.get("id", "")
    async with request.app[CONTEXT].store.read() as connection:
        mine = await requests.by_ids(connection, [one], [asked.wanted.status.value]) if one else []
        if one and not typed:
            return mine, ""
        found = await request_queue.page(connection, asked.wanted, asked.after, asked.limit + 1)
    following = cursor_of(key_of(found[asked.limit - 1])) if len(found) > asked.limit else ""
    taken = found[: asked.limit]
    return [*(extra for extra in mine if extra.id not in {each.id for each in taken}), *taken], following
