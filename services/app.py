"""One process of the hub: the services it was asked to run, started in order, watched, ended in the reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from aiohttp import web

from services import parts
from services.archive import running as archive
from services.archive.job import Archive
from services.basemap import Basemap
from services.broker.embedded import EmbeddedBroker
from services.callout import running as callout
from services.city import StartError
from services.clock import Clock, wall
from services.desks.quarantine import Reader
from services.disk import Disk
from services.dumps.picture import Dumps
from services.dumps.sites import sites_of
from services.evaluate import Evaluate
from services.figures import SERVICES as SERVICES_RUNNING
from services.health import Health
from services.house import House
from services.ingest import Ingest
from services.ledger.fairness import streets
from services.ledger.start import load_book
from services.line import SERVICES, Report
from services.line_talk import parts as line_talk
from services.line_talk.loop import Talks
from services.listening import running as listening
from services.listening.book import load_book as load_heard
from services.loop import Loop
from services.minimal.aside import Aside
from services.muster import running as muster
from services.poll import Poll
from services.predict import Predict
from services.reporters import running as reporters
from services.reporters.moving import Moving
from services.requests.offer import offered
from services.requests.street import Streets
from services.residents import parts as residents
from services.retention import running as retention
from services.retention.job import Retention
from services.roads import load_towns
from services.rollcall import RollCall
from services.selftest.monthly import Monthly
from services.settings import Settings
from services.source import Source
from services.store.engine import Store
from services.watch import running as watch
from services.watch.desk import Desk
from services.watch.loop import Watchover
from services.web.app import make_app, serve
from services.web.context import WebContext
from services.web.health import Watch, line_faults
from services.web.monitor import from_near, make_monitor
from services.web.tls import CertificateError, OwnCertificate

log = structlog.get_logger()


class Hub:
    """A running process. ``async with Hub.running(settings) as hub`` is all there is to know."""

    ingest: Ingest | None = None
    broker: EmbeddedBroker | None = None
    disk: Disk | None = None
    poll: Poll | None = None
    sources: Sequence[Source] = ()
    predict: Sequence[Predict] = ()
    evaluate: Evaluate | None = None
    selftest: Monthly | None = None
    talks: Talks | None = None
    retention: Retention | None = None
    archive: Archive | None = None
    certificate: OwnCertificate | None = None
    moving: Moving | None = None
    watch: Watchover | None = None
    aside: Aside | None = None

    def __init__(self, house: House, services: Sequence[str]) -> None:
        self.services = tuple(name for name in SERVICES if name in services)
        self.address = ""
        self._house = house
        needed = [name for name in SERVICES if name != "poll" or house.settings.asks]
        self.rollcall = RollCall(house.store, house.me, needed, self.report)

    @classmethod
    @asynccontextmanager
    async def running(
        cls, settings: Settings, clock: Clock | None = None, services: Sequence[str] = SERVICES
    ) -> AsyncIterator[Hub]:
        """Started services; at the end of the block everything is stopped, last started first.

        ``clock`` is for a back-test that sets the time itself; otherwise the settings say what time it is.
        """
        async with AsyncExitStack() as stack:
            hub = cls(await House.open(settings, services, clock, stack), services)
            await hub._start()
            yield hub

    @property
    def store(self) -> Store:
        return self._house.store

    async def _start(self) -> None:
        house, wanted = self._house, self.services
        for name in wanted:
            SERVICES_RUNNING.labels(name).set(1)
        if "ingest" in wanted:
            way_in = await parts.ingest(house)
            self.ingest, self.broker, self.disk = way_in.ingest, way_in.broker, way_in.disk
        if "poll" in wanted:
            self.poll = await parts.poll(house)
            self.sources = await parts.sources(house)
            await listening.run(house)
        if "predict" in wanted:
            self.predict = await parts.predict(house)
        if "evaluate" in wanted:
            self.evaluate = await parts.evaluate(house)
        if "deliver" in wanted:
            await parts.deliver(house)
            self.talks = await line_talk.serve(house)
            self.selftest = await parts.selftest(house)
        if "web" in wanted:
            parts.sweep(house)
            listening.forget(house)
            self.retention = await retention.keep(house)
            self.archive = await archive.archive(house)
            self.moving = await reporters.move(house)
            self.aside = self._lay_aside()
        if {"deliver", "web"} & set(wanted):  # either calls staff when the other is gone
            await callout.run(house, self.rollcall.line)
            self.watch = await watch.run(house)
            await muster.run(house)
        await self._join()
        self.certificate = self._certificate() if "web" in wanted else None
        house.go()
        await self._show(await self._pages() if "web" in wanted else self._monitor())

    async def _join(self) -> None:
        roll = self.rollcall
        await roll.step()
        house = self._house
        house.stack.push_async_callback(roll.leave)
        house.repeat(Loop(roll.name, roll.step, house.bell.listen(), lambda: roll.EVERY))

    async def _pages(self) -> web.Application:
        settings, city = self._house.settings, await self._house.city()
        roads = await self._house.roads()
        answers = Streets(roads, settings.plow.public_delay)
        context = WebContext(
            store=self._house.store,
            now=self._house.clock.now,
            ground=city.ground,
            city_name=settings.city.name,
            city_name_en=settings.city.name_en,
            public_exercise=settings.public_exercise,
            public_forecasts=settings.public_forecasts,
            exercise=settings.exercise is not None,
            bell=self._house.bell,
            channels=tuple(city.channels),
            meters=city.meters,
            winter=settings.winter,
            health=self.rollcall.line,
            reader=Reader.of(settings, parts.city_mappings(settings.profile)),
            readings=city.readings,
            sender=city.sender.id,
            floor=city.floor,
            city=city,
            accounts=settings.accounts,
            callout=settings.callout,
            watch=Desk(self._house.store, settings.watch, city.ground) if settings.watch else None,
            muster=settings.muster,
            plow=settings.plow,
            dumps=Dumps(sites_of(roads, settings.plow)),
            towns=load_towns(settings, city.ground.areas),
            rules=city.rules,
            signer=city.signer,
            lalert=settings.lalert,
            line_talk=settings.line,
            reports=settings.reports,
            answers=answers,
            services=offered(settings, answers),
            subscriptions=residents.offer(settings, self._house.store, city),
            fake_outboxes=settings.exercise.outboxes if settings.exercise else {},
            profile=settings.profile,
            book=load_book(settings),
            streets=streets(roads.carriageways.segments) if roads else (),
            open_data=settings.open,
            listening=settings.listening,
            offline=settings.web.offline,
            shelf=archive.shelf_of(settings) if self.archive else None,
            basemap=Basemap(settings.profile, settings.data_dir),
            listened_for=load_heard(settings, city.ground),
            https=settings.web.secure,
            proxies=settings.web.behind,
            base_url=settings.web.base_url,
        )
        return make_app(context)

    def _lay_aside(self) -> Aside | None:
        """What minimal mode would begin with; None where the city has not prepared for it."""
        house, told = self._house, self._house.settings.minimal
        if told is None:
            return None
        aside = Aside(house.store, house.clock, house.settings, told.folder)
        house.repeat(Loop(aside.name, aside.step, house.bell.listen(), lambda: told.every_min * 60.0))
        return aside

    def _certificate(self) -> OwnCertificate | None:
        """Of the pages, and looked at again while they are served; None where a proxy has it."""
        where = self._house.settings.web
        if where.certificate is None or where.key is None:
            return None
        try:
            own = OwnCertificate(where.certificate, where.key)
        except CertificateError as error:
            raise StartError(str(error)) from error
        self._house.repeat(Loop("certificate", own.step, self._house.bell.listen(), lambda: own.EVERY_S))
        return own

    def _monitor(self) -> web.Application:
        house = self._house
        return make_monitor(Watch(store=house.store, now=house.clock.now, faults=self._faults, may_measure=from_near))

    async def _show(self, app: web.Application) -> None:
        where = self._house.settings.web
        try:
            context = self.certificate.context if self.certificate else None
            runner = await serve(app, where.host, where.port, context)
        except OSError as error:
            taken = f"port {where.port} of {where.host} cannot be served ({error.strerror})"
            raise StartError(f"{taken}; end what listens there, or set SHIRASE_PORT or [web] to another") from error
        self._house.stack.push_async_callback(runner.cleanup)
        self.address = f"http{'s' if self.certificate else ''}://{where.host}:{runner.addresses[0][1]}"

    def report(self) -> Report:
        """What this process says of itself."""
        return Report(services=self.services, health=self._health(), where=self._house.place)

    def _health(self) -> Health:
        reasons: list[str] = []
        for seer in self.predict:
            reasons += [f"モデル {name} が失敗しています：{why}" for name, why in seer.failing.items()]
        if trouble := next((seer.river.trouble for seer in self.predict if seer.river.trouble), ""):
            reasons.append(f"河川の予測モデルのファイルが使えません：{trouble}")
        if self.poll:
            reasons += self.poll.troubles
        reasons += self.selftest.troubles if self.selftest else []
        reasons += [self.talks.trouble] if self.talks and self.talks.trouble else []
        reasons += self.retention.troubles if self.retention else []
        reasons += self.archive.troubles if self.archive else []
        reasons += [told] if self.certificate and (told := self.certificate.trouble(wall())) else []
        reasons += self.moving.troubles if self.moving else []
        reasons += self.watch.troubles if self.watch else []
        reasons += [self.aside.trouble] if self.aside and self.aside.trouble else []
        reasons += [source.trouble for source in self.sources if source.trouble]
        reasons += [f"{name} が止まっています：{why}" for name, why in self._house.loops.failing.items()]
        if self.broker and not self.broker.state.up:
            reasons.append(f"内蔵ブローカーが止まっています：{self.broker.state.detail}")
        if self.disk and self.disk.trouble:
            reasons.append(self.disk.trouble)
        return self.ingest.health(reasons) if self.ingest else Health(reasons=reasons)

    def _faults(self) -> list[str]:
        """A process without pages answers for itself only: restarting it would not mend another."""
        health = self._health()
        return line_faults(health) if self.ingest else health["reasons"]


async def until(
    stop: asyncio.Event, settings: Settings, services: Sequence[str], ready: Callable[[Hub], Awaitable[None]]
) -> None:
    """Run the services until ``stop`` is set."""
    async with Hub.running(settings, services=services) as hub:
        log.info("hub ready", address=hub.address, services=hub.services, data_dir=str(settings.data_dir))
        await ready(hub)
        await stop.wait()
        log.info("hub stopping")
