"""PostgreSQL as the store: several processes, still one writer at a time, a commit means on disk."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

WRITERS = 0x5348495241534500  # "SHIRASE" as a number: the advisory lock that writers take, one of each database
_TURN = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=WRITERS)
_TURN_IF_FREE = text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(key=WRITERS)
_SAFE = {
    "fsync": ("on", "a commit must mean on disk"),
    "full_page_writes": ("on", "a torn page must be repairable"),
    "synchronous_commit": (
        "on",
        "local",
        "remote_write",
        "remote_apply",
        "a commit must not be told before it is on disk",
    ),
    "server_encoding": ("UTF8", "text is Japanese: create the database with ENCODING 'UTF8'"),
}
_SESSION = {
    "application_name": "shirase",
    "statement_timeout": "30s",
    "lock_timeout": "20s",  # of a turn to write, above all
    "idle_in_transaction_session_timeout": "15s",  # a process that froze inside its turn loses it, as its leases
    "tcp_keepalives_idle": "10",  # and so does a machine that is gone
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}


log = structlog.get_logger(__name__)


class UnsafeServerError(Exception):
    """The server would lose what it confirmed, or cannot hold what is written here; the text names the setting."""


def engines(url: URL, **options: Any) -> tuple[AsyncEngine, AsyncEngine]:
    """Writers read what was committed up to each statement; readers see one state and may change nothing."""
    connect = {"timeout": 10, "command_timeout": 40, "server_settings": _SESSION}
    # After a failover the pooled connections are dead: a ping on checkout replaces them before anybody notices.
    options |= {"max_overflow": 0, "pool_timeout": 20, "pool_pre_ping": True, "connect_args": connect}
    writer = create_async_engine(url, pool_size=4, isolation_level="READ COMMITTED", **options)
    reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    reader = create_async_engine(url, pool_size=6, execution_options=reading, **options)
    return writer, reader


def opener(url: URL, patience: float, **options: Any) -> AsyncEngine:
    """For the transaction that opens a store. What it does to tables takes as long as it takes; ``patience``: seconds
    until the turn to do it is given up, which another process may have for as long."""
    limits = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": f"{patience:.0f}s"}
    connect = {"timeout": 10, "command_timeout": None, "server_settings": _SESSION | limits}
    return create_async_engine(
        url, isolation_level="READ COMMITTED", poolclass=NullPool, connect_args=connect, **options
    )


def onlooker(url: URL, **options: Any) -> AsyncEngine:
    """One connection whose session the server keeps from writing, and which may take its time."""
    session = {**_SESSION, "default_transaction_read_only": "on", "statement_timeout": "10min"}
    connect = {"timeout": 10, "command_timeout": 600, "server_settings": session}
    reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_async_engine(
        url, pool_size=1, max_overflow=0, connect_args=connect, execution_options=reading, **options
    )


async def take_turn(connection: AsyncConnection) -> None:
    """Wait until no other process writes. Held to the end of the transaction, and given up by the server.

    The first statement of its transaction: whatever follows sees all that earlier writers committed.
    """
    await connection.execute(_TURN)


async def await_turn(connection: AsyncConnection, patience: float) -> None:
    """The same at a start, when another may be bringing the tables up to date: whoever waits says so."""
    if await connection.scalar(_TURN_IF_FREE):
        return
    log.warning("waiting for another process that has the store to itself", seconds_at_most=patience)
    await connection.execute(_TURN)


async def require_safe(connection: AsyncConnection) -> None:
    """Refuse a server on which a commit is not a promise. Raises UnsafeServerError."""
    for name, (*wanted, why) in _SAFE.items():
        value = await connection.scalar(text(f"SHOW {name}"))
        if value not in wanted:
            raise UnsafeServerError(f"PostgreSQL has {name} = {value}, and needs {' or '.join(wanted)}: {why}")


async def wash(driver: Any) -> bool:
    """Let go of dead rows of what is sealed. Their bytes stay until the space is used again, sealed as they were."""
    await driver.execute("VACUUM reporters")
    await driver.execute("VACUUM reporter_marks")
    return True
