"""Everything the page tells, read once: always as an anonymous viewer, so staff see here what everybody sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from rules.declared import Shelters
from services.requests.round import Section
from services.web.context import CONTEXT
from services.web.public import gauges, over, shelters, sightings, snow, told
from services.web.public.district import Mine
from services.web.public.gauges import Table
from services.web.public.official import OFFICIAL, Warned
from services.web.public.shelters import Open
from services.web.public.sightings import Seen
from services.web.public.told import Item
from services.web.public.top import Top, top


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known at one moment, in one language, for one district or the whole city (None)."""

    top: Top
    items: Sequence[Item]
    near: Sequence[Item]  # of the district, without notices of safety; of the whole city where none is chosen
    elsewhere: Sequence[Item]
    over: Sequence[Item]  # what was ended or taken back of late
    safety: Sequence[Item]
    seen: Sequence[Seen]
    refuge: Sequence[Item]  # the alerts that say which places of refuge are open, and what to bring
    shelters: Sequence[Open]
    sections: Sequence[Section]
    water: Table
    depth: Table
    official: Sequence[Warned]
    stale: bool  # nothing came in for too long: what is not here may be in force all the same


async def picture(request: web.Request, language: str, mine: Mine | None) -> Picture:
    """Read it."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        found = await told.items(connection, context, language)
        ended = await over.lately(connection, context, language, mine.area.code if mine else None)
        water = await gauges.gauges(connection, context, "water_level", mine)
        depth = await gauges.gauges(connection, context, "snow_depth", mine)
        seen = await sightings.sightings(connection, context, mine)
        sections = await snow.sections(connection, context, mine)
    official = await request.app[OFFICIAL].now(request)
    refuge = [one for one in found if isinstance(one.alert.declared, Shelters) and not one.alert.ends]
    others = [one for one in found if not one.safety and one not in refuge]
    return Picture(
        top=top(found, official, mine, context, language),
        items=found,
        near=[one for one in others if mine is None or one.here(mine.area.code)],
        elsewhere=[one for one in others if mine is not None and not one.here(mine.area.code)],
        over=ended,
        safety=sorted((one for one in found if one.safety), key=lambda one: mine is not None and not _close(one, mine)),
        seen=seen,
        refuge=refuge,
        shelters=shelters.open_now([one.alert for one in found], context, mine),
        sections=sections,
        water=water,
        depth=depth,
        official=official,
        stale=context.health().get("stale", True),
    )


def _close(one: Item, mine: Mine) -> bool:
    """A bear next door is near enough."""
    return one.here(mine.area.code) or bool((one.districts or frozenset()) & mine.neighbours)
