"""/ops/chronology（クロノロジー）: what waits for somebody, what happened, and the form that enters what people do.

Forms work without any script. What was typed is never lost: whoever is refused finds it in the form.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant, iso_utc
from feeds.status import Status
from rules.chronology.groups import Group
from rules.chronology.matter import LONGEST_PARTY, LONGEST_WORDS, MatterError, Priority, Sort, State, Way
from services.chronology import desk
from services.chronology.reading import page_of as lines_of
from services.store import chronology_read, matters, users
from services.store.users import Role
from services.web.api.paging import cursor_of, page_of
from services.web.api.writing import status_of, worlds
from services.web.auth import PERSON, largest_form, requires
from services.web.body import form_of
from services.web.chronology.asked import Asked, asked_of, content_of, refusal, world
from services.web.chronology.files import LARGEST, files_of
from services.web.chronology.told import drill_of, in_turn, matter_told, rows_of
from services.web.context import CONTEXT
from services.web.language.speaking import _, own
from services.web.moments import recorded, with_age
from services.web.pages_staff import staff_page
from services.web.security import WebError
from services.web.templating import TEMPLATES
from services.web.writing.form import local

PATH = "/ops/chronology"
_COUNTED = 100  # new lines, at most


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, enter)
    app.router.add_get(f"{PATH}/new.json", news)


@requires(Role.VIEWER)
async def show(request: web.Request) -> web.Response:
    """The view that the address names, newest first unless told otherwise."""
    return await _page(request, said=_("記録しました。") if request.query.get("done") == "entered" else "")


@largest_form(LARGEST)
@requires(Role.OPERATOR)
async def enter(request: web.Request) -> web.StreamResponse:
    """A new matter."""
    context, form = request.app[CONTEXT], await form_of(request)
    body = plain(form)
    try:
        fresh = desk.Fresh(
            status=status_of(request, {name: one for name, one in body.items() if name == "status" and one}),
            who=request[PERSON].name,
            content=content_of(body, context, context.now()),
            once=_token(body.get("once", "")),
            files=await files_of(request, form),
        )
        try:
            await desk.enter(context.store, fresh, context.now())
        except MatterError as error:
            raise refusal(error) from error
    except WebError as error:
        if error.status >= 500:
            raise
        return await _page(request, refused=error.message, status=error.status, form=body)
    context.bell.ring("alerts")
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?done=entered#lines"})


@requires(Role.VIEWER)
async def news(request: web.Request) -> web.Response:
    """How many lines of this view were written after the one that the page saw last."""
    asked, seen = asked_of(request), request.query.get("seen", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 16):
        raise WebError(400, "bad_seen", "seen は記録の番号です。 / seen: the number of a line.")
    async with request.app[CONTEXT].store.read() as connection:
        newer = await chronology_read.since_number(connection, int(seen), _COUNTED)
    span = asked.span
    inside = [
        one for one in newer if (not span.since or one.at >= span.since) and (not span.until or one.at < span.until)
    ]
    return web.json_response({"new": sum(asked.sieve.passes(one) for one in inside)})


def plain(form: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the API has them; a time that a browser sends without an offset is Japan's."""
    body = {name: one for name, one in form.items() if isinstance(one, str) and name != "csrf"}
    if body.get("happened"):
        body["happened"] = f"{body['happened'][:16]}:00+09:00"
    else:
        body.pop("happened", None)
    return body


def choices() -> dict[str, Any]:
    """What the forms offer."""
    return {
        "ways": list(Way),
        "sorts": list(Sort),
        "states": list(State),
        "priorities": list(Priority),
        "headquarters": "災害対策本部",
        "longest": LONGEST_WORDS,
        "longest_party": LONGEST_PARTY,
    }


def districts_of(request: web.Request) -> list[str]:
    """Names of the city's districts."""
    return sorted({area.name for area in request.app[CONTEXT].ground.areas.of_kind("district")})


def kinds_of(request: web.Request) -> Mapping[str, str]:
    """What each kind of line is called."""
    words: Any = request.app[TEMPLATES].globals["words"]
    return {kind: own(word) for kind, word in words["chronology"].items()}


def _token(text: str) -> str | None:
    """Of the form; None where a program left it out or it is none of ours."""
    return text if 16 <= len(text) <= 64 and text.isascii() else None


async def _page(
    request: web.Request,
    *,
    said: str = "",
    refused: str = "",
    status: int = 200,
    form: Mapping[str, Any] | None = None,
) -> web.Response:
    context, asked, page = request.app[CONTEXT], asked_of(request), page_of(request, str, int)
    now, mine = context.now(), _own(request, asked)
    async with context.store.read() as connection:
        newest, digest = await chronology_read.last(connection)
        found = await lines_of(connection, asked.span, asked.sieve, _after(page.after), page.limit)
        rows = await rows_of(connection, found.lines)
        waiting = in_turn(await matters.waiting(connection, mine))
        counts = await matters.count_waiting(connection, mine)
        people = sorted(one.name for one in await users.everyone(connection))
    following = cursor_of((iso_utc(found.following[0]), found.following[1])) if found.following else ""
    return staff_page(
        request,
        "chronology",
        status=status,
        rows=rows,
        newest=newest,
        digest=digest,
        asked=asked,
        following=following,
        looked_to=recorded(found.looked_to) if found.looked_to else "",
        paged="cursor" in request.query,
        waiting=[matter_told(one, now) for one in waiting],
        many={state.value: counts.get(state, 0) for state in State},
        own=mine.value,
        own_word=world(mine),
        groups=list(Group),
        people=people,
        worlds={one.value: world(one) for one in worlds(context)},
        statuses={one.value: world(one) for one in Status},
        drill=drill_of(asked.sieve.statuses),
        may_write=request[PERSON].may(Role.OPERATOR),
        said=said,
        refused=refused,
        form=form or {},
        once=(form or {}).get("once") or secrets.token_urlsafe(18),
        now_local=local(now),
        districts=districts_of(request),
        at=with_age(now),
        made_at=recorded(now),
        period=period_told(asked),
        told=asked.told,
        **choices(),
    )


def _own(request: web.Request, asked: Asked) -> Status:
    """Whose open matters stand on top: those of the status that is asked for, else the hub's own."""
    context = request.app[CONTEXT]
    return next(iter(asked.sieve.statuses)) if len(asked.sieve.statuses) == 1 else context.own


def period_told(asked: Asked) -> str:
    """The period in words."""
    since, until = asked.span.since, asked.span.until
    if since is None and until is None:
        return _("全期間")
    return f"{recorded(since) if since else _('最初')} 〜 {recorded(until) if until else _('現在')}"


def _after(key: tuple[Any, ...] | None) -> tuple[Any, int] | None:
    if key is None:
        return None
    try:
        return instant(key[0]), key[1]
    except ValueError:
        raise WebError(400, "bad_cursor", "cursor is not one that a next link gave; start again without it") from None
