"""A road as the store knows it: whose it is, what plows did on it, what was decided and ordered for its section."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.placing import Placed, placed
from rules.requests.triage import Known, known_of
from rules.street.case import Street, Told, street
from services.roads import Roads
from services.store import decided, orders
from services.store.tables_plow import coverage


class Streets:
    """Answers about any place of the city. ``roads`` None: no network is known."""

    def __init__(self, roads: Roads | None) -> None:
        self._roads = roads

    def find(self, lon: float, lat: float, status: Status, sidewalk: bool = False) -> Placed | None:
        """The road near a place. A network that was drawn for drills answers for drills only."""
        if self._roads is None or status not in self._roads.statuses:
            return None
        network = (self._roads.sidewalks if sidewalk else None) or self._roads.carriageways
        return placed(network, lon, lat)

    async def about(self, connection: AsyncConnection, found: Placed | None, status: Status, now: datetime) -> Street:
        """All that is known of the road at ``now``."""
        known = await _known(connection, found, status)
        told = Told()
        if known.section:
            told = Told(
                decision=await decided.last_look_at(connection, status, known.section),
                orders=await orders.still_open_in(connection, status, known.section),
            )
        return street(known, told, now)


async def _known(connection: AsyncConnection, found: Placed | None, status: Status) -> Known:
    if found is None:
        return Known()
    here = (coverage.c.status == status.value, coverage.c.segment == found.segment.id)
    row = (await connection.execute(select(coverage).where(*here))).mappings().first()
    if row is None:
        return known_of(found)
    return replace(known_of(found), **{name: row[name] for name in ("done_at", "last_at", "share", "times")})
