"""Wards in the store: sealed documents with a version, whose devices are whose, and who of the staff may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.engine import insert
from services.store.tables_watch import alarms, devices, dropped, replies, sends, signals, staff, wards

_MANY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One ward as it lies in the store."""

    uid: str
    version: int
    sealed: bytes
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A device, whose it is, and when it was last heard."""

    gateway: str
    device: str
    ward: str
    seen_at: datetime | None
    battery: float | None


async def find(connection: AsyncConnection, uid: str) -> Kept | None:
    row = (await connection.execute(select(wards).where(wards.c.uid == uid))).mappings().first()
    return Kept(**row) if row else None


async def everyone(connection: AsyncConnection) -> list[Kept]:
    """All wards, the oldest change first."""
    rows = await connection.execute(select(wards).order_by(wards.c.uid))
    return [Kept(**row) for row in rows.mappings()]


async def versions(connection: AsyncConnection) -> dict[str, int]:
    """By uid: what a reader that keeps opened wards has to read again."""
    rows = await connection.execute(select(wards.c.uid, wards.c.version))
    return {row.uid: row.version for row in rows}


async def these(connection: AsyncConnection, uids: Collection[str]) -> list[Kept]:
    """Those of these names. A statement takes some ten thousand names at most: of many, all are read."""
    if len(uids) > _MANY:
        wanted = set(uids)
        return [one for one in await everyone(connection) if one.uid in wanted]
    rows = await connection.execute(select(wards).where(wards.c.uid.in_(uids)))
    return [Kept(**row) for row in rows.mappings()]


async def put(connection: AsyncConnection, uid: str, sealed: bytes, seen: int, now: datetime) -> bool:
    """Write a ward over its version ``seen``, 0 for a new one; False where somebody was first."""
    if seen == 0:
        row = {"uid": uid, "version": 1, "sealed": sealed, "changed_at": now}
        new = insert(connection, wards).values(row).on_conflict_do_nothing(index_elements=["uid"])
        return (await connection.execute(new)).rowcount == 1
    same = (wards.c.uid == uid, wards.c.version == seen)
    values = {"version": seen + 1, "sealed": sealed, "changed_at": now}
    return (await connection.execute(update(wards).where(*same).values(values))).rowcount == 1


async def bind(connection: AsyncConnection, uid: str, owned: Iterable[tuple[str, str]]) -> None:
    """The topics that are this ward's from now on, and no others."""
    wanted = set(owned)
    held = {(one.gateway, one.device) for one in await of_ward(connection, uid)}
    for gateway, device in held - wanted:
        mine = (devices.c.gateway == gateway, devices.c.device == device, devices.c.ward == uid)
        await connection.execute(delete(devices).where(*mine))
    for gateway, device in wanted - held:
        row = {"gateway": gateway, "device": device, "ward": uid}
        statement = insert(connection, devices).values(row)
        fresh = {"ward": uid, "seen_at": None, "battery": None}
        await connection.execute(statement.on_conflict_do_update(index_elements=["gateway", "device"], set_=fresh))


async def owner_of(connection: AsyncConnection, gateway: str, device: str) -> str | None:
    """Whose the topic is."""
    mine = (devices.c.gateway == gateway, devices.c.device == device)
    found: str | None = await connection.scalar(select(devices.c.ward).where(*mine))
    return found


async def of_ward(connection: AsyncConnection, uid: str) -> list[Heard]:
    rows = await connection.execute(select(devices).where(devices.c.ward == uid))
    return [Heard(**row) for row in rows.mappings()]


async def all_heard(connection: AsyncConnection) -> list[Heard]:
    return [Heard(**row) for row in (await connection.execute(select(devices))).mappings()]


async def heard(connection: AsyncConnection, gateway: str, device: str, at: datetime, battery: float | None) -> None:
    """The device lives; a late message never makes it older."""
    mine = (devices.c.gateway == gateway, devices.c.device == device)
    newer = (devices.c.seen_at.is_(None)) | (devices.c.seen_at <= at)
    values = {"seen_at": at} | ({} if battery is None else {"battery": battery})
    await connection.execute(update(devices).where(*mine, newer).values(values))


async def drop(connection: AsyncConnection, day: str, gateway: str, reason: str, many: int = 1) -> None:
    """Count signals that were let fall."""
    statement = insert(connection, dropped).values(day=day, gateway=gateway, reason=reason, count=many)
    more = {"count": dropped.c.count + many}
    await connection.execute(statement.on_conflict_do_update(index_elements=["day", "gateway", "reason"], set_=more))


async def dropped_since(connection: AsyncConnection, day: str) -> list[tuple[str, str, int]]:
    """Gateway, reason and number since that day."""
    many = func.sum(dropped.c.count)
    found = select(dropped.c.gateway, dropped.c.reason, many).where(dropped.c.day >= day)
    rows = await connection.execute(found.group_by(dropped.c.gateway, dropped.c.reason).order_by(many.desc()))
    return [(gateway, reason, int(count)) for gateway, reason, count in rows]


async def erase(connection: AsyncConnection, uid: str) -> dict[str, int]:
    """Delete everything of a ward but that somebody looked at them; rows that went, by table."""
    theirs = select(alarms.c.id).where(alarms.c.ward == uid)
    gone = {
        "replies": await connection.execute(delete(replies).where(replies.c.alarm.in_(theirs))),
        "sends": await connection.execute(delete(sends).where(sends.c.ward == uid)),
        "alarms": await connection.execute(delete(alarms).where(alarms.c.ward == uid)),
        "signals": await connection.execute(delete(signals).where(signals.c.ward == uid)),
        "devices": await connection.execute(delete(devices).where(devices.c.ward == uid)),
        "wards": await connection.execute(delete(wards).where(wards.c.uid == uid)),
    }
    return {name: result.rowcount for name, result in gone.items()}


async def grant(connection: AsyncConnection, name: str, by: str, until: datetime, now: datetime) -> None:
    """This account may see wards until then."""
    row = {"name": name, "granted_by": by, "until": until, "changed_at": now}
    statement = insert(connection, staff).values(row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))


async def granted(connection: AsyncConnection, now: datetime) -> dict[str, datetime]:
    """Who may see wards now, and until when."""
    rows = await connection.execute(select(staff.c.name, staff.c.until).where(staff.c.until > now))
    return {row.name: row.until for row in rows}
