"""The database fails over: the server is felled, and a standby that has all it confirmed goes on, on a new timeline."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fault import Does, Fault
from tests.faults.night import Night
from tests.postgresql import Cluster


def failing_over(standby: Cluster) -> Does:
    @asynccontextmanager
    async def does(night: Night, _chance: random.Random) -> AsyncIterator[None]:
        await asyncio.to_thread(night.plant.fail_over, standby)
        yield

    return does


def failover(standby: Cluster) -> tuple[Fault, ...]:
    return (Fault("PostgreSQL dies, its standby is promoted", failing_over(standby)),)
