"""Plow: fixes in, passes out; and of these what is done of each segment, and since when each section.

Every quarter of an hour that a new fix can change is worked out anew from the store, so that a fix that comes late, out
of order or twice ends in the same passes. They are committed together with the cursor.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.blocks import BLOCK_S, span, touched, worked
from geo.plow.coverage import coverage
from geo.plow.passes import Pass
from geo.plow.rounds import own, passed_at
from geo.plow.track import Told, track_of
from services.bell import Bell
from services.clock import Clock
from services.lease import Leased
from services.roads import Roads
from services.store import cursors, plowed, records
from services.store.engine import Store
from services.store.plowed import Arrived, Vehicle

_AT_ONCE = 2000  # fixes of one step
_REMEMBERED = timedelta(hours=24)  # what was plowed before is told as not done
_IDLE = 1000  # records without a fix among them that the cursor is not moved for


@dataclass(frozen=True, slots=True)
class Job:
    """Quarters of one vehicle that lie together, and the fixes that they are made of."""

    vehicle: Vehicle
    blocks: Sequence[int]
    fixes: Sequence[Told]


class Plow:
    """The loop's state is the store's."""

    name = "plow"

    def __init__(self, store: Store | Leased, bell: Bell, clock: Clock, roads: Roads) -> None:
        self._store, self._bell, self._clock, self._roads = store, bell, clock, roads
        self._sections = own(roads.carriageways.segments)

    async def step(self) -> bool:
        """Work out what the next fixes change; True where there may be more of them."""
        now = self._clock.now()
        async with self._store.read() as connection:
            begin, newest = await cursors.position(connection, self.name), await records.latest_seq(connection)
            news = await plowed.arrived(connection, begin, self._roads.statuses, _AT_ONCE)
            more = len(news) == _AT_ONCE
            upto = news[-1].seq if more else newest
            if not news and upto - begin < _IDLE:
                return False
            jobs = [Job(*one, await plowed.fixes(connection, one[0], *_reach(one[1]))) for one in _wanted(news)]
        found = await asyncio.to_thread(self._work, jobs)
        async with self._store.write() as connection:
            changed = await _replace(connection, found)
            for status, segments in changed.items():
                since = now - _REMEMBERED
                over = await plowed.passes_over(connection, status, segments, since, now + _REMEMBERED)
                await plowed.cover(connection, status, segments, coverage(over))
                await self._go_round(connection, status, segments, now)
            await cursors.move(connection, self.name, upto)
        if changed:
            self._bell.ring("passes")
        return more

    def _work(self, jobs: Sequence[Job]) -> dict[tuple[Vehicle, int], list[Pass]]:
        found = {}
        for job in jobs:
            network, raw = self._roads.of(job.vehicle), track_of(job.fixes)
            for block in job.blocks if network else ():
                assert network is not None
                found[job.vehicle, block] = worked(raw, block, network, self._roads.rules)
        return found

    async def _go_round(
        self, connection: AsyncConnection, status: Status, segments: Collection[str], now: datetime
    ) -> None:
        carriageways, rounds = self._roads.carriageways, {}
        numbers = [carriageways.numbers[one] for one in segments if one in carriageways.numbers]
        for section in {carriageways.segments[number].section for number in numbers} & self._sections.keys():
            mine = self._sections[section]
            done = await plowed.done_at(connection, status, [one.id for one in mine], now - _REMEMBERED)
            since = passed_at(mine, done)
            if since is not None:
                rounds[section] = plowed.at(since)
        await plowed.go_round(connection, status, rounds, now)


def _wanted(news: Sequence[Arrived]) -> Iterator[tuple[Vehicle, list[int]]]:
    """The quarters that the fixes may change, by vehicle; those that lie together together."""
    found: defaultdict[Vehicle, set[int]] = defaultdict(set)
    for one in news:
        if not one.ahead:
            found[one.vehicle].update(touched(one.at.timestamp()))
    for vehicle, blocks in sorted(found.items()):
        together: list[int] = []
        for block in sorted(blocks):
            if together and block > together[-1] + BLOCK_S:
                yield vehicle, together
                together = []
            together.append(block)
        yield vehicle, together


def _reach(blocks: Sequence[int]) -> tuple[datetime, datetime]:
    return plowed.at(span(blocks[0])[0]), plowed.at(span(blocks[-1])[1])


async def _replace(
    connection: AsyncConnection, found: Mapping[tuple[Vehicle, int], Sequence[Pass]]
) -> dict[Status, set[str]]:
    """Store what was worked out; the segments where anything changed, by status."""
    changed: defaultdict[Status, set[str]] = defaultdict(set)
    for (vehicle, block), those in found.items():
        begin, end = plowed.at(block), plowed.at(block + BLOCK_S)
        changed[vehicle.status] |= await plowed.replace(connection, vehicle, begin, end, those)
    return {status: segments for status, segments in changed.items() if segments}
