"""/snow: snow removal for residents. A road by name or place, and why it is not plowed; works without scripts."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from feeds.status import Status
from rules.street.ages import AGES
from rules.street.words import sentence
from services.web.api.viewer import Viewer
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
    context = request.app[CONTEXT]
    viewer = Viewer.everyone(context)
    status, now = shown_status(context, viewer), context.now()
    language = language_of(request)
    words = request.query.get("q", "").strip()[:LONGEST]
    town = context.towns.named(request.query.get("town", "")[:LONGEST])
    where = None if town else _place(request, context)
    around = context.ground.areas.at(town.lon, town.lat, "plow_section") if town else []
    names = {one.code: (one.name, one.name_en) for one in context.ground.areas.of_kind("plow_section")}
    answers = []
    async with context.store.read() as connection:
        if where is not None:
            road, walk = context.answers.both(*where, status)
            asked = (road, walk) if road and walk else (road or walk,)
            answers = [await context.answers.about(connection, one, status, now) for one in asked]
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
    keeps = {name: request.query.get(name, "")[:LONGEST] for name in ("q", "town", "lon", "lat")}
    return framed(request, "snow_public.html", language, Own(says=word, keeps=keeps), **shown)


def _map(context: WebContext, status: Status) -> dict[str, str] | None:
    """Where the roads lie, and from which zoom on the map draws the small ones; None where none are known."""
    networks = context.answers.networks(status)
    if not networks:
        return None
    box = ",".join(f"{degrees:.6f}" for degrees in networks[0].bounds)
    return {"box": box, "small_from": str(_SMALL_FROM if sum(map(len, networks)) > _FEW else 0)}


def _place(request: web.Request, context: WebContext) -> tuple[float, float] | None:
    """lon, lat in the city; None where none is asked. A WebError 400 for what is none."""
    if "lon" not in request.query and "lat" not in request.query:
        return None
    try:
        lon, lat = float(request.query.get("lon", "")), float(request.query.get("lat", ""))
    except ValueError:
        lon = lat = 999.0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90 and context.ground.areas.at(lon, lat, "city")):
        what = f"{context.city_name}の中の場所を示してください。 / The place must be within {context.city_name_en}."
        raise WebError(400, "bad_place", what)
    return lon, lat
