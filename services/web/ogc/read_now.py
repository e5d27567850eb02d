"""What holds now, as an anonymous asker sees it: the same queries and the same rules as under /api/v1."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import Alert
from services.store.codec import from_json
from services.web.api import alerts, crimes, hazards, inundation, readings, reports, season
from services.web.api.answer import feature
from services.web.api.as_of import Seen
from services.web.api.shapes import Shapes
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.damage.open import district_features
from services.web.ogc.item import Item


async def hazards_in_force(context: WebContext, shapes: Shapes) -> Sequence[Item]:
    viewer = Viewer.everyone(context)
    async with context.store.read() as connection:
        found = await hazards.holding(connection, viewer, context.now())
        told = await hazards.hazard_features(connection, found, viewer, shapes)
    return [Item.of(one) for one in told]


async def alerts_in_force(context: WebContext, shapes: Shapes) -> Sequence[Item]:
    viewer = Viewer.everyone(context)
    async with context.store.read() as connection:
        rows = (await connection.execute(alerts.visible(viewer, context.now()))).mappings().all()
    found = [(from_json(Alert, row["body"]), row) for row in rows]
    told = [
        feature(alert.identifier, shapes.places(alert.places), alerts.alert_properties(alert, row))
        for alert, row in found
    ]
    return [Item.of(one) for one in told]


async def newest_readings(context: WebContext, _: Shapes) -> Sequence[Item]:
    """Without those that the city may show but not give away."""
    viewer, kept_back = Viewer.everyone(context), context.open_data.kept_back_gateways
    async with context.store.read() as connection:
        found = await readings.newest(connection, context, viewer, Seen(context.now()))
    rows = [row for row in found if row["gateway"] not in kept_back]
    return [Item.of(readings.reading_feature(row, context.ground.stations, viewer)) for row in rows]


async def expected_inundation(context: WebContext, _: Shapes) -> Sequence[Item]:
    return [Item.of(one) for one in await inundation.zones(context, Viewer.everyone(context))]


async def confirmed_reports(context: WebContext, _: Shapes) -> Sequence[Item]:
    viewer = Viewer.everyone(context)
    async with context.store.read() as connection:
        return [Item.of(one) for one in await _reports(connection, viewer, context)]


async def _reports(connection: AsyncConnection, viewer: Viewer, context: WebContext) -> Sequence[dict[str, object]]:
    seen = reports.visible(viewer, context.ground.tellings, context.now())
    return reports.report_features((await connection.execute(seen)).all(), viewer, context.ground)


async def animals_by_square(context: WebContext, _: Shapes) -> Sequence[Item]:
    return [Item.of(one) for one in (await season.season_features(context)).values()]


async def street_crime(context: WebContext, _: Shapes) -> Sequence[Item]:
    return [Item.of(one) for one in await crimes.crime_features(context)]


async def damage_by_district(context: WebContext, _: Shapes) -> Sequence[Item]:
    return [Item.of(one) for one in await district_features(context)]
