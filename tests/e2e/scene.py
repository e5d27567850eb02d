"""The exercise's night, played through the real stages at once: the browser tests and the screenshots look at it.

Bytes are decoded, stored, foreseen, judged, rendered, approved and sent by the hub's own code; only the broker is left
out, and time is a hand that we turn. At the end it is three in the morning and two drafts wait.
"""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from aiohttp import web
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import select

from geo.registry import MODELS
from services.basemap import Basemap
from services.bell import Bell
from services.broker.link import Incoming
from services.callout.roster import Callout
from services.channels.budget.meter import meters
from services.channels.budget.tariff import Own, tariffs
from services.channels.channel import Channel
from services.channels.registry import build
from services.city import City, load_city
from services.clock import Clock, wall
from services.configuration.accounts import Accounts
from services.configuration.muster import Mustering
from services.configuration.plow import Plow
from services.configuration.reports import Reports
from services.configuration.watch import Watching
from services.deliver import Deliver
from services.desks import review
from services.desks.subscriptions import Offer, Subscriptions
from services.dumps.picture import Dumps
from services.dumps.sites import sites_of
from services.evaluate import Evaluate
from services.grants import Grant
from services.health import Health
from services.intake import Intake
from services.ledger.fairness import streets
from services.ledger.start import load_book
from services.listening.book import load_book as load_heard
from services.predict import Predict
from services.requests.offer import offered
from services.requests.street import Streets
from services.residents.seal import Seal
from services.roads import load_roads, load_towns
from services.settings import Settings, load
from services.store import records, users
from services.store.engine import Store
from services.store.tables import alerts
from services.store.users import Account, Role
from services.verify import Verify
from services.verify_river import VerifyRiver
from services.watch.desk import Desk
from services.web.app import make_app, serve
from services.web.context import WebContext
from tests.e2e.overheard import LISTENING
from tests.exercise.scenario import Play, scenario
from tests.exercise.stage import CONTRACTORS, DUMPS, GATEWAYS
from tests.exercise.telegrams import JST
from tests.fakes.linkage import FakeLinkage
from tests.fakes.x import FakeX

PROFILE = Path(__file__).parents[2] / "config/morioka"
START = datetime(2026, 3, 14, 15, 0, tzinfo=JST)
NIGHT = START + timedelta(hours=11, minutes=52)  # 02:52
STEP = timedelta(minutes=20)
ROSTER = Callout.model_validate(  # nobody is called by the scene itself
    {
        "people": {
            "sato": {"name": "佐藤", "urls": ["json://chat.example/sato"]},
            "suzuki": {"name": "鈴木", "urls": ["json://chat.example/suzuki"]},
            "tanaka": {"name": "田中（危機管理監）", "urls": ["json://chat.example/tanaka"]},
        },
        "groups": {"宿直": ["sato", "suzuki"], "責任者": ["tanaka"]},
        "chains": [{"groups": ["宿直", "責任者"], "after_minutes": 1}],
        "mandatory": [{"channels": ["authorities"], "level": 3}],
    }
)
MUSTERING = Mustering(key=SecretStr("a-key-of-the-pictures-long-enough-to-protect-them"))
WATCHING = Watching(  # nobody is told by the scene itself
    key=SecretStr("of-nobody-" * 4), ways={"mail": SecretStr("json://chat.example/{to}")}
)
SUBSCRIBING = Seal(SecretStr("of-nobody-who-subscribes-" * 2))
ACCOUNTS = Accounts(key=SecretStr("of-nobody-who-has-a-phone-" * 2), second_factor=("viewer",))  # the others go faster
ONE_PERSON = ("river-level", "bear-sighting", "official-warning")
PASSWORD = "kitakami-nakatsu"
# A hash tells what it cost, and is verified at that cost: a cheap one, or half of these tests would be hashing.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Hand(Clock):
    """Hub time that a test turns."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Scene:
    """A hub at a moment of the night, served on a free port."""

    store: Store
    bell: Bell
    clock: Hand
    city: City
    x: FakeX
    linkage: FakeLinkage
    predict: Predict
    evaluate: Evaluate
    deliver: list[Deliver]
    verify: tuple[Verify, VerifyRiver]
    url: str = ""
    serving: Callable[[], Awaitable[web.AppRunner]] | None = None  # on the same port again
    runner: web.AppRunner | None = None
    start: datetime = START
    played: datetime = START
    health: Health = field(default_factory=lambda: Health(broker=True, ingest=True, stale=False, reasons=[]))

    async def down(self) -> None:
        """The web process is gone: its port refuses everybody, and streams break off."""
        assert self.runner is not None
        await self.runner.cleanup()

    async def up(self) -> None:
        """Another web process, by the same address."""
        assert self.serving is not None
        self.runner = await self.serving()

    async def play(self, until: datetime, *, approve: bool = True, step: timedelta = STEP) -> None:
        """Let the night go on. The officers agree to what needs one person, and to nothing else.

        ``step`` is how often the hub looks: who is not concerned with how it came about has it look less often.
        """
        plays = [play for play in scenario(self.start) if self.played <= play.at < until]
        while self.clock.at < until:
            self.clock.at = min(self.clock.at + step, until)
            due = [play for play in plays if self.played <= play.at < self.clock.at]
            await self.hear(due)
            self.played = self.clock.at
            await self.predict.step()
            await self.evaluate.step()
            if approve:
                await self.approve_waiting()
            await self.send()
        for one in self.verify:
            more = True
            while more:
                more = await one.step()

    async def hear(self, due: list[Play]) -> None:
        """What gateways send, decoded and stored."""
        intake = Intake({name: Grant(telegram=name == "jma-relay") for name in GATEWAYS})
        async with self.store.write() as connection:
            for play in due:
                incoming = Incoming(
                    topic=play.topic,
                    payload=play.payload,
                    retained=False,
                    received_at=play.at + timedelta(seconds=2),
                    connection=0,
                    packet_id=0,
                    qos=1,
                )
                await records.save(connection, intake.sort(incoming).records, incoming.received_at)

    async def approve_waiting(self, *, person: str = "班長", rules: tuple[str, ...] = ONE_PERSON) -> None:
        """One person agrees to every draft of these rules."""
        async with self.store.read() as connection:
            waiting = select(alerts.c.series, alerts.c.revision, alerts.c.digest)
            found = (await connection.execute(waiting.where(alerts.c.state == "draft", alerts.c.rule.in_(rules)))).all()
            known = await users.find(connection, person)
        if known is None:
            await self.person(person)
        for series, revision, digest in found:
            await review.approve(
                self.store, series=series, revision=revision, digest=digest, person=person, now=self.clock.now()
            )

    async def send(self) -> None:
        """Work off the outbox once."""
        for one in self.deliver:
            while await one.step():
                self.bell.ring("deliveries")

    async def person(self, name: str, role: Role = Role.APPROVER) -> None:
        account = Account(name=name, role=role, password=HASH, one_time=False, revoked=False, created_at=wall())
        async with self.store.write() as connection:
            await users.add(connection, account)


@asynccontextmanager
async def scene(
    folder: Path,
    *,
    at: datetime = START,
    start: datetime = START,
    outside: tuple[FakeX, FakeLinkage] | None = None,
) -> AsyncIterator[Scene]:
    """A hub over a data folder; a new folder is the beginning of the night, and nothing has come in yet.

    ``start`` is when the play begins, ``at`` how late it is; ``outside`` are the stand-ins of an earlier scene, which
    remember what they received.
    """
    x, linkage = outside or (FakeX(rate_limit=5000), FakeLinkage())
    await x.start()
    await linkage.start()
    settings = load([], {"SHIRASE_PROFILE": str(PROFILE), "SHIRASE_DATA_DIR": str(folder)})
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'shirase.db'}")
    city = _with_channels(load_city(settings), x, linkage)
    clock, bell = Hand(at), Bell()
    made = Scene(
        store=store,
        bell=bell,
        clock=clock,
        city=city,
        x=x,
        linkage=linkage,
        predict=Predict(store, bell, clock, city.ground, MODELS),
        evaluate=Evaluate(store, bell, clock, city),
        start=start,
        played=at,
        deliver=[
            Deliver(store, bell, clock, channel, meter=city.meters.get(channel.name))
            for channel in city.channels.values()
        ],
        verify=(
            Verify(store, clock, city.ground, MODELS, settings.skill.kept),
            VerifyRiver(store, clock, city.ground),
        ),
    )
    made.runner = await serve(make_app(_context(made, settings)), "127.0.0.1", 0)
    port = made.runner.addresses[0][1]
    made.serving = lambda: serve(make_app(_context(made, settings)), "127.0.0.1", port)
    made.url = f"http://127.0.0.1:{port}"
    try:
        yield made
    finally:
        await made.runner.cleanup()
        for channel in city.channels.values():
            await channel.close()
        await store.close()
        await x.stop()
        await linkage.stop()


def _with_channels(city: City, x: FakeX, linkage: FakeLinkage) -> City:
    drill = {"statuses": ["Exercise"]}
    options = {
        "x": {"base_url": x.url, **drill, **x.credentials},
        "linkage": {"url": linkage.url, "token": linkage.token, **drill},
        "cap_feed": drill,
        "log": drill,
    }
    channels: dict[str, Channel] = {name: build(name, one) for name, one in options.items()}
    metered = meters(tariffs({"x": Own(money_a_month=Decimal(60), windows=())}, options))  # hours are played in seconds
    return replace(city, channels=channels, meters=metered)


def _residents(made: Scene) -> Subscriptions:
    districts = (one.code for one in made.city.ground.areas.of_kind("district"))
    return Subscriptions(made.store, SUBSCRIBING, list(districts))


def _context(made: Scene, settings: Settings) -> WebContext:
    roads = load_roads(settings, made.city.ground.areas)
    assert roads is not None  # the profile has a network of the demonstration
    plow = Plow.model_validate(tomllib.loads(CONTRACTORS + DUMPS)["plow"])
    timelines = {"x": f"{made.x.url}/timeline.json", "linkage": made.linkage.url.replace("/cap", "/received")}
    return WebContext(
        store=made.store,
        now=made.clock.now,
        ground=made.city.ground,
        city_name=settings.city.name,
        city_name_en=settings.city.name_en,
        public_exercise=True,
        exercise=True,
        bell=made.bell,
        channels=tuple(made.city.channels),
        meters=made.city.meters,
        winter=settings.winter,
        health=lambda: made.health,
        fake_outboxes=timelines,
        callout=ROSTER,
        accounts=ACCOUNTS,
        muster=MUSTERING,
        watch=Desk(made.store, WATCHING, made.city.ground),
        profile=PROFILE,
        rules=made.city.rules,
        city=made.city,
        plow=plow,
        dumps=Dumps(sites_of(roads, plow)),
        answers=Streets(roads),
        services=offered(settings, Streets(roads)),
        subscriptions=Offer(desk=_residents(made), mail_from="alerts@city.example", push_key="BEl6"),
        reports=Reports(public=True),
        streets=streets(roads.carriageways.segments),
        book=load_book(settings),
        listening=LISTENING,
        listened_for=load_heard(settings, made.city.ground),
        basemap=Basemap(PROFILE, settings.data_dir),
        towns=load_towns(settings, made.city.ground.areas),
    )
