"""/snow/roads: the city's roads with how long ago each was plowed; delayed, so that nobody follows a plow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from aiohttp import web

from feeds.status import Status
from geo.plow.network import Network
from geo.plow.segment import Segment
from rules.street.ages import AGES, age
from services.requests.round import road_state
from services.requests.stood import Standing
from services.store import plowed
from services.web.api.answer import GEOJSON, answer, collected, feature
from services.web.api.as_of import AT, seen
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import page_of
from services.web.api.shapes import geojson
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT, WebContext
from services.web.home import home_of
from services.web.roads.packed import PACKED
from services.web.roads.shown import shown_status
from services.web.security import WebError

Box = tuple[float, float, float, float]


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    status, now = shown_status(context, viewer), context.now()
    if "at" in request.query:
        return await _then(request, context, status)
    standing = await standing_of(context, status, now)
    packed = request.app[PACKED]
    key = (status, home_of(request), request.path_qs)
    found = packed.find(standing, key)
    if found is None:
        found = packed.keep(standing, key, _answer(request, context, status, standing))
    return found.response(request)


async def _then(request: web.Request, context: WebContext, status: Status) -> web.Response:
    """As of an instant, for staff: not packed, for few ask for the same."""
    async with context.store.read() as connection:
        when = await seen(request, connection)
        standing = await context.answers.shares.stood.then(connection, status, when.at)
    return answer(request, _answer(request, context, status, standing), GEOJSON)


async def standing_of(context: WebContext, status: Status, now: datetime) -> Standing:
    """What is done of all roads; within a minute nobody asks the store again."""
    stood = context.answers.shares.stood
    known = stood.fresh(status, now)
    if known is None:
        async with context.store.read() as connection:
            known = await stood.of(connection, status, now)
    return known


def _answer(request: web.Request, context: WebContext, status: Status, standing: Standing) -> dict[str, Any]:
    page, box, main = page_of(request, str), _box(request), _main(request)
    found = [one for network in context.answers.networks(status) for one in _within(network, box)]
    taken, following = page.cut([one for one in found if not main or is_main(one)], lambda one: (one.id,))
    told = [_feature(one, standing, context.plow.public_delay, status) for one in taken]
    return collected(request, told, following)


def is_main(one: Segment) -> bool:
    """True for what a map of the whole city draws: 幹線 and 補助幹線, and what the prefecture and the nation clear."""
    return one.route_class in {1, 2} or one.administrator in {"prefecture", "nation"}


def _main(request: web.Request) -> bool:
    text = request.query.get("main", "")
    if text not in {"", "0", "1"}:
        raise WebError(400, "bad_main", "main must be 1 for main roads alone, or 0")
    return text == "1"


def _box(request: web.Request) -> Box | None:
    """West, south, east, north; None where nothing is asked. A WebError 400 says how to write it."""
    text = request.query.get("bbox", "")
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise _bad_box() from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # NaN falls through here, too
        raise _bad_box()
    return west, south, east, north


def _bad_box() -> WebError:
    return WebError(400, "bad_bbox", "bbox must be west,south,east,north in degrees, as in 141.1,39.6,141.2,39.7")


def _within(network: Network, box: Box | None) -> list[Segment]:
    if box is None:
        return list(network.segments)
    west, south, east, north = box
    xs, ys = network.plane.metres(np.array([west, east]), np.array([south, north]))
    return [network.segments[number] for number in network.tree.query(shapely.box(xs[0], ys[0], xs[1], ys[1]))]


def _feature(one: Segment, standing: Standing, delay: timedelta, status: Status) -> dict[str, Any]:
    return feature(one.id, geojson(one.geometry), road_properties(one, standing, delay, status))


def road_properties(one: Segment, standing: Standing, delay: timedelta, status: Status) -> dict[str, Any]:
    """One road as everybody is told of it, without its line."""
    done, given = standing.done.get(one.id), standing.given.get(one.section, ())
    return {
        "status": status.value,
        "road": one.name,
        "sidewalk": one.sidewalk,
        "administrator": one.administrator,
        "route_class": one.route_class,
        "section": one.section,
        "age": age(None if done is None else plowed.at(done), standing.at, delay),
        "order": road_state(given, one.route_class) if one.administrator == "city" else "",
    }


ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/snow/roads",
        handler=show,
        summary="Roads and sidewalks: how long ago each was plowed, as far as may be told, and how its order stands.",
        parameters=(
            *PAGED,
            Parameter("bbox", "Only roads that touch it: west,south,east,north in degrees."),
            Parameter("main", "1: only route classes 1 and 2, and roads of the prefecture and the nation."),
            AT,
        ),
        properties={
            "status": "Actual; Exercise where a drill is shown",
            "road": "its name, where it has one",
            "sidewalk": "left, right, both or apart; empty: a carriageway",
            "administrator": "nation, prefecture, city, other",
            "route_class": "1 幹線, 2 補助幹線, 3 生活道路, or null",
            "section": "plow section",
            "age": f"hours since it was done: {', '.join(AGES)}; empty: not within a day, or too lately to be told",
            "order": "ordered, working or finished: how plowing stands; empty: not ordered, or not the city's",
        },
        errors=(400, 404),
    ),
)
