"""Gateways that may publish. Passwords arrive here hashed, as each of the brokers wants them: no secret is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import gateways


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One gateway. ``bcrypt`` is for nats-server, ``pbkdf2`` for Mosquitto; both are of the same password."""

    name: str
    status: Status
    telegram: bool
    forecast: bool = False
    watch: bool = False
    also: tuple[str, ...]
    bcrypt: str = field(repr=False)
    pbkdf2: str = field(repr=False)
    revoked: bool
    changed_at: datetime


class GatewayError(Exception):
    """The gateway cannot be changed this way; the message tells what to do instead."""


async def add(connection: AsyncConnection, one: Registered) -> None:
    """Register a gateway, or a revoked one anew. Raises GatewayError for one that is in use."""
    known = await find(connection, one.name)
    if known and not known.revoked:
        raise GatewayError(f"{one.name} is registered already; `rotate` gives it a new password, `revoke` closes it")
    values = {**asdict(one), "status": one.status.value, "also": list(one.also)}
    if known:
        await connection.execute(update(gateways).where(gateways.c.name == one.name).values(values))
    else:
        await connection.execute(insert(gateways).values(values))


async def rotate(connection: AsyncConnection, name: str, bcrypt: str, pbkdf2: str, at: datetime) -> bool:
    """Give a gateway another password; False where there is none of that name in use."""
    new = {"bcrypt": bcrypt, "pbkdf2": pbkdf2, "changed_at": at}
    return await _change(connection, name, new)


async def revoke(connection: AsyncConnection, name: str, at: datetime) -> bool:
    """Close a gateway; False where there is none of that name in use."""
    return await _change(connection, name, {"revoked": True, "changed_at": at})


async def find(connection: AsyncConnection, name: str) -> Registered | None:
    row = (await connection.execute(select(gateways).where(gateways.c.name == name))).mappings().first()
    return None if row is None else _registered(dict(row))


async def everyone(connection: AsyncConnection) -> list[Registered]:
    """All gateways by name, revoked ones too."""
    rows = await connection.execute(select(gateways).order_by(gateways.c.name))
    return [_registered(dict(row)) for row in rows.mappings()]


async def _change(connection: AsyncConnection, name: str, values: dict[str, Any]) -> bool:
    in_use = (gateways.c.name == name, ~gateways.c.revoked)
    return bool((await connection.execute(update(gateways).where(*in_use).values(values))).rowcount)


def _registered(row: dict[str, Any]) -> Registered:
    return Registered(**{**row, "status": Status(row["status"]), "also": tuple(row["also"])})
