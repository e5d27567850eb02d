"""Ingest: from a gateway's publish to a committed row, beside what the broker alone can do in the same minute."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeAlias

from tests.benchmarks.figure import Figure, beside
from tests.benchmarks.gateways import IN_FLIGHT, NAMES, Order, gateways_at
from tests.benchmarks.hub import hub_under_test
from tests.benchmarks.raw import raw_broker
from tests.benchmarks.scale import Scale
from tests.benchmarks.times import Times

NAME = "ingest"
PACE = 100.0  # readings a second: 6,000 sensors that report every minute
FAST = 2000.0  # readings a second, in messages of several
BATCH = 20  # readings in a message
_BARE = "broker and bare subscriber"
_Pairs: TypeAlias = Sequence[tuple[Times, Times]]  # of the hub, and of the broker alone just before


async def measure(scale: Scale, folder: Path) -> list[Figure]:
    """A burst tells the rate, with the queues full; a steady pace tells the delay, with the queues empty."""
    async with AsyncExitStack() as stack:
        raw = await stack.enter_async_context(raw_broker(folder / "raw"))
        hub = await stack.enter_async_context(hub_under_test(folder / "hub"))
        to_raw = await stack.enter_async_context(gateways_at(raw.access.host, raw.access.port))
        to_hub = await stack.enter_async_context(gateways_at(*hub.door))

        async def both(order: Order) -> tuple[Times, Times]:
            base = await raw.take(to_raw, order)
            return await hub.take(to_hub, order), base

        warm = await both(Order(tag="warm", readings=scale.paced))
        single = [await both(Order(tag=f"single{n}", readings=scale.readings)) for n in range(scale.repeats)]
        batches = [
            await both(Order(tag=f"batch{n}", readings=2 * scale.readings, batch=BATCH)) for n in range(scale.repeats)
        ]
        steady = [await both(Order(tag=f"steady{n}", readings=scale.paced, pace=PACE)) for n in range(scale.repeats)]
        fast = [
            await both(Order(tag=f"fast{n}", readings=scale.rapid, pace=FAST / BATCH, batch=BATCH))
            for n in range(scale.repeats)
        ]
    whole = [warm, *single, *batches, *steady, *fast]
    return [
        Figure(bench=NAME, figure="published", value=sum(len(hub.sent) for hub, _ in whole), unit="readings"),
        Figure(bench=NAME, figure="stored", value=sum(hub.arrived for hub, _ in whole), unit="readings"),
        Figure(bench=NAME, figure="in flight", value=len(NAMES) * IN_FLIGHT, unit="messages"),
        _rate("burst, one a message", single),
        *_delays("burst, one a message", single),
        _rate(f"burst, {BATCH} a message", batches),
        *_delays(f"steady {PACE:.0f}/s", steady),
        *_delays(f"steady {FAST:.0f}/s, {BATCH} a message", fast),
    ]


def _rate(what: str, pairs: _Pairs) -> Figure:
    return beside(NAME, f"{what}: sustained", "readings/s", _BARE, [(hub.rate, base.rate) for hub, base in pairs])


def _delays(what: str, pairs: _Pairs) -> list[Figure]:
    return [
        beside(
            NAME,
            f"{what}: to durable p{percent}",
            "ms",
            _BARE,
            [(hub.delay_ms(percent), base.delay_ms(percent)) for hub, base in pairs],
        )
        for percent in (50, 99)
    ]
