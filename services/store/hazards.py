"""The hazard picture: what holds now, and every change that led there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.hazard import Hazard
from geo.verification.teller import Said
from services.store import past
from services.store.codec import as_text, read, to_json
from services.store.tables import hazards

_AT_ONCE = 500  # values of one statement
_HOLDS = (
    select(hazards.c.seq, as_text(hazards.c.body))
    .where(hazards.c.current, hazards.c.status == bindparam("status"))
    .order_by(hazards.c.seq)
)
_FINE = timedelta(minutes=5)  # reasons grow fresher by the minute, what people act on does not: so fine is their past


@dataclass(frozen=True, slots=True)
class Change:
    """One hazard that began, moved or ended (``after`` is None)."""

    before: Hazard | None
    after: Hazard | None


async def current(connection: AsyncConnection, status: Status) -> dict[str, Hazard]:
    """Every hazard that holds, by key."""
    return {hazard.key: hazard for hazard in (await numbered(connection, status)).values()}


async def numbered(connection: AsyncConnection, status: Status) -> dict[int, Hazard]:
    """Every hazard that holds, by the number of its row: another as soon as it moves."""
    rows = await connection.execute(_HOLDS, {"status": status.value})
    return {seq: read(Hazard, text) for seq, text in rows}


async def replace_picture(
    connection: AsyncConnection, before: Mapping[str, Hazard], after: Iterable[Hazard], now: datetime
) -> list[Change]:
    """Make ``after`` the current picture of the status that ``before`` was read for; return what people should see.

    A hazard that only grew fresher (validity, evidence) is refreshed in place; any other difference is a new row.
    """
    changes, fresher, kept = [], [], set()
    for hazard in after:
        kept.add(hazard.key)
        was = before.get(hazard.key)
        if was == hazard:
            continue
        if was is not None and was.same_picture(hazard):
            fresher.append(hazard)
            continue
        changes.append(Change(was, hazard))
    changes += [Change(was, None) for key, was in before.items() if key not in kept]
    await _refresh(connection, fresher, now)
    await _write(connection, changes, now)
    return changes


async def gone(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, datetime]:
    """When each of these last left the picture; those that never did are not named."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    ended = select(hazards.c.key, func.max(hazards.c.at)).where(hazards.c.key.in_(wanted), hazards.c.level == 0)
    rows = await connection.execute(ended.where(~hazards.c.current).group_by(hazards.c.key))
    return {key: at for key, at in rows}  # noqa: C416 - rows are not tuples to mypy


async def said_after(connection: AsyncConnection, seq: int, most: int) -> list[Said]:
    """The next changes of all statuses, in the order in which they were written."""
    body = hazards.c.body
    wanted = (hazards.c.seq, hazards.c.at, hazards.c.status, hazards.c.model, hazards.c.kind, hazards.c.area)
    told = (body["source"].as_string(), hazards.c.level, body["observed"].as_boolean(), body["late"].as_boolean())
    statement = select(*wanted, *told).where(hazards.c.seq > seq).order_by(hazards.c.seq).limit(most)
    names = [field.name for field in fields(Said)]
    found = (dict(zip(names, row, strict=True)) for row in await connection.execute(statement))
    return [Said(**{**one, "status": Status(one["status"]), "late": bool(one["late"])}) for one in found]


async def speak(connection: AsyncConnection, keys: Iterable[str], now: datetime) -> None:
    """An alert speaks of these as they are now: such a row is kept as long as the alert."""
    newest = select(func.max(hazards.c.seq)).where(hazards.c.key == bindparam("spoken")).scalar_subquery()
    rows = [{"spoken": key} for key in keys]
    if rows:
        await connection.execute(update(hazards).where(hazards.c.seq == newest).values(told=now), rows)


async def latest_seq(connection: AsyncConnection) -> int:
    """The newest sequence number, 0 for an empty store."""
    return int(await connection.scalar(select(func.coalesce(func.max(hazards.c.seq), 0))) or 0)


async def _refresh(connection: AsyncConnection, fresher: Sequence[Hazard], now: datetime) -> None:
    for some in (fresher[begin : begin + _AT_ONCE] for begin in range(0, len(fresher), _AT_ONCE)):
        theirs = and_(hazards.c.current, hazards.c.key.in_([one.key for one in some]))
        await past.keep(connection, hazards, theirs, now, thin=_FINE)
    for hazard in fresher:
        fresh = {"valid_until": hazard.valid_until, "body": to_json(hazard)}
        await connection.execute(update(hazards).where(hazards.c.current, hazards.c.key == hazard.key).values(fresh))


async def _write(connection: AsyncConnection, changes: list[Change], now: datetime) -> None:
    gone = [change.before.key for change in changes if change.before]
    if gone:
        over = update(hazards).where(hazards.c.current, hazards.c.key.in_(gone)).values(current=False)
        await past.change(connection, over, now)
    rows = []
    for change in changes:
        if change.after:
            rows.append(_row(change.after, now, current=True))
        elif change.before:
            rows.append(_row(replace(change.before, level=0, valid_until=now), now, current=False))
    if rows:
        await connection.execute(insert(hazards), rows)


def _row(hazard: Hazard, now: datetime, *, current: bool) -> dict[str, object]:
    return {
        "key": hazard.key,
        "status": hazard.status.value,
        "model": hazard.model,
        "kind": hazard.kind,
        "area": hazard.area,
        "level": hazard.level,
        "at": now,
        "valid_until": hazard.valid_until,
        "current": current,
        "body": to_json(hazard),
    }


async def name_of_area(connection: AsyncConnection, status: Status, area: str) -> str:
    """What the hazards of the current picture call an area; its code where none is there."""
    name = hazards.c.body["area_name"].as_string()
    here = (hazards.c.current, hazards.c.status == status.value, hazards.c.area == area)
    return await connection.scalar(select(name).where(*here).limit(1)) or area
