"""Snow removal in short: what plows do in the sections of a district, or where they are at work in the city."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.requests.round import Section
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.public.district import Mine
from services.web.roads.shown import shown_status

_MOST = 6


async def sections(connection: AsyncConnection, context: WebContext, mine: Mine | None) -> Sequence[Section]:
    """Those that the district lies in; of the whole city those for which something is ordered or was done."""
    areas = context.ground.areas
    names = {one.code: (one.name, one.name_en) for one in areas.of_kind("plow_section")}
    if not names:
        return []
    status = shown_status(context, Viewer.everyone(context))
    found = await context.answers.rounds.of(connection, names, status, context.now())
    if mine is None:
        return [one for one in found if one.state][:_MOST]
    own = {one.code for one in areas.at(*mine.middle, "plow_section")}
    return [one for one in found if one.code in own]
