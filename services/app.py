"""The hub in one process: everything is started in order, watched, and ended in the reverse order."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog

from feeds.records import Status
from geo.registry import MODELS
from services import alone
from services.bell import Bell
from services.broker.client import MqttClient
from services.broker.embedded import EmbeddedBroker
from services.broker.login import Login
from services.city import City, StartError, load_city
from services.clock import CatchUpClock, Clock, wall
from services.deliver import Deliver
from services.evaluate import Evaluate
from services.fetch import Fetcher
from services.health import Health
from services.ingest import Ingest
from services.lease import Leased
from services.loop import Loop, Loops
from services.poll import Poll
from services.predict import Predict
from services.relay import Relay
from services.settings import Settings
from services.store import leases, outbox
from services.store.engine import Store
from services.web.app import make_app, serve
from services.web.context import WebContext

log = structlog.get_logger()


class Hub:
    """One running hub. ``async with Hub.running(settings) as hub`` is all there is to know."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.bell = Bell()
        self.clock = clock or clock_for(settings)
        self.loops = Loops()
        self.broker: EmbeddedBroker | None = None
        self.poll: Poll | None = None
        self.address = ""

    @classmethod
    @asynccontextmanager
    async def running(cls, settings: Settings, clock: Clock | None = None) -> AsyncIterator[Hub]:
        """A started hub; at the end of the block everything is stopped, last started first.

        ``clock`` is for a back-test that sets the time itself; otherwise the settings say what time it is.
        """
        hub = cls(settings, clock)
        async with AsyncExitStack() as stack:
            await hub._start(stack)
            yield hub

    async def _start(self, stack: AsyncExitStack) -> None:
        settings = self.settings
        for folder in alone.folders(settings):
            stack.enter_context(alone.hold(folder))
        self.store = await Store.open(settings.database_url)
        stack.push_async_callback(self.store.close)
        await self._meet_the_others(stack)
        city = await asyncio.to_thread(load_city, settings)
        for channel in city.channels.values():
            stack.push_async_callback(channel.close)
        self.ingest = await self._listen(stack)
        once = await self._leases(stack)
        self.predict = Predict(once[Predict.name], self.bell, self.clock, city.ground, MODELS)
        self.evaluate = Evaluate(once[Evaluate.name], self.bell, self.clock, city)
        self.poll = self._polling(stack, once)
        for loop in self._loops(city, once):
            self.loops.start(loop)
        stack.push_async_callback(self.loops.stop)
        await self._show(stack, city)

    async def _meet_the_others(self, stack: AsyncExitStack) -> None:
        """Hear the other processes on this store; where there can be none, whoever held anything in it is dead."""
        if self.store.shared:
            relay = Relay(self.bell, self.store)
            await relay.start()
            stack.push_async_callback(relay.stop)
            return
        async with self.store.write() as connection:
            await outbox.release(connection, wall())
            await leases.clear(connection)

    async def _leases(self, stack: AsyncExitStack) -> dict[str, Leased]:
        """The store for each verb that only one process runs at a time."""
        me = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        verbs = (Predict.name, Evaluate.name, *([Poll.name] if self.settings.poll else []))
        found = {name: Leased(self.store, name, me) for name in verbs}
        for one in found.values():
            stack.push_async_callback(one.give_back)
            await one.renew()
        return found

    def _polling(self, stack: AsyncExitStack, once: dict[str, Leased]) -> Poll | None:
        """The poller of official telegrams, where the settings want one."""
        wanted = self.settings.poll
        if wanted is None:
            return None
        fetcher = Fetcher(f"shirase (+{self.settings.city.web})", wanted.timeout_s)
        stack.push_async_callback(fetcher.close)
        return Poll(once[Poll.name], self.bell, self.clock, wanted, fetcher)

    def _loops(self, city: City, once: dict[str, Leased]) -> list[Loop]:
        """Who wakes whom. Every loop also polls: a lost ring costs seconds, never work."""
        pace, listen = self._pace, self.bell.listen
        foresee = partial(once[Predict.name].run, self.predict.step)
        loops = [Loop(self.predict.name, foresee, listen("records"), pace, rest=0.25)]
        for status in Status:  # a loop each, so that what fails in a drill never slows the real thing
            judge = partial(once[Evaluate.name].run, partial(self.evaluate.step, (status,)))
            loops.append(Loop(f"{self.evaluate.name}:{status}", judge, listen("hazards"), pace))
        for channel in city.channels.values():
            deliver = Deliver(self.store, self.bell, self.clock, channel)
            loops.append(Loop(deliver.name, deliver.step, listen("outbox"), pace, again=True))
        if self.poll:
            ask, due = partial(once[Poll.name].run, self.poll.step), self.poll.pace
            often = leases.LEASE.total_seconds() / 3  # lest another process take over between two feeds
            loops.append(Loop(self.poll.name, ask, listen(), lambda: max(1.0, min(often, due()))))
        return loops

    def _pace(self) -> float:
        """Seconds between polls; shorter while hub time is in a hurry."""
        return 0.25 if self.clock.hurried else 1.0

    async def _listen(self, stack: AsyncExitStack) -> Ingest:
        """The way in: our own broker or the city's, the client on it, and the ingest loop."""
        login = await self._login(stack)
        client = MqttClient(login, Ingest.FILTERS, marker=self.settings.data_dir / "broker-session", now=self.clock.now)
        ingest = Ingest(self.store, self.bell, client, self.settings.gateways)
        await client.start()
        stack.push_async_callback(client.stop)
        await ingest.start()
        stack.push_async_callback(ingest.stop)
        return ingest

    async def _login(self, stack: AsyncExitStack) -> Login:
        settings = self.settings
        if settings.broker:
            secret = settings.broker.password.get_secret_value()
            return Login(
                host=settings.broker.host,
                port=settings.broker.port,
                client_id=settings.broker.client_id,
                user=settings.broker.username,
                password=secret,
                ca=settings.broker.ca,
            )
        gateways = {name: one.password.get_secret_value() for name, one in settings.gateways.items()}
        self.broker = EmbeddedBroker(settings.data_dir, gateways=gateways)
        access = await self.broker.start()
        stack.push_async_callback(self.broker.stop)
        return Login(
            host=access.host, port=access.port, client_id="shirase-hub", user=access.user, password=access.password
        )

    async def _show(self, stack: AsyncExitStack, city: City) -> None:
        settings = self.settings
        context = WebContext(
            store=self.store,
            now=self.clock.now,
            ground=city.ground,
            city_name=settings.city.name,
            city_name_en=settings.city.name_en,
            public_exercise=settings.public_exercise,
            public_forecasts=settings.public_forecasts,
            exercise=settings.exercise is not None,
            bell=self.bell,
            channels=tuple(city.channels),
            health=self.health,
            gateways=settings.gateways,
            fake_outboxes=settings.exercise.outboxes if settings.exercise else {},
            profile=settings.profile,
            https=settings.web.https,
            base_url=settings.web.base_url or f"http://{settings.web.host}:{settings.web.port}",
        )
        try:
            runner = await serve(make_app(context), settings.web.host, settings.web.port)
        except OSError as error:
            taken = f"port {settings.web.port} of {settings.web.host} cannot be served ({error.strerror})"
            raise StartError(f"{taken}; end what listens there, or set SHIRASE_PORT or [web] to another") from error
        stack.push_async_callback(runner.cleanup)
        self.address = f"http://{settings.web.host}:{runner.addresses[0][1]}"

    def health(self) -> Health:
        """The state of the line, for readiness, the status bar and the map."""
        reasons = [f"モデル {name} が失敗しています：{why}" for name, why in self.predict.failing.items()]
        reasons += self.poll.troubles if self.poll else []
        reasons += [f"{name} が止まっています：{why}" for name, why in self.loops.failing.items()]
        if self.broker and not self.broker.state.up:
            reasons.append(f"内蔵ブローカーが止まっています：{self.broker.state.detail}")
        return self.ingest.health(reasons)


def clock_for(settings: Settings) -> Clock:
    """Wall time, or the fast clock of an exercise."""
    if settings.exercise is None:
        return Clock()
    return CatchUpClock(settings.exercise.start, settings.exercise.speed, settings.exercise.began)


async def until(stop: asyncio.Event, settings: Settings, ready: Callable[[Hub], Awaitable[None]]) -> None:
    """Run a hub until ``stop`` is set."""
    async with Hub.running(settings) as hub:
        log.info("hub ready", address=hub.address, data_dir=str(settings.data_dir))
        await ready(hub)
        await stop.wait()
        log.info("hub stopping")
