"""The database takes nothing: after a failover the address leads to a server that only lets itself be read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.fault import Fault
from tests.faults.night import Night
from tests.postgresql import Cluster


@asynccontextmanager
async def read_only(night: Night, _chance: random.Random) -> AsyncIterator[None]:
    database = night.plant.database
    assert database
    await asyncio.to_thread(_set, database, "SET default_transaction_read_only = on")
    try:
        yield
    finally:
        await asyncio.to_thread(_set, database, "RESET default_transaction_read_only")


def _set(database: Cluster, what: str) -> None:
    """For every session from its next transaction on."""
    database.sql(f"ALTER SYSTEM {what}")
    database.sql("SELECT pg_reload_conf()")


READ_ONLY = (Fault("PostgreSQL takes nothing (read only)", read_only, 20.0),)
