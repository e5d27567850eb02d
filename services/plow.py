"""Plow: fixes in, passes and spells of time out; and of these what is done of each segment, and of each section when.

Every quarter of an hour that a new fix can change is worked out anew from the store, so that a fix that comes late, out
of order or twice ends in the same passes. They are committed together with the cursor. When the hub comes up with
another network than the last day's passes were made with, that day is worked out anew beside the news, the newest hours
first.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.plow.blocks import BLOCK_S, span, touched, worked
from geo.plow.passes import Pass
from geo.plow.rounds import own, passed_at
from geo.plow.spells import Spell
from geo.plow.track import Told, track_of
from services.bell import Bell
from services.clock import Clock
from services.lease import Leased
from services.roads import Roads
from services.store import cursors, plowed, records, spells
from services.store.engine import Store
from services.store.last_done import Change, last_done
from services.store.plowed import Arrived, Vehicle

_AT_ONCE = (
    6000  # fixes of one step: a minute of 733 machines with one each ten seconds, so none is done anew in it twice
)
_SHARE = 0.2  # of the time at the most that steps take, between the pauses
_PAUSES = 15.0, 60.0  # seconds between two looks, at the least and at the most
_REMEMBERED = timedelta(hours=24)  # what was plowed before is told as not done
_ANEW_AT_ONCE = 8  # vehicles' hours of one step
_READ_AT_ONCE = 4  # vehicles of one statement: others in the process need their turn between two
_HOUR_S = 3600
_MARK = "plow-roads"  # in the cursors: the network that the passes were made with
_IDLE = 1000  # records without a fix among them that the cursor is not moved for


@dataclass(frozen=True, slots=True)
class Job:
    """Quarters of one vehicle that lie together, the fixes that they are made of, and what is stored of them."""

    vehicle: Vehicle
    blocks: Sequence[int]
    fixes: Sequence[Told]
    known: Mapping[int, Pass]
    known_spells: Mapping[int, Spell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step has to write for one status."""

    status: Status
    gone: frozenset[int]  # numbers of passes
    new: frozenset[tuple[Vehicle, Pass]]
    segments: frozenset[str]  # where anything changed
    gone_spells: frozenset[int] = frozenset()
    new_spells: frozenset[tuple[Vehicle, Spell]] = frozenset()
    done: Mapping[str, float] = field(default_factory=dict)  # of these segments, when each was last
    rounds: Mapping[str, datetime] = field(default_factory=dict)


class Plow:
    """The loop's state is the store's. Only this loop writes passes, so it reads first and holds up nobody."""

    name = "plow"

    def __init__(self, store: Store | Leased, bell: Bell, clock: Clock, roads: Roads) -> None:
        self._store, self._bell, self._clock, self._roads = store, bell, clock, roads
        self._sections = own(roads.carriageways.segments)
        self._anew: list[tuple[Vehicle, list[int]]] | None = None  # None: not looked at yet
        self._marked = False
        self.pause = _PAUSES[0]  # seconds until the next look

    async def step(self) -> bool:
        """Work out what the next fixes change; True where there may be more of them."""
        began = perf_counter()
        more = await self._step(self._clock.now())
        self.pause = pause_after(perf_counter() - began)
        return more

    async def _step(self, now: datetime) -> bool:
        async with self._store.read() as connection:
            begin, newest = await cursors.position(connection, self.name), await records.latest_seq(connection)
            news = await plowed.arrived(connection, begin, self._roads.statuses, _AT_ONCE)
            more = len(news) == _AT_ONCE
            upto = news[-1].seq if more else newest
            waiting = await self._outdated(connection, now)
            if not news and upto - begin < _IDLE and not waiting:
                return False
            anew, rest = waiting[:_ANEW_AT_ONCE], waiting[_ANEW_AT_ONCE:]
            jobs = [job for some in _alike((*_wanted(news), *anew)) for job in await _jobs(connection, *some)]
        found = await asyncio.to_thread(self._work, jobs)
        async with self._store.read() as connection:
            outcomes = [await self._told(connection, one, now) for one in found]
        async with self._store.write() as connection:
            for one in outcomes:
                await plowed.replace(connection, one.gone, one.new)
                await spells.replace(connection, one.gone_spells, one.new_spells)
                await plowed.cover(connection, one.status, one.segments, one.done)
                await plowed.go_round(connection, one.status, one.rounds, now)
            await cursors.move(connection, self.name, upto)
            if not rest and not self._marked:
                await cursors.put(connection, _MARK, self._roads.mark)
        self._anew, self._marked = rest, not rest
        if outcomes:
            self._bell.ring("passes")
        return more or bool(rest)

    async def _outdated(self, connection: AsyncConnection, now: datetime) -> list[tuple[Vehicle, list[int]]]:
        """Hours of the last day that were worked out with another network, and that are still to be done anew."""
        if self._anew is None:
            self._marked = await cursors.position(connection, _MARK) == self._roads.mark
            since = now - _REMEMBERED
            vehicles = [] if self._marked else await plowed.seen(connection, self._roads.statuses, since)
            hours = range(int(now.timestamp()) // _HOUR_S, int(since.timestamp()) // _HOUR_S - 1, -1)
            self._anew = [
                (one, list(range(hour * _HOUR_S, (hour + 1) * _HOUR_S, BLOCK_S))) for hour in hours for one in vehicles
            ]
        return self._anew

    def _work(self, jobs: Sequence[Job]) -> list[Outcome]:
        """The passes of all jobs, beside what is stored of them; only statuses of which anything changed."""
        gone: defaultdict[Status, set[int]] = defaultdict(set)
        new: defaultdict[Status, set[tuple[Vehicle, Pass]]] = defaultdict(set)
        segments: defaultdict[Status, set[str]] = defaultdict(set)
        gone_spells: defaultdict[Status, set[int]] = defaultdict(set)
        new_spells: defaultdict[Status, set[tuple[Vehicle, Spell]]] = defaultdict(set)
        for job in jobs:
            status, (wanted, time) = job.vehicle.status, self._worked(job)
            gone_spells[status] |= {number for number, one in job.known_spells.items() if one not in time}
            new_spells[status] |= {(job.vehicle, one) for one in time - set(job.known_spells.values())}
            stored = set(job.known.values())
            gone[status] |= {number for number, one in job.known.items() if one not in wanted}
            new[status] |= {(job.vehicle, one) for one in wanted - stored}
            segments[status] |= {one.segment for one in wanted ^ stored}
        return [
            Outcome(
                status=one,
                gone=frozenset(gone[one]),
                new=frozenset(new[one]),
                segments=frozenset(segments[one]),
                gone_spells=frozenset(gone_spells[one]),
                new_spells=frozenset(new_spells[one]),
            )
            for one in sorted(gone_spells)
            if segments[one] or gone_spells[one] or new_spells[one]
        ]

    def _worked(self, job: Job) -> tuple[set[Pass], set[Spell]]:
        network, raw = self._roads.of(job.vehicle), track_of(job.fixes)
        if network is None:
            return set(), set()
        found = [worked(raw, block, network, self._roads.rules) for block in job.blocks]
        passes = {plowed.to_the_microsecond(one) for quarter in found for one in quarter.passes}
        return passes, {one for quarter in found for one in quarter.spells}

    async def _told(self, connection: AsyncConnection, one: Outcome, now: datetime) -> Outcome:
        """The outcome with what it means for segments and sections."""
        change = Change(one.gone, [told for _, told in one.new])
        span = now - _REMEMBERED, now + plowed.AHEAD
        told = replace(one, done=await last_done(connection, one.status, one.segments, span, change))
        return replace(told, rounds=await self._rounds(connection, told, now))

    async def _rounds(self, connection: AsyncConnection, one: Outcome, now: datetime) -> dict[str, datetime]:
        """Sections that were gone round at another time than was known."""
        carriageways, found = self._roads.carriageways, {}
        numbers = [carriageways.numbers[segment] for segment in one.segments if segment in carriageways.numbers]
        for section in {carriageways.segments[number].section for number in numbers} & self._sections.keys():
            mine = self._sections[section]
            known = await plowed.done_at(connection, one.status, [each.id for each in mine], now - _REMEMBERED)
            done = {segment: at for segment, at in known.items() if segment not in one.segments} | dict(one.done)
            if (since := passed_at(mine, done)) is not None:
                found[section] = plowed.at(since)
        before = await plowed.last_round(connection, one.status, now)
        return {section: at for section, at in found.items() if before.get(section) != at}


def pause_after(took: float) -> float:
    """Seconds to gather news after a step of so many. A step costs a machine's half hour however few its fixes are."""
    shortest, longest = _PAUSES
    return min(max(shortest, took / _SHARE - took), longest)


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


def _alike(wanted: Iterable[tuple[Vehicle, list[int]]]) -> Iterator[tuple[list[Vehicle], Sequence[int]]]:
    """Vehicles of one gateway whose quarters are the same, some at a time."""
    found: defaultdict[tuple[Status, str, tuple[int, ...]], list[Vehicle]] = defaultdict(list)
    for vehicle, blocks in wanted:
        found[vehicle.status, vehicle.gateway, tuple(blocks)].append(vehicle)
    for (_, _, quarters), vehicles in found.items():
        for begin in range(0, len(vehicles), _READ_AT_ONCE):
            yield vehicles[begin : begin + _READ_AT_ONCE], quarters


async def _jobs(connection: AsyncConnection, vehicles: Sequence[Vehicle], blocks: Sequence[int]) -> list[Job]:
    since, until = plowed.at(span(blocks[0])[0]), plowed.at(span(blocks[-1])[1])
    fixes = await plowed.fixes(connection, vehicles, since, until)
    begin, end = plowed.at(blocks[0]), plowed.at(blocks[-1] + BLOCK_S)
    passes = await plowed.known(connection, vehicles, begin, end)
    times = await spells.known(connection, vehicles, begin, end)
    return [Job(one, blocks, fixes[one], passes[one], times[one]) for one in vehicles]
