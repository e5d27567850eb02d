"""What the services of one process share: settings, store, bell, clock, loops, and the city once somebody needs it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from geo.model import Ground
from geo.station import Station
from services import adoption, alone
from services.adoption import Stations
from services.bell import Bell
from services.broker.login import Login
from services.city import City, load_city, load_places
from services.clock import CatchUpClock, Clock, wall
from services.lease import Leased
from services.loop import Loop, Loops
from services.outgoing.reach import open_to
from services.relay import Relay
from services.roads import Roads, load_roads
from services.settings import Settings
from services.sharing import Sharing
from services.store import leases, outbox
from services.store.engine import Store
from services.store.stations import Adopted


class House:
    """Opened by :meth:`open`; whatever is opened goes on ``stack`` and is closed with it, last opened first."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, stack: AsyncExitStack) -> None:
        self.settings, self.store, self.clock, self.stack = settings, store, clock, stack
        self.bell = Bell()
        self.loops = Loops()
        self.place = f"{socket.gethostname()}:{os.getpid()}"
        self.me = f"{self.place}:{secrets.token_hex(4)}"  # a process number alone comes again
        self.login: Login | None = None  # at the broker, once it is known
        self._to_repeat: list[Loop] = []
        self._city: City | None = None
        self._places: Ground | None = None
        self._roads: list[Roads | None] = []  # empty: not read yet

    @classmethod
    async def open(
        cls, settings: Settings, services: Sequence[str], clock: Clock | None, stack: AsyncExitStack
    ) -> House:
        """Take the folders, open the store, meet the others. Raises AlreadyRunningError, StartError, StoreError."""
        for folder in alone.folders(settings, services):
            stack.enter_context(alone.hold(folder))
        open_to(settings.outgoing.reach)
        store = await Store.open(settings.database_url, patience=settings.database_patience_s)
        settings.reporters.seals(store)
        stack.push_async_callback(store.close)
        house = cls(settings, store, clock or _clock_for(settings), stack)
        await house._meet_the_others()
        return house

    async def city(self) -> City:
        """The profile, read at the first call: a process that only listens never loads a layer."""
        if self._city is None:
            self._city = await asyncio.to_thread(load_city, self.settings)
            for channel in self._city.channels.values():
                self.stack.push_async_callback(channel.close)
            await self._adopt(self._city.ground)
        return self._city

    async def roads(self) -> Roads | None:
        """The network, read at the first call; None where the city has none. Raises StartError."""
        if not self._roads:
            areas = (await self.city()).ground.areas
            self._roads.append(await asyncio.to_thread(load_roads, self.settings, areas))
        return self._roads[0]

    async def stations(self) -> Mapping[str, Station]:
        """The sensors alone, without a layer: for those who only listen."""
        if self._places is None:
            self._places = await asyncio.to_thread(load_places, self.settings)
            await self._adopt(self._places, "stations")
        return self._places.stations

    async def _adopt(self, ground: Ground, name: str = "adoption") -> None:
        """Know the sensors that staff adopted, from the start and from then on."""

        def changed(found: list[Adopted]) -> None:
            if isinstance(ground.stations, Stations):
                ground.stations.adopt(adoption.known(found, ground.areas))

        watch = adoption.Watch(name, self.store, changed)
        await watch.step()
        self.repeat(Loop(watch.name, watch.step, self.bell.listen("stations"), lambda: watch.EVERY))

    def sharing(self, service: str, names: Sequence[str]) -> Sharing:
        """How the processes that run ``service`` share out its pieces, by the names of their leases."""
        return Sharing(self.store, self.me, service, names)

    async def once(self, verb: str, sharing: Sharing | None = None) -> Leased:
        """The store for a verb that only one process runs at a time, or for one piece of a verb that is shared out."""
        leased = Leased(self.store, verb, self.me, sharing)
        self.stack.push_async_callback(leased.give_back)
        await leased.renew()
        return leased

    def repeat(self, loop: Loop) -> None:
        """Run the loop from :meth:`go` on."""
        self._to_repeat.append(loop)

    def go(self) -> None:
        """Start what shall be repeated. Only now, so that the loops end before anything that they stand on."""
        self.stack.push_async_callback(self.loops.stop)
        for loop in self._to_repeat:
            self.loops.start(loop)

    def pace(self) -> float:
        """Seconds between polls; shorter while hub time is in a hurry."""
        return 0.25 if self.clock.hurried else 1.0

    def often(self, seconds: float) -> float:
        """Seconds between looks of a loop that has time: ``seconds``, and one while hub time is in a hurry."""
        return min(seconds, 1.0) if self.clock.hurried else seconds

    async def _meet_the_others(self) -> None:
        """Hear the other processes on this store; where there can be none, whoever held anything in it is dead."""
        if self.store.shared:
            relay = Relay(self.bell, self.store)
            await relay.start()
            self.stack.push_async_callback(relay.stop)
            return
        async with self.store.write() as connection:
            await outbox.release(connection, wall())
            await leases.clear(connection)


def leased(once: Leased, step: Callable[[], Awaitable[bool]]) -> Callable[[], Awaitable[bool]]:
    """The step, done only while the lease is ours."""
    return partial(once.run, step)


def _clock_for(settings: Settings) -> Clock:
    """Wall time, or the fast clock of an exercise."""
    if settings.exercise is None:
        return Clock()
    return CatchUpClock(settings.exercise.start, settings.exercise.speed, settings.exercise.began)
