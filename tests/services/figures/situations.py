"""Situations of the hub: what is well, and what is not. Each alert rule has one of both.

The figures move as they do in the hub, by the loop, the desk or the table that moves them. Where the cause lies outside
(a process that is gone, a clock, a certificate, a disk, a month of verification) the figure itself is brought there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import time

from prometheus_client import generate_latest
from sqlalchemy import text

import services.web.measured  # noqa: F401 - its counters stand at nought from the start
from feeds.status import Status
from geo.verification.account import Warned
from services import figures, skill
from services.backup import kept
from services.bell import Bell
from services.callout.watch import RINGING
from services.canary import MISSED
from services.channels.channel import Cause, Channel, Delivery, Outcome, Progress, Verdict
from services.channels.log import Config, Log
from services.clock import wall
from services.deliver import Deliver
from services.disk import FREE
from services.fetch import FetchError
from services.ingest import STOPPED
from services.lease import Leased
from services.loop import Loop, Loops
from services.measured import Measuring
from services.store import alerts, cursors, polled, records
from services.store.engine import Store
from services.store.polled import Version
from services.telemetry import LOG_LOST
from services.vitals import Vitals
from tests.promql import Scrape
from tests.services.making import SetClock, alert, reading
from tests.services.test_predict import Moody, predicting
from tests.services.test_store_outbox import issued


@dataclass
class Hub:
    """A store, its clock, and the last two scrapes."""

    store: Store
    clock: SetClock = field(default_factory=SetClock)
    at: float = field(default_factory=time)
    seen: list[Scrape] = field(default_factory=list)
    gone: bool = False  # a second process does not answer

    async def scrape(self, seconds: float = 60.0) -> None:
        """So many seconds after the last."""
        self.at += seconds
        await Measuring(self.store, self.clock.now).refresh()
        texts = {"hub:8080": generate_latest().decode(), "predict:8080": "" if self.gone else "shirase_x 1\n"}
        self.seen = [*self.seen, Scrape.of(self.at, texts)][-2:]

    async def pass_by(self, **time_by: float) -> None:
        """Hub time goes on."""
        self.clock.at += timedelta(**time_by)


Situation = Callable[[Hub], Awaitable[None]]


def a(step: Callable[[], object]) -> Situation:
    """A figure that is brought somewhere."""

    async def situation(_: Hub) -> None:
        step()

    return situation


nothing = a(lambda: None)


async def process_gone(hub: Hub) -> None:
    hub.gone = True


def all_services() -> None:
    for name in ("ingest", "predict", "evaluate", "deliver", "web"):
        figures.SERVICES.labels(name).set(1)


async def table_gone(hub: Hub) -> None:
    async with hub.store.write() as connection:
        await connection.execute(text("ALTER TABLE quarantine RENAME TO elsewhere"))


async def read_by_models(hub: Hub) -> None:
    async with hub.store.write() as connection:
        await records.save(connection, [reading(measured_at=hub.clock.at)], hub.clock.at)
    await predicting(hub.store, hub.clock, Moody()).step()
    await hub.pass_by(minutes=5)


async def read_by_nobody(hub: Hub) -> None:
    async with hub.store.write() as connection:
        await records.save(connection, [reading(measured_at=hub.clock.at)], hub.clock.at)
    await hub.pass_by(minutes=2)


async def verified(hub: Hub) -> None:
    await read_by_models(hub)
    async with hub.store.write() as connection:
        await cursors.move(connection, "verify", 1_000)


async def not_verified(hub: Hub) -> None:
    async with hub.store.write() as connection:
        await cursors.put(connection, "verify", 0)
    await hub.pass_by(hours=1)


async def loop_fails(_: Hub) -> None:
    """Three steps that raise, each in a life of its own: between two of one life lies a pause."""

    async def step() -> bool:
        raise OSError("no such luck")

    for _ in range(3):
        loops = Loops()
        loops.start(Loop("sweep", step, Bell().listen(), lambda: 60.0))
        while "sweep" not in loops.failing:
            await asyncio.sleep(0)
        await loops.stop()


async def one_holder(hub: Hub) -> None:
    assert await Leased(hub.store, "outage", "a").renew()


async def two_holders(hub: Hub) -> None:
    for turn in range(4):
        mine = Leased(hub.store, "outage", "ab"[turn % 2])
        async with hub.store.write() as connection:
            await connection.execute(text("DELETE FROM leases"))  # it ran out: its holder froze
        assert await mine.renew()


async def model_works(hub: Hub) -> None:
    await predicting(hub.store, hub.clock, Moody()).step()


async def model_fails(hub: Hub) -> None:
    moody = Moody()
    moody.fails_for = frozenset({Status.ACTUAL})
    await hub.pass_by(minutes=1)
    await predicting(hub.store, hub.clock, moody).step()


def judged(hits: int, misses: int, false_alarms: int) -> None:
    of = Warned(model="flood", kind="flood", level=4, hits=hits, misses=misses, false_alarms=false_alarms)
    day = wall().date()
    skill.measure(
        skill.Account(status=Status.ACTUAL, since=day, until=day, stories=(), warned=(of,), scored=(), reliable=())
    )


def answers() -> None:
    figures.begin_asking("extra.xml", 60.0)
    with figures.asked("extra.xml"):
        pass


async def does_not_answer(hub: Hub) -> None:
    try:
        with figures.asked("extra.xml"):
            raise FetchError("HTTP 503")
    except FetchError:
        hub.at += 600


def news(age: timedelta) -> Situation:
    async def situation(hub: Hub) -> None:
        async with hub.store.write() as connection:
            url = "https://www.example.jp/developer/xml/feed/extra.xml"
            await polled.taken(connection, url, Version(), wall() - age)

    return situation


def gateway_heard(hub_age: timedelta) -> None:
    Vitals().heard("gw-silent", wall() - hub_age)


async def draft(hub: Hub) -> None:
    one = alert(status=Status.ACTUAL, series="Actual-waits")
    async with hub.store.write() as connection:
        await alerts.add_draft(connection, one, {}, hub.clock.at)


async def issue(hub: Hub) -> None:
    await issued(hub.store, alert(channels=("log",), series="Exercise-goes"))


class Outlet(Log):
    """A channel whose other side does what a test wants."""

    name = "log"

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(Config())
        self.outcome = outcome

    async def send(self, delivery: Delivery, now: object, progress: Progress) -> Outcome:
        return self.outcome


def told(outcome: Outcome) -> Situation:
    """Somebody issues, and the channel's own loop sends it."""

    async def situation(hub: Hub) -> None:
        channel: Channel = Outlet(outcome)
        loop = Deliver(hub.store, Bell(), hub.clock, channel)
        await hub.scrape()  # its counters stand at nought from the start
        await issued(hub.store, alert(channels=("log",), series=f"Exercise-{outcome.verdict}"))
        assert await loop.step()

    return situation


accepted = told(Outcome(verdict=Verdict.ACCEPTED))
refused = told(Outcome(verdict=Verdict.REJECTED, detail="401", cause=Cause.LOGIN))
unknown = told(Outcome(verdict=Verdict.UNKNOWN, detail="504", cause=Cause.FAULT))


def copied(age: timedelta) -> Situation:
    async def situation(hub: Hub) -> None:
        async with hub.store.write() as connection:
            await kept.enter(connection, Path("/var/backups/shirase.tar"), "backup", wall() - age, 30)

    return situation


def requests(code: str, many: int) -> None:
    figures.WEB_REQUESTS.labels("public", code).inc(many)


@dataclass(frozen=True)
class Case:
    """What is well, what is not, and the labels of what fires then."""

    well: Situation
    ill: Situation
    labels: dict[str, str] = field(default_factory=dict)


def until(days: float) -> None:
    figures.CERTIFICATE_UNTIL.labels("pages").set((wall() + timedelta(days=days)).timestamp())


CASES: dict[str, Case] = {
    "ProcessDown": Case(nothing, process_gone, {"instance": "predict:8080"}),
    "ServiceNowhere": Case(a(all_services), a(lambda: figures.SERVICES.remove("predict")), {"service": "predict"}),
    "StoreUnreadable": Case(nothing, table_gone),
    "IngestStopped": Case(a(lambda: STOPPED.set(0)), a(lambda: STOPPED.set(1))),
    "NothingComesIn": Case(a(figures.MESSAGES.labels("records").inc), nothing),
    "CanaryMissed": Case(nothing, a(MISSED.inc)),
    "StageBehind": Case(read_by_models, read_by_nobody, {"cursor": "predict"}),
    "LaterStageBehind": Case(verified, not_verified, {"cursor": "verify"}),
    "LoopFailing": Case(a(lambda: figures.STEPS.labels("sweep", "failed")), loop_fails, {"service": "sweep"}),
    "LoopFull": Case(
        a(lambda: figures.STEP_SECONDS.labels("plow").observe(30.0)),
        a(lambda: figures.STEP_SECONDS.labels("plow").observe(58.0)),
        {"service": "plow"},
    ),
    "LeaseFlaps": Case(one_holder, two_holders, {"lease": "outage"}),
    "ModelFailing": Case(model_works, model_fails, {"model": "moody"}),
    "ModelPoor": Case(a(lambda: judged(8, 1, 1)), a(lambda: judged(1, 6, 9)), {"model": "flood", "level": "4"}),
    "FeedSilent": Case(a(answers), does_not_answer, {"feed": "extra.xml"}),
    "FeedStale": Case(news(timedelta(hours=3)), news(timedelta(days=3)), {"feed": "extra.xml"}),
    "GatewaySilent": Case(
        a(lambda: gateway_heard(timedelta(minutes=5))),
        a(lambda: gateway_heard(timedelta(hours=2))),
        {"gateway": "gw-silent"},
    ),
    "QuarantineGrows": Case(nothing, a(lambda: figures.RECORDS.labels("ingest", "rejected").inc(50))),
    "GatewayFloods": Case(
        a(lambda: Vitals().heard("gw-floods", wall())),
        a(lambda: Vitals().over("gw-floods", wall(), 900)),
        {"gateway": "gw-floods"},
    ),
    "DraftWaits": Case(draft, lambda hub: hub.pass_by(minutes=11)),
    "CallRings": Case(
        a(lambda: RINGING.labels("Actual", "draft").set(0)),
        a(lambda: RINGING.labels("Actual", "draft").set(1)),
        {"event": "draft"},
    ),
    "DeliveryWaits": Case(issue, lambda hub: hub.pass_by(minutes=6), {"channel": "log"}),
    "DeliveryRefused": Case(accepted, refused, {"channel": "log", "reason": "login"}),
    "DeliveryUnknown": Case(accepted, unknown, {"channel": "log"}),
    "ChannelTestFailed": Case(
        a(lambda: figures.SELFTEST_OK.labels("x").set(1)),
        a(lambda: figures.SELFTEST_OK.labels("x").set(0)),
        {"channel": "x"},
    ),
    "WebErrors": Case(a(lambda: requests("2xx", 100)), a(lambda: requests("5xx", 100))),
    "WebSlow": Case(
        a(lambda: [figures.WEB_SECONDS.labels("ops").observe(0.2) for _ in range(100)]),
        a(lambda: [figures.WEB_SECONDS.labels("ops").observe(4.0) for _ in range(1000)]),
    ),
    "WriteQueueLong": Case(nothing, a(lambda: [figures.WRITE_WAIT.observe(3.0) for _ in range(1000)])),
    "DiskNearlyFull": Case(a(lambda: FREE.set(50e9)), a(lambda: FREE.set(300e6))),
    "BackupOld": Case(copied(timedelta(hours=2)), lambda hub: hub.scrape(48 * 3600)),
    "CertificateEnds": Case(a(lambda: until(90)), a(lambda: until(5)), {"of": "pages"}),
    "ClockOff": Case(
        a(lambda: figures.CLOCK_OFFSET.labels("feeds").set(0.4)),
        a(lambda: figures.CLOCK_OFFSET.labels("feeds").set(-9.0)),
        {"against": "feeds"},
    ),
    "LogLost": Case(nothing, a(LOG_LOST.inc)),
}
