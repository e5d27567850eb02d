"""``kill -9`` of one part, or of all at once as when the power fails, and the start half a second later."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.line import SERVICES
from tests.faults.fault import Does, Fault
from tests.faults.night import Night


def killed(*parts: str) -> Does:
    """These parts die in the same moment and are started again together; none named: everything."""

    @asynccontextmanager
    async def does(night: Night, chance: random.Random) -> AsyncIterator[None]:
        plant = night.plant
        doomed = parts or plant.parts
        for part in doomed:
            await plant.kill(part)
        try:
            yield
        finally:
            await asyncio.sleep(chance.uniform(0.0, 0.5))
            first = [part for part in ("database", "broker") if part in doomed]
            for part in first:
                await plant.start(part)
            await asyncio.gather(*(plant.start(part) for part in doomed if part not in first))

    return does


@asynccontextmanager
async def a_backend(night: Night, chance: random.Random) -> AsyncIterator[None]:
    """One process of the database that serves the hub; the server restarts all of them, and recovers from its log."""
    database = night.plant.database
    assert database
    database.kill_one(chance)
    yield


def again_and_again(times: int) -> Does:
    """Each part as often as any other, up to a second and a half after the one before is back."""

    @asynccontextmanager
    async def does(night: Night, chance: random.Random) -> AsyncIterator[None]:
        parts = night.plant.parts
        order = [parts[number % len(parts)] for number in range(times)]
        chance.shuffle(order)
        for part in order:
            await asyncio.sleep(chance.uniform(0.05, 1.5))
            async with killed(part)(night, chance):
                pass
        yield

    return does


SERVICE_KILLED = tuple(Fault(f"`kill -9` of {name}", killed(name)) for name in SERVICES)
SERVER_KILLED = (
    Fault("`kill -9` of the broker", killed("broker")),
    Fault("`kill -9` of PostgreSQL", killed("database")),
    Fault("`kill -9` of one backend of PostgreSQL", a_backend),
    Fault("`kill -9` of everything at once", killed()),
)
