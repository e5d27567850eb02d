"""What a handover tells of sensors that are not believed: those that still are not, and those that are again.

The second matter as much: what such a sensor said before the word counts again as far back as a model looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.distrust import Distrust
from feeds.japan import short
from feeds.status import Status
from geo.station import Station
from rules.handover.document import Point, Weight
from services.desks.distrust import what
from services.store import distrusts


async def doubts(
    connection: AsyncConnection, status: Status, since: datetime, now: datetime, stations: Mapping[str, Station]
) -> list[Point]:
    """One for each that holds, then one for each series whose word ended since and was not renewed."""
    found = await distrusts.ending_after(connection, since)
    known = sorted((one for one in found if one.status is status), key=lambda one: (one.ends, one.id))
    holding = {one.subject: one for one in known if one.holds(now)}
    over = {one.subject: one for one in known if one.ends <= now and one.subject not in holding}
    return [_holds(one, stations) for one in holding.values()] + [_over(one, stations) for one in over.values()]


def _holds(one: Distrust, stations: Mapping[str, Station]) -> Point:
    return Point(text=f"{what(one, stations)}：{short(one.ends)}まで、{one.owner}（{one.reason}）", weight=Weight.MIND)


def _over(one: Distrust, stations: Mapping[str, Station]) -> Point:
    told = f"{short(one.ends)}に終わった。それより前の値も、ふたたび使われている（{one.owner}：{one.reason}）"
    return Point(text=f"{what(one, stations)}：{told}")
