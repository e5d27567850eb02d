"""Snow removal as residents see it: sections, roads, dumps. Vehicles are in none of it: their last place is a home."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from feeds.status import Status
from services.requests.round import Section
from services.requests.stood import Standing
from services.web.api.answer import feature
from services.web.api.shapes import Shapes, point
from services.web.api.times import iso_or_none
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.dumps.api import look
from services.web.dumps.told import dump_told
from services.web.ogc.item import Item
from services.web.roads.lines import road_properties, standing_of
from services.web.roads.shown import shown_status

SECTION = {
    "code": "of the section",
    "name": "in Japanese",
    "name_en": "in English",
    "state": "ordered, working or finished: how plowing stands; empty: nothing is ordered",
    "since": "since when it is so, or null",
    "finish_by": "until when it should be done, or null",
    "share": "of the city's own carriageways by length, done within a day, or null",
    "sidewalk_share": "the same of its own sidewalks, or null",
    "status": "Actual; Exercise where a drill is shown",
}


async def sections(context: WebContext, shapes: Shapes) -> Sequence[Item]:
    """The plow sections, by the same round as the page for residents."""
    status = shown_status(context, Viewer.everyone(context))
    names = {one.code: (one.name, one.name_en) for one in context.ground.areas.of_kind("plow_section")}
    async with context.store.read() as connection:
        found = await context.answers.rounds.of(connection, names, status, context.now())
    return [Item(one.code, shapes.area(one.code), _told(one, status)) for one in found]


def _told(one: Section, status: Status) -> dict[str, object]:
    return {
        "code": one.code,
        "name": one.name,
        "name_en": one.name_en,
        "state": one.state,
        "since": iso_or_none(one.at),
        "finish_by": iso_or_none(one.finish_by),
        "share": None if one.share is None else round(one.share, 3),
        "sidewalk_share": None if one.walk_share is None else round(one.walk_share, 3),
        "status": status.value,
    }


async def roads(context: WebContext, _: Shapes) -> Sequence[Item]:
    """Every road and sidewalk, as late as the public may know."""
    status = shown_status(context, Viewer.everyone(context))
    standing = await standing_of(context, status, context.now())
    return await asyncio.to_thread(_roads, context, standing, context.plow.public_delay, status)


def _roads(context: WebContext, standing: Standing, delay: timedelta, status: Status) -> Sequence[Item]:
    segments = [one for network in context.answers.networks(status) for one in network.segments]
    return [Item(one.id, one.geometry, road_properties(one, standing, delay, status)) for one in segments]


async def dumps(context: WebContext, _: Shapes) -> Sequence[Item]:
    """The dumps that residents may use."""
    status = shown_status(context, Viewer.everyone(context))
    found = await look(context, status, staff=False)
    told = [feature(one.site.code, point(one.site.lon, one.site.lat), dump_told(one, status.value)) for one in found]
    return [Item.of(one) for one in told]
