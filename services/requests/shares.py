"""How much of each plow section was done within a day. Everybody asks for it, and it is every road of the city."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.network import Network
from geo.plow.rounds import own
from services.configuration.plow import PUBLIC_DELAY
from services.requests.stood import Standing, Stood
from services.roads import Roads

DAY = timedelta(hours=24)  # rows of coverage stay until a plow comes again: what is older is told by nobody


Lengths: TypeAlias = Mapping[str, Mapping[str, float]]  # section → segment → metres


class Done(NamedTuple):
    """Section → share, of carriageways and of sidewalks."""

    roads: Mapping[str, float]
    walks: Mapping[str, float]


class Shares:
    """Worked out at most once a minute. Without a network nothing is known of any section."""

    def __init__(self, roads: Roads | None, delay: timedelta = PUBLIC_DELAY) -> None:
        self.stood = Stood(delay)
        self._statuses = roads.statuses if roads else frozenset[Status]()
        self._roads = _lengths(roads.carriageways if roads else None)
        self._walks = _lengths(roads.sidewalks if roads else None)
        self._kept: dict[Status, tuple[Standing, Done]] = {}

    async def of(self, connection: AsyncConnection, status: Status, now: datetime) -> Mapping[str, float]:
        """Section → share of the city's own carriageways by length, 0 to 1, done in the day up to ``delay`` ago."""
        return (await self._done(connection, status, now)).roads

    async def of_sidewalks(self, connection: AsyncConnection, status: Status, now: datetime) -> Mapping[str, float]:
        """The same of the city's own sidewalks; sections without one are not in it."""
        return (await self._done(connection, status, now)).walks

    async def _done(self, connection: AsyncConnection, status: Status, now: datetime) -> Done:
        if status not in self._statuses:
            return Done({}, {})
        standing = await self.stood.of(connection, status, now)
        known, found = self._kept.get(status, (None, Done({}, {})))
        if known is not standing:
            done = standing.done.keys()
            found = Done(_shares(self._roads, done), _shares(self._walks, done))
            self._kept[status] = standing, found
        return found


def _lengths(network: Network | None) -> Lengths:
    segments = own(network.segments) if network else {}
    return {code: {one.id: one.length_m for one in some} for code, some in segments.items()}


def _shares(lengths: Lengths, done: Set[str]) -> dict[str, float]:
    return {
        code: sum(metres for one, metres in mine.items() if one in done) / whole
        for code, mine in lengths.items()
        if (whole := sum(mine.values()))
    }
