"""/ops/declared: places of refuge and the headquarters. One entry is one save, and every save makes a draft.

Everything works without scripts. A form says which revision it was drawn from: what others entered of the same place
since then is shown to the person, who then presses again; what they entered of other places is simply kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from feeds.status import Status
from rules.declared import TYPES, Declared, Opening, Shelters, ShelterState
from services.desks.declared_board import CROWDINGS, OPENINGS, Board, board, told
from services.desks.declaring import Entered, enter
from services.desks.review import ReviewError
from services.store.users import Role
from services.web.api.writing import city_of, fault_of
from services.web.auth import PERSON, requires
from services.web.body import form_of
from services.web.context import CONTEXT, WebContext
from services.web.declared.form import (
    KINDS,
    NUMBERS,
    Asked,
    Posted,
    Typed,
    chosen,
    disaster,
    entered,
    headquarters,
    opened,
    seen_of,
    typed,
)
from services.web.declared.rows import DESIGNATED, groups, of_list, row_of, unopened
from services.web.language.speaking import _
from services.web.moments import with_age
from services.web.pages_staff import staff_page
from services.web.security import WebError
from services.web.writing.form import local, text_of

PATH = "/ops/declared"


def setup(app: web.Application) -> None:
    app.router.add_get(PATH, show)
    app.router.add_get(f"{PATH}/shelter", one)
    app.router.add_post(f"{PATH}/shelter", save_one)
    app.router.add_post(f"{PATH}/shelters", save_many)
    app.router.add_post(f"{PATH}/headquarters", save_headquarters)


async def show(request: web.Request) -> web.Response:
    """Both boards: what was issued, what waits, every place that could open, and who entered what."""
    return await _board_page(request, Typed())


async def one(request: web.Request) -> web.Response:
    """The form of one place: ``?place=`` its code or name; without it, of a place that is on no list."""
    return await _place_page(request, request.query.get("place", ""), Typed())


@requires(Role.OPERATOR)
async def save_one(request: web.Request) -> web.StreamResponse:
    """What the form of one place says."""
    posted, context = await form_of(request), request.app[CONTEXT]
    name = text_of(posted, "place")[:200]
    try:
        place = entered(posted, await _known(request, name), context.now())
        return await _saved(request, posted, (place,))
    except (ValueError, ReviewError) as error:
        return await _place_page(request, name, typed(posted, str(error)), _status_of(error))


@requires(Role.OPERATOR)
async def save_many(request: web.Request) -> web.StreamResponse:
    """The places that were ticked, opened or closed at once."""
    posted, now = await form_of(request), request.app[CONTEXT].now()
    opening = Opening.CLOSED if posted.get("do") == "close" else Opening.OPEN
    try:
        if not (names := chosen(posted)):
            raise ValueError("避難所を選んでから押してください")
        places = [await _known(request, name) for name in names]
        moved = tuple(opened(place, opening, now) for place in places if place.opening is not opening)
        if not moved:
            raise ValueError(_("選んだ避難所は、もう「{state}」になっています", state=_(OPENINGS[opening])))
        return await _saved(request, posted, moved)
    except (ValueError, ReviewError) as error:
        return await _board_page(request, typed(posted, str(error)), _status_of(error))


@requires(Role.OPERATOR)
async def save_headquarters(request: web.Request) -> web.StreamResponse:
    """Set up, or dissolved."""
    posted = await form_of(request)
    try:
        return await _enter(request, posted, headquarters(posted, request.app[CONTEXT].now()))
    except (ValueError, ReviewError) as error:
        return await _board_page(request, typed(posted, str(error)), _status_of(error))


async def _saved(request: web.Request, posted: Posted, places: tuple[ShelterState, ...]) -> web.Response:
    return await _enter(request, posted, Shelters(disaster=disaster(posted), places=places))


async def _enter(request: web.Request, posted: Posted, declared: Declared) -> web.Response:
    context, asked = request.app[CONTEXT], _asked(request)
    told_ = Entered(
        person=request[PERSON].name,
        now=context.now(),
        status=asked.status,
        declared=declared,
        seen=seen_of(posted),
    )
    await enter(context.store, city_of(request), told_)
    context.bell.ring("alerts")
    return web.Response(status=303, headers={hdrs.LOCATION: f"{PATH}?{urlencode(asked.query)}#{declared.kind}"})


async def _known(request: web.Request, name: str) -> ShelterState:
    """The place as the newest state has it, else as the city's list has it, else a new one."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = (await board(connection, _asked(request).status, "shelters", context.now())).places.get(name)
    if found is not None:
        return found
    return unopened(context.ground.shelters, name, context.now())


async def _board_page(request: web.Request, form: Typed, status: int = 200) -> web.Response:
    context, asked = request.app[CONTEXT], _asked(request)
    async with context.store.read() as connection:
        places = await board(connection, asked.status, "shelters", context.now())
        staff = await board(connection, asked.status, "headquarters", context.now())
    shown: dict[str, Any] = {
        "places": places,
        "staff": staff,
        "groups": groups(places, context.ground.shelters, asked.q, context.now()),
        "kinds": KINDS,
        "disaster": _disaster_of(places, staff),
    }
    return _page(request, "declared", asked, form, shown, status)


async def _place_page(request: web.Request, name: str, form: Typed, status: int = 200) -> web.Response:
    context, asked = request.app[CONTEXT], _asked(request)
    async with context.store.read() as connection:
        places = await board(connection, asked.status, "shelters", context.now())
        staff = await board(connection, asked.status, "headquarters", context.now())
    place = places.places.get(name) or unopened(context.ground.shelters, name, context.now())
    shown: dict[str, Any] = {
        "places": places,
        "row": row_of(place, places, of_list(context.ground.shelters, place.code)),
        "new": not name,
        "designated": DESIGNATED,
        "types": TYPES,
        "crowdings": CROWDINGS,
        "numbers": NUMBERS,
        "history": [entry for entry in places.history if name in entry.said],
        "disaster": _disaster_of(places, staff),
    }
    return _page(request, "declared_place", asked, form, shown, status)


def _page(
    request: web.Request, name: str, asked: Asked, form: Typed, shown: Mapping[str, Any], status: int
) -> web.Response:
    context = request.app[CONTEXT]
    return staff_page(
        request,
        name,
        status=status,
        drill=asked.status is not Status.ACTUAL,
        asked=asked,
        worlds=_worlds(context),
        form=form,
        may_write=request[PERSON].may(Role.OPERATOR) and context.city is not None,
        openings=OPENINGS,
        told=told,
        at=with_age(context.now()),
        local=local,
        link=urlencode,
        **shown,
    )


def _asked(request: web.Request) -> Asked:
    worlds = _worlds(request.app[CONTEXT])
    said = request.query.get("status", worlds[0].value)
    if said not in {world.value for world in worlds}:
        raise WebError(400, "bad_status", "この画面では扱えない区分です。 / This status is not entered here.")
    return Asked(Status(said), request.query.get("q", "")[:100].strip())


def _worlds(context: WebContext) -> Sequence[Status]:
    """A hub that runs an exercise enters nothing real; a real one may hold a drill beside."""
    return (Status.EXERCISE,) if context.exercise else (Status.ACTUAL, Status.EXERCISE)


def _disaster_of(*boards: Board) -> str:
    newest = [one.newest.declared for one in boards if one.newest and one.newest.declared]
    return newest[0].disaster if newest else ""


def _status_of(error: Exception) -> int:
    return fault_of(error).status if isinstance(error, ReviewError) else 400
