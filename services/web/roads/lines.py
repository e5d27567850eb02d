"""/snow/roads: the city's roads with how long ago each was plowed; delayed, so that nobody follows a plow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from aiohttp import web

from feeds.status import Status
from geo.plow.network import Network
from geo.plow.segment import Segment
from rules.street.ages import AGES, age
from services.requests.round import road_state, standing
from services.store import held_back, plowed
from services.web.api.answer import collection, feature
from services.web.api.endpoint import PAGED, Endpoint, Parameter
from services.web.api.paging import page_of
from services.web.api.shapes import geojson
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT
from services.web.roads.shown import shown_status
from services.web.security import WebError

Box = tuple[float, float, float, float]
_DAY_S = 24 * 3600


async def show(request: web.Request) -> web.Response:
    context, viewer, page = request.app[CONTEXT], viewer_of(request), page_of(request, str)
    status, now = shown_status(context, viewer), context.now()
    box = _box(request)
    found = [one for network in context.answers.networks(status) for one in _within(network, box)]
    found.sort(key=lambda one: one.id)
    taken, following = page.cut(found, lambda one: (one.id,))
    async with context.store.read() as connection:
        since = plowed.at(now.timestamp() - _DAY_S)
        until = now - context.plow.public_delay
        done = await held_back.done_by(connection, status, [one.id for one in taken], since, until)
        given = await standing(connection, status, now)
    told = []
    for one in taken:
        order = road_state(given.get(one.section, ()), one.route_class) if one.administrator == "city" else ""
        told.append(_told(one, age(_when(done, one), now, context.plow.public_delay), order, status))
    return collection(request, told, following)


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


def _when(done: Mapping[str, float], one: Segment) -> datetime | None:
    return plowed.at(done[one.id]) if one.id in done else None


def _told(one: Segment, since: str, order: str, status: Status) -> dict[str, Any]:
    properties = {
        "status": status.value,
        "road": one.name,
        "sidewalk": one.sidewalk,
        "administrator": one.administrator,
        "route_class": one.route_class,
        "section": one.section,
        "age": since,
        "order": order,
    }
    return feature(one.id, geojson(one.geometry), properties)


ENDPOINTS: Sequence[Endpoint] = (
    Endpoint(
        path="/snow/roads",
        handler=show,
        summary="Roads and sidewalks: how long ago each was plowed, as far as may be told, and how its order stands.",
        parameters=(*PAGED, Parameter("bbox", "Only roads that touch it: west,south,east,north in degrees.")),
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
        errors=(400,),
    ),
)
