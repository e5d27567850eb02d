"""/snow: snow removal for residents. A road by name or place, and why it is not plowed; works without scripts.

What somebody types and where they stand is posted, although nothing changes: it may be where they live (ADR 48). The
address of an answer that was chosen, from the list or on the map, names a place on a road.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.street.ages import AGES
from rules.street.words import sentence
from services.web.api.viewer import Viewer
from services.web.auth import open_write
from services.web.body import form_of
from services.web.context import CONTEXT, WebContext
from services.web.dumps.api import look
from services.web.public.frame import Own, framed
from services.web.public.words import language_of
from services.web.roads.filling import foreseen
from services.web.roads.finding import LONGEST, find
from services.web.roads.shown import shown_status
from services.web.roads.words import word
from services.web.security import WebError

PATH = "/snow"
_NEAR = 15  # roads that are shown of a town
_FEW, _SMALL_FROM = 2000, 14  # so many roads are drawn whole; of more the small ones from this zoom on


async def show(request: web.Request) -> web.Response:
    """The page, always as everybody sees it."""
    asked = {name: request.query[name][:LONGEST] for name in ("town", "lon", "lat") if name in request.query}
    return await _page(request, asked, Own(says=word, keeps=asked))


@open_write
async def look_up(request: web.Request) -> web.Response:
    """The same, for words that were typed or the place of a phone. Nothing of them is kept."""
    form = await form_of(request)
    asked = {name: str(form[name]) for name in ("q", "lon", "lat") if name in form}
    return await _page(request, asked, Own(says=word))


async def _page(request: web.Request, asked: Mapping[str, str], own: Own) -> web.Response:
    context = request.app[CONTEXT]
    viewer = Viewer.everyone(context)
    status, now = shown_status(context, viewer), context.now()
    language = language_of(request)
    town = context.towns.named(asked.get("town", ""))
    words = asked.get("q", "" if town else asked.get("town", "")).strip()[:LONGEST]  # of a district
    where = None if town else _place(asked, context)
    around = context.ground.areas.at(town.lon, town.lat, "plow_section") if town else []
    names = {one.code: (one.name, one.name_en) for one in context.ground.areas.of_kind("plow_section")}
    answers = []
    async with context.store.read() as connection:
        if where is not None:
            road, walk = context.answers.both(*where, status)
            ways = (road, walk) if road and walk else (road or walk,)
            answers = [await context.answers.about(connection, one, status, now) for one in ways]
        told = await context.answers.rounds.of(connection, names, status, now)
    dumps = await look(context, status, staff=False)
    shown: dict[str, Any] = {
        "q": words,
        "found": find(context, words, status),
        "found_town": town,
        "around": context.answers.near(town.lon, town.lat, status, _NEAR) if town else [],
        "town_sections": [one.code for one in around] if town else [],
        "answers": answers,
        "sentence": sentence,
        "sections": told,
        "section_names": names,
        "dumps": dumps,
        "foreseen": lambda outlook: foreseen(outlook, language),
        "map": _map(context, status),
        "ages": tuple(reversed(AGES)),
        "delay": int(context.plow.public_delay.total_seconds() // 60),
        "contact": context.services.contact if context.services else "",
    }
    return framed(request, "snow_public.html", language, own, **shown)


def _map(context: WebContext, status: Status) -> dict[str, str] | None:
    """Where the roads lie, and from which zoom on the map draws the small ones; None where none are known."""
    networks = context.answers.networks(status)
    if not networks:
        return None
    box = ",".join(f"{degrees:.6f}" for degrees in networks[0].bounds)
    return {"box": box, "small_from": str(_SMALL_FROM if sum(map(len, networks)) > _FEW else 0)}


def _place(asked: Mapping[str, str], context: WebContext) -> tuple[float, float] | None:
    """lon, lat in the city; None where none is asked. A WebError 400 for what is none."""
    if "lon" not in asked and "lat" not in asked:
        return None
    try:
        lon, lat = float(asked.get("lon", "")), float(asked.get("lat", ""))
    except ValueError:
        lon = lat = 999.0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90 and context.ground.areas.at(lon, lat, "city")):
        what = f"{context.city_name}の中の場所を示してください。 / The place must be within {context.city_name_en}."
        raise WebError(400, "bad_place", what)
    return lon, lat
