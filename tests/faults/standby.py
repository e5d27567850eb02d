"""One of two whole hubs on one store and one broker is taken out of the game: the other goes on, and how soon.

Times are seconds from the moment it fell, as the store has them: the first reading that came in after that moment, and
the first alert that was written after it and is out.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import wall
from services.evaluate import Evaluate
from services.store.engine import Store
from services.store.queue_terms import OF_ITS_ALERT
from services.store.tables import alerts, leases, outbox, records
from tests.faults.fault import PATIENCE, since
from tests.faults.night import Night
from tests.faults.plant import OUTLETS, PAIR, Plant
from tests.faults.watch import Watch, until_has
from tests.faults.witness import judge, until_quiet

_LONGER_THAN_ANY_LEASE = 100.0  # 15 s of a verb, 90 s of a delivery
_LAST_WORD = 15.0  # what was judged last may still become an alert, by a hub that has only just started
Falls = Callable[[Plant, str], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Fall:
    """What befalls the hub that judges; it stays so for ``lasts_s`` at the least, then it is mended and woken."""

    name: str
    falls: Falls
    lasts_s: float = 0.0


@asynccontextmanager
async def _killed(plant: Plant, hub: str) -> AsyncIterator[None]:
    await plant.kill(hub)
    yield
    await plant.start(hub)


@asynccontextmanager
async def _frozen(plant: Plant, hub: str) -> AsyncIterator[None]:
    plant.freeze(hub)
    try:
        yield
    finally:
        plant.thaw()


@asynccontextmanager
async def _cut_off(plant: Plant, hub: str) -> AsyncIterator[None]:
    line = plant.lines[f"database of {hub}"]
    await line.cut()
    try:
        yield
    finally:
        await line.mend()


@asynccontextmanager
async def _stopped(plant: Plant, hub: str) -> AsyncIterator[None]:
    await plant.hubs[hub].stop()
    yield
    await plant.start(hub)


FALLS = (
    Fall("`kill -9`", _killed),
    Fall("stands still (SIGSTOP) for 100 s, and wakes", _frozen, _LONGER_THAN_ANY_LEASE),
    Fall("its line to the database is cut for 60 s", _cut_off, 60.0),
    Fall("an orderly stop", _stopped),
)
HEAD = (
    "| what befell the hub that judged | first reading stored | first alert told by X / by the linkage system "
    "| PUBACK / stored / lost | told / twice | telegrams fetched twice |\n|---|---|---|---|---|---|"
)


async def taken_over(plant: Plant, watch: Watch, night: Night, fall: Fall, chance: random.Random) -> str:
    """A busy night in which the active hub falls; the row of the table, after the witness has looked at everything."""
    before = await judge(plant, night.ledger) if night.ledger.acknowledged else None
    async with night.busy():
        await asyncio.sleep(5 + chance.uniform(0.0, 2.0))
        active = await judging(plant)
        began, fell_at = monotonic(), wall()
        async with fall.falls(plant, active):
            key = await asyncio.wait_for(night.measure("gw1", "after"), PATIENCE)
            await until_has(watch, key, PATIENCE)
            stored, told = await _after(plant, fell_at)
            assert await judging(plant) != active, "the lease is another's"
            await asyncio.sleep(max(0.0, began + fall.lasts_s - monotonic()))
        await asyncio.sleep(5)  # the woken one is in the way, if it can be
    await until_quiet(plant, night.ledger, PATIENCE)
    await asyncio.sleep(_LAST_WORD)
    await until_quiet(plant, night.ledger, PATIENCE)
    verdict = since(before, await judge(plant, night.ledger))
    fetched = Counter(path for path in plant.jma.requests if "/data/" in path)
    twice = sum(times > 1 for times in fetched.values())
    kept = f"{verdict.acknowledged:,} / {verdict.stored:,} / {verdict.lost}"
    posts = f"{verdict.posts} / {verdict.doubled}"
    return (
        f"| {fall.name} | {stored:.1f} s | {told['x']:.1f} s / {told['linkage']:.1f} s | {kept} | {posts} | {twice} |"
    )


async def judging(plant: Plant) -> str:
    """Which of the two holds the lease to judge."""
    async with _looking(plant) as connection:
        holder = str(await connection.scalar(select(leases.c.holder).where(leases.c.name == Evaluate.name)))
    pids = {str(plant.hubs[name].pid): name for name in PAIR}
    return pids.get(holder.split(":")[1], "")


async def _after(plant: Plant, fell_at: datetime) -> tuple[float, dict[str, float]]:
    """Seconds from then to the first reading that came in, and, by outlet, to the first alert written and out."""
    out = outbox.c.state.in_(("accepted", "duplicate")) & outbox.c.channel.in_(OUTLETS)
    new = select(outbox.c.channel, func.min(outbox.c.finished_at)).join(alerts, OF_ITS_ALERT)
    new = new.where(out, alerts.c.sent > fell_at).group_by(outbox.c.channel)
    first = select(func.min(records.c.received_at)).where(records.c.received_at > fell_at, records.c.type == "reading")
    deadline = monotonic() + PATIENCE
    told: dict[str, float] = {}
    while len(told) < len(OUTLETS):
        assert monotonic() < deadline, f"the other did not take over; it has told {told}"
        await asyncio.sleep(0.2)
        async with _looking(plant) as connection:
            rows = (await connection.execute(new)).all()
            stored = await connection.scalar(first)
        told = {channel: (at - fell_at).total_seconds() for channel, at in rows}
    assert stored is not None
    return (stored - fell_at).total_seconds(), told


@asynccontextmanager
async def _looking(plant: Plant) -> AsyncIterator[AsyncConnection]:
    store = await Store.look(plant.store_url)
    try:
        async with store.read() as connection:
            yield connection
    finally:
        await store.close()
