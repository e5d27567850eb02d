"""A road as the store knows it: whose it is, what plows did on it, what was decided and ordered for its section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import chain

import numpy as np
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.network import Network
from geo.plow.placing import Placed, middle_of, placed
from geo.towns.spelling import written
from rules.requests.triage import Known, known_of
from rules.street.case import Street, Told, street
from services.configuration.plow import PUBLIC_DELAY
from services.requests.lately import passed
from services.requests.round import Rounds
from services.requests.shares import Shares
from services.roads import Roads
from services.store import decided, orders

_TOWN_M = 700.0  # from the middle of a town to its roads
_ALONG_M = 15.0  # from the middle of a road to its sidewalk, and no farther to that of another


class Streets:
    """Answers about any place of the city, without the passes of the last ``delay``: one for every street, asked for
    each minute, is a map of where the plows are. ``roads`` None: no network is known.
    """

    def __init__(self, roads: Roads | None, delay: timedelta = PUBLIC_DELAY) -> None:
        self.roads, self.shares, self._delay = roads, Shares(roads, delay), delay
        self.rounds = Rounds(self.shares)

    def networks(self, status: Status) -> Sequence[Network]:
        """The carriageways, and the sidewalks where some are known. What was drawn for drills answers drills only."""
        if self.roads is None or status not in self.roads.statuses:
            return ()
        return (self.roads.carriageways, *([self.roads.sidewalks] if self.roads.sidewalks else ()))

    def find(self, lon: float, lat: float, status: Status, sidewalk: bool = False) -> Placed | None:
        """The road near a place, or its sidewalk where one is asked for and known; None where there is no road."""
        road, walk = self.both(lon, lat, status)
        return (walk if sidewalk else None) or road

    def both(self, lon: float, lat: float, status: Status) -> tuple[Placed | None, Placed | None]:
        """The road near a place, and the sidewalk along it."""
        found = [placed(network, lon, lat) for network in self.networks(status)]
        road, walk = (*found, None, None)[:2]
        if road is not None and walk is not None and walk.distance_m > road.distance_m + _ALONG_M:
            walk = None  # along another road
        return road, walk

    def named(self, words: str, status: Status, at_most: int) -> list[Placed]:
        """Roads and sidewalks whose names hold the words, one for each name and section."""
        wanted = written(words)
        if not wanted:
            return []
        spelled = cache(written)
        found: dict[tuple[str, str], Placed] = {}
        for segment in chain.from_iterable(network.segments for network in self.networks(status)):
            key = (segment.name, segment.section)
            if segment.name and key not in found and wanted in spelled(segment.name):
                found[key] = Placed(segment, 0.0, middle_of(segment))
                if len(found) == at_most:
                    break
        return sorted(found.values(), key=lambda one: (one.segment.name, one.segment.section))

    def near(self, lon: float, lat: float, status: Status, at_most: int) -> list[Placed]:
        """Roads with a name around the middle of a town, the nearest first, each name once."""
        network = next(iter(self.networks(status)), None)
        if network is None:
            return []
        (east,), (north,) = network.plane.metres(np.array([lon]), np.array([lat]))
        middle = shapely.Point(east, north)
        numbers = network.tree.query(middle, predicate="dwithin", distance=_TOWN_M)
        metres = {network.segments[n]: float(shapely.distance(network.lines[n], middle)) for n in numbers}
        found: dict[str, Placed] = {}
        for one in sorted((one for one in metres if one.name), key=lambda one: (metres[one], one.id)):
            found.setdefault(one.name, Placed(one, metres[one], middle_of(one)))
        return list(found.values())[:at_most]

    async def about(self, connection: AsyncConnection, found: Placed | None, status: Status, now: datetime) -> Street:
        """All that may be told of the road at ``now``."""
        known = await _known(connection, found, status, now - self._delay)
        told = Told()
        if known.section:
            told = Told(
                decision=await decided.last_look_at(connection, status, known.section),
                orders=await orders.still_open_in(connection, status, known.section),
            )
        return street(known, told, now)


async def _known(connection: AsyncConnection, found: Placed | None, status: Status, until: datetime) -> Known:
    """The road with what plows did on it in the day before then."""
    if found is None:
        return Known()
    known = replace(known_of(found), as_of=until)
    told = (await passed(connection, status, [found.segment.id], until)).get(found.segment.id)
    if told is None:
        return known
    return replace(known, done_at=told.done_at, last_at=told.last_at, share=told.share)
