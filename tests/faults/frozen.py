"""A part that is there and does nothing (SIGSTOP): a disk that hangs, a virtual machine that is moved, a failover."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fault import Does, Fault
from tests.faults.night import Night


def frozen(part: str) -> Does:
    @asynccontextmanager
    async def does(night: Night, _chance: random.Random) -> AsyncIterator[None]:
        night.plant.freeze(part)
        try:
            yield
        finally:
            night.plant.thaw()

    return does


FROZEN = (
    Fault("PostgreSQL stands still", frozen("database"), 30.0),
    Fault("the broker stands still", frozen("broker"), 20.0),
    *(Fault(f"{name} stands still", frozen(name), 20.0) for name in ("ingest", "evaluate", "deliver")),
)
