"""From an approval to the last of all outlets, and a burst: store, delivery loops and stand-ins in one process.

Beside it the same channels sending the same payloads with nothing around them: the slowest of them is what no hub can
beat, for the last outlet is not told before it has answered.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from time import perf_counter

from rules.alert import Alert
from services.channels.channel import Channel, Delivery, Verdict
from services.channels.registry import CHANNELS
from services.clock import wall
from services.desks import review
from services.store import alerts, outbox
from tests.benchmarks.figure import Figure, beside, percentile
from tests.benchmarks.outlet_house import OFFICER, House, fresh, house_with
from tests.benchmarks.scale import Scale

NAME = "outlets"
_BURST = ("linkage", "webhook")


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """One alert after the other to all outlets, then many at once to two of them."""
    names = list(CHANNELS)
    rounds, many = 2 * scale.rounds, max(4, scale.readings // 10)
    async with house_with(folder / "one", names) as house:
        pairs = [await _round(house, number) for number in range(rounds + 1)][1:]  # the first meets fresh code
    async with house_with(folder / "many", _BURST) as house:
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


async def _round(house: House, number: int) -> tuple[float, float]:
    """Seconds from the approval to the last receipt, and of the slowest channel alone with the same kind of payload."""
    one = fresh(f"Exercise-bench-{number}", number)
    digest = await house.draft(one)
    began = perf_counter()
    await review.approve(house.store, series=one.series, revision=1, digest=digest, person=OFFICER, now=wall())
    house.bell.ring("outbox")
    await house.settled((number + 1) * len(house.channels))
    last = perf_counter() - began
    other = fresh(f"Exercise-alone-{number}", number)
    house.nobody_told()
    return last, max([await _alone(channel, other) for channel in house.bare.values()])


async def _burst(house: House, many: int) -> list[Figure]:
    """So many alerts issued in one transaction, until all are confirmed; beside as many bare sendings."""
    some = [fresh(f"Exercise-burst-{number}", number) for number in range(many)]
    rendered = [{name: channel.render(one) for name, channel in house.channels.items()} for one in some]
    alone = [await _alone(house.bare["linkage"], fresh(f"Exercise-bare-{n}", n)) for n in range(min(many, 100))]
    async with house.store.write() as connection:
        for one, payloads in zip(some, rendered, strict=True):
            await alerts.add_draft(connection, one, payloads, wall())
            await alerts.mark_issued(connection, one, wall())
            await outbox.add(connection, one, payloads, wall(), wall())
    began = perf_counter()
    house.bell.ring("outbox")
    await house.settled(many * len(house.channels), every=0.05)
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


async def _unminded(_remote_id: str) -> None:
    """Nobody remembers the parts."""
