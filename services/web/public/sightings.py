"""Confirmed reports of animals and dangers, as coarse as everybody may know them, for the list of safety notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import Report
from feeds.status import Status
from geo.area import Area, Areas
from geo.sighted.told import Told, told
from services.store.codec import from_json
from services.store.tables import records
from services.web.api.reports import visible
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.public.district import Mine

_MOST, _READ = 8, 60


@dataclass(frozen=True, slots=True)
class Seen:
    """One of them, and whether it concerns the chosen district."""

    told: Told
    status: Status
    here: bool

    @property
    def at(self) -> datetime:
        return self.told.at


async def sightings(connection: AsyncConnection, context: WebContext, mine: Mine | None) -> Sequence[Seen]:
    """The newest, those of the district and its neighbours first."""
    statement = visible(Viewer.everyone(context), context.ground.tellings, context.now())
    rows = (await connection.execute(statement.order_by(records.c.seq.desc()).limit(_READ))).all()
    reports = [from_json(Report, row.body) for row in rows]
    both = [(report, one) for report in reports if (one := told(report, context.ground)) is not None]
    found = [Seen(one, report.status, _touches(one.area, mine, context.ground.areas)) for report, one in both]
    return sorted(found, key=lambda one: (not one.here, -one.at.timestamp()))[:_MOST]


def _touches(area: Area, mine: Mine | None, areas: Areas) -> bool:
    if mine is None:
        return False
    codes = {area.code, *(one.code for one in areas.touching(area.geometry, "district"))}
    return bool(codes & {mine.area.code, *mine.neighbours})
