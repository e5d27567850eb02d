"""From an approval to the last of all outlets, and a burst: store, delivery loops and stand-ins in one process.

Beside it the same channels sending the same payloads with nothing around them: the slowest of them is what no hub can
beat, for the last outlet is not told before it has answered.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import func, select

from rules.alert import Alert
from services.bell import Bell
from services.channels.channel import Channel, Delivery, Verdict
from services.clock import Clock, wall
from services.deliver import Deliver
from services.desks import review
from services.loop import Loop, Loops
from services.store import alerts, outbox
from services.store.engine import Store
from services.store.tables import outbox as queue
from tests.benchmarks.figure import Figure, beside, percentile
from tests.benchmarks.scale import Scale
from tests.fakes.x import FakeX
from tests.services.making import alert, employ
from tests.services.test_channel_contract import FAKES

NAME = "outlets"
_BY_PERSON = frozenset({"mail", "push"})  # go out to many; their pace is a setting
_NOTICE = frozenset({"urgent_mail"})  # refuses what is no evacuation
_BURST = ("linkage", "webhook")
_PATIENCE_S = 600.0


@dataclass(frozen=True)
class _House:
    store: Store
    bell: Bell
    channels: Mapping[str, Channel]

    async def draft(self, one: Alert) -> str:
        payloads = {name: channel.render(one) for name, channel in self.channels.items()}
        async with self.store.write() as connection:
            return await alerts.add_draft(connection, one, payloads, wall())

    async def settled(self, count: int) -> None:
        """Until so many deliveries are confirmed."""
        done = select(func.count()).select_from(queue).where(queue.c.state.in_(("accepted", "duplicate")))
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                async with self.store.read() as connection:
                    if int(await connection.scalar(done) or 0) >= count:
                        return
                await asyncio.sleep(0.002)


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """One alert after the other to all outlets, then many at once to two of them."""
    names = sorted(FAKES.keys() - _BY_PERSON - _NOTICE)
    rounds, many = 2 * scale.rounds, max(4, scale.readings // 10)
    async with _house(folder / "one", names) as house:
        pairs = [await _round(house, number) for number in range(rounds + 1)][1:]  # the first meets fresh code
    async with _house(folder / "many", _BURST) as house:
        drained = await _burst(house, many)
    lasts, slowest = [one for one, _ in pairs], [one for _, one in pairs]
    alone = "the slowest stand-in's own round trip"
    quantiles = [
        Figure(
            bench=NAME,
            figure=f"approval to last outlet p{p}",
            value=1000 * percentile(lasts, p),
            unit="ms",
            baseline=alone,
            baseline_value=1000 * percentile(slowest, p),
            ratio=percentile(lasts, p) / percentile(slowest, p),
        )
        for p in (50, 99)
    ]
    counted = Figure(bench=NAME, figure="outlets", value=len(names), unit="channels")
    return [counted, *quantiles, *drained]


async def _round(house: _House, number: int) -> tuple[float, float]:
    """Seconds from the approval to the last receipt, and of the slowest channel alone with the same kind of payload."""
    one = _fresh(f"Exercise-bench-{number}", number)
    digest = await house.draft(one)
    began = perf_counter()
    await review.approve(house.store, series=one.series, revision=1, digest=digest, person="hirata", now=wall())
    house.bell.ring("outbox")
    await house.settled((number + 1) * len(house.channels))
    last = perf_counter() - began
    other = _fresh(f"Exercise-alone-{number}", number)
    return last, max([await _alone(channel, other) for channel in house.channels.values()])


async def _burst(house: _House, many: int) -> list[Figure]:
    """So many alerts issued in one transaction, until all are confirmed; beside as many bare sendings."""
    some = [_fresh(f"Exercise-burst-{number}", number) for number in range(many)]
    rendered = [{name: channel.render(one) for name, channel in house.channels.items()} for one in some]
    alone = [await _alone(house.channels["linkage"], _fresh(f"Exercise-bare-{n}", n)) for n in range(min(many, 100))]
    async with house.store.write() as connection:
        for one, payloads in zip(some, rendered, strict=True):
            await alerts.add_draft(connection, one, payloads, wall())
            await alerts.mark_issued(connection, one, wall())
            await outbox.add(connection, one, payloads, wall(), wall())
    began = perf_counter()
    house.bell.ring("outbox")
    await house.settled(many * len(house.channels))
    drained = perf_counter() - began
    bare = many * sum(alone) / len(alone)
    size = Figure(bench=NAME, figure="burst", value=many, unit="alerts")
    return [size, beside(NAME, "burst drained on two channels", "s", "as many bare sendings", [(drained, bare)])]


async def _alone(channel: Channel, one: Alert) -> float:
    """Seconds of one sending with no store around it."""
    delivery = Delivery(
        id=f"{one.identifier}:{channel.name}",
        key=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.identifier}:{channel.name}")),
        series=one.series,
        revision=1,
        channel=channel.name,
        payload=channel.render(one),
        status=one.status,
        attempts=1,
        after_unknown=False,
        first_tried_at=wall(),
        expires=one.expires,
        context={"identifier": one.identifier, "msg_type": one.msg_type},
    )
    began = perf_counter()
    outcome = await channel.send(delivery, wall(), _unminded)
    if outcome.verdict is not Verdict.ACCEPTED:
        raise RuntimeError(f"{channel.name} did not take it: {outcome.detail}")
    return perf_counter() - began


def _fresh(series: str, number: int) -> Alert:
    now = wall().replace(microsecond=0)
    said = f"計測 {series}。川に近づかないでください。"  # no two posts alike: services refuse that
    text = replace(alert().texts["ja"], short=said, description=said)
    times = {"sent": now + timedelta(seconds=number), "effective": now, "expires": now + timedelta(hours=3)}
    return alert(series=series, texts={"ja": text}, **times)


@asynccontextmanager
async def _house(folder: Path, names: Any) -> AsyncIterator[_House]:
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        channels: dict[str, Channel] = {}
        for name in names:
            make, rigged = FAKES[name]
            fake = FakeX(rate_limit=1_000_000) if name == "x" else make()
            await fake.start()
            stack.push_async_callback(fake.stop)
            channels[name] = rigged(fake).build()
            stack.push_async_callback(channels[name].close)
        store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
        stack.push_async_callback(store.close)
        await employ(store, "hirata")
        bell, loops = Bell(), Loops()
        for channel in channels.values():
            sender = Deliver(store, bell, Clock(), channel)
            loops.start(Loop(sender.name, sender.step, bell.listen("outbox"), lambda: 1.0, again=True))
        stack.push_async_callback(loops.stop)
        yield _House(store, bell, channels)


async def _unminded(_remote_id: str) -> None:
    """Nobody remembers the parts."""
