"""One run of one side: how many readings it sustains, how long a reading and an alert take, what is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figure import percentile
from tests.peers.city import STEADY, WET
from tests.peers.parts import Publisher, SinkAt
from tests.peers.publisher import Order, rising
from tests.peers.sides import Running

WINDOW = 400  # readings under way while it is asked how many it sustains: the backlog cannot grow beyond
_MARKS = 50  # where a side keeps nothing: every so many-th message tells how far it is
_LOOK = 0.005  # seconds between looks from outside
_PATIENCE = 60.0  # seconds without any progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Sustained:
    """Closed loop: a new reading is published when one has been kept."""

    rate: float  # readings a second
    cpu_us: float  # of the side's process, a reading
    rss_mb: float
    alert_ms: float  # of an alert right afterwards: does the judgement keep up?

    def brief(self) -> str:
        """In a line."""
        told = f"{self.rate:.0f}/s, {self.cpu_us:.0f} µs a reading, {self.rss_mb:.0f} MB"
        return f"{told}, an alert right afterwards {self.alert_ms:.0f} ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """At a common rate, in milliseconds: until a reading is where it is kept, and until the alert is at the sink."""

    kept: Sequence[float]
    alert: Sequence[float]
    cpu: float  # cores in use meanwhile
    rss_mb: float

    def brief(self) -> str:
        """In a line."""
        told = (f"{percentile(some, at):.0f}" if some else "–" for some in (self.kept, self.alert) for at in (50, 99))
        return "kept p50 {}, p99 {} ms, alert p50 {}, p99 {} ms, {:.2f} cores".format(*told, self.cpu)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """By sequence number: readings that the broker took and that are kept nowhere, alerts that the sink never had."""

    readings: int
    lost: int
    rises: int
    untold: int
    doubled: int  # alerts that the sink had more than once
    repeats: int  # posts that it can drop, for they came again under the identifier of an alert it has


async def settle(side: Running, publisher: Publisher) -> None:
    """Each steady sensor speaks three times, and what that comes to is told: no first times are in a figure."""
    await publisher.publish(Order(tag=f"settle-{time.monotonic_ns()}", rate=200, many=3 * STEADY))
    wet = {f"s{number:03}" for number in range(0, STEADY, WET)}
    await _until(side, lambda: wet <= side.told.keys())


async def sustained(side: Running, publisher: Publisher, tag: str, many: int) -> Sustained:
    """Keep :data:`WINDOW` readings under way until ``many`` are through; then let one sensor rise."""
    before, cpu = len(side.kept), side.cpu
    publisher.begin(Order(tag=tag, rate=0, many=many, marks=0 if side.keeps else _MARKS))
    began = time.monotonic()
    deadline, seen = began + _PATIENCE, 0
    last = many - 1 if side.keeps else (many - 1) // _MARKS * _MARKS
    while seen < last:
        publisher.allow(seen + WINDOW)
        await asyncio.sleep(_LOOK)
        side.look()
        now, new = time.monotonic(), len(side.kept) - before if side.keeps else side.newest(tag)
        if new > seen:
            seen, deadline = new, now + _PATIENCE
        if now > deadline:
            raise RuntimeError(f"{side.name}: {seen} of {many} readings, and then nothing: {side.words()}")
    seconds = time.monotonic() - began
    publisher.allow(-1)
    await publisher.done()
    used = side.cpu - cpu
    [alert] = (await delays(side, publisher, f"{tag}-then", 50, 30, ["p000"])).alert
    return Sustained(rate=last / seconds, cpu_us=1e6 * used / last, rss_mb=side.rss_mb, alert_ms=alert)


async def delays(side: Running, publisher: Publisher, tag: str, rate: float, many: int, rises: Sequence[str]) -> Delays:
    """``many`` readings at ``rate``, some of which are ``rises`` of sensors that stood dry."""
    order = Order(tag=tag, rate=rate, many=many, rises=rises)
    cpu, began = side.cpu, time.monotonic()
    sent = await _published(side, publisher, order)
    used = (side.cpu - cpu) / (time.monotonic() - began)
    wanted = sent.keys() if side.keeps else set[str]()
    await _until(side, lambda: side.kept.keys() >= wanted and side.told.keys() >= set(rises))
    return Delays(
        kept=[1000 * (side.kept[identity] - at) for identity, at in sent.items() if side.keeps],
        alert=[1000 * (side.told[sensor][-1] - at) for sensor, at in risen(order, sent).items()],
        cpu=used,
        rss_mb=side.rss_mb,
    )


async def killed(side: Running, publisher: Publisher, order: Order) -> Losses:
    """The same; when half of it is kept ``kill -9``, and a start at once."""

    async def blow() -> None:
        await side.kill()
        await side.start()

    return await _struck(side, publisher, order, blow)


async def refused(side: Running, publisher: Publisher, order: Order, sink: SinkAt) -> Losses:
    """The same; when half of it is kept the sink answers 503 for two seconds."""

    async def blow() -> None:
        await sink.refuse(2.0)

    return await _struck(side, publisher, order, blow)


async def _struck(
    side: Running, publisher: Publisher, order: Order, blow: Callable[[], Coroutine[Any, Any, None]]
) -> Losses:
    before, half, repeats = len(side.kept), order.many // 2, side.repeats
    publisher.begin(order)
    await _until(side, lambda: len(side.kept) - before >= half)
    await blow()
    sent = await publisher.done()
    await _quiet(side)
    told = [len(side.told.get(sensor, ())) for sensor in order.rises]
    return Losses(
        readings=len(sent),
        lost=len(sent.keys() - side.kept.keys()),
        rises=len(told),
        untold=told.count(0),
        doubled=sum(many > 1 for many in told),
        repeats=side.repeats - repeats,
    )


def risen(order: Order, sent: Mapping[str, float]) -> dict[str, float]:
    """Sensor → when its rise was published."""
    ids = list(sent)
    return {sensor: sent[ids[number]] for number, (sensor, _) in sorted(rising(order.many, order.rises).items())}


async def _published(side: Running, publisher: Publisher, order: Order) -> Mapping[str, float]:
    publisher.begin(order)
    done = asyncio.ensure_future(publisher.done())
    while not done.done():
        await asyncio.sleep(_LOOK)
        side.look()
    return done.result()


async def _until(side: Running, reached: Callable[[], bool]) -> None:
    deadline, seen = time.monotonic() + _PATIENCE, -1
    while not reached():
        await asyncio.sleep(_LOOK)
        side.look()
        if (now := len(side.kept) + len(side.told)) > seen:
            seen, deadline = now, time.monotonic() + _PATIENCE
        if time.monotonic() > deadline:
            raise RuntimeError(f"{side.name}: nothing moves any more: {side.words()}")


async def _quiet(side: Running, seconds: float = 15.0) -> None:
    """Wait until nothing has come for so long: what has not come by then does not come."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < seconds:
        await asyncio.sleep(0.05)
        side.look()
        if (now := len(side.kept) + sum(map(len, side.told.values()))) != seen:
            seen, since = now, time.monotonic()
