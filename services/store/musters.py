"""Musters: proposed, opened, raised, closed. Who is asked is in :mod:`services.store.muster_people`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.muster.deciding import Cause, Known, Running
from rules.muster.trigger import Kind, Trigger
from rules.muster.want import Asks, Want
from services.store.tables_muster import muster_causes, muster_looks, musters


class MusterState(StrEnum):
    """Where a muster stands."""

    PROPOSED = "proposed"  # software asks people whether to begin
    OPEN = "open"
    CLOSED = "closed"
    DECLINED = "declined"  # a person said no to the proposal
    LAPSED = "lapsed"  # a proposal that lost its cause, or whose people were asked otherwise


STANDING = (MusterState.PROPOSED, MusterState.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Muster:
    """One row."""

    id: int
    family: str
    status: Status
    state: MusterState
    title: str
    asks: Asks
    rules: tuple[str, ...]
    by_hand: bool
    created_at: datetime
    opened_at: datetime | None
    opened_by: str
    closed_at: datetime | None
    closed_by: str
    reason: str
    version: int
    numbers: Mapping[str, int]

    @property
    def began(self) -> datetime:
        return self.opened_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody looked at people's answers within an hour."""

    who: str
    what: str
    times: int
    last_at: datetime


async def add(connection: AsyncConnection, values: Mapping[str, Any], now: datetime) -> int:
    """Write a new one; its number. ``values``: columns, those of an opened one among them where it is open."""
    row = {
        "rules": [],
        "by_hand": False,
        "created_at": now,
        "opened_by": "",
        "closed_by": "",
        "reason": "",
        "version": 1,
        "numbers": {},
        **values,
    }
    return int((await connection.execute(insert(musters).values(row).returning(musters.c.id))).scalar_one())


async def change(connection: AsyncConnection, muster: Muster, **values: Any) -> bool:
    """Write these columns, one version on; False where somebody was first. Call inside ``store.write()``."""
    same = (musters.c.id == muster.id, musters.c.version == muster.version)
    changed = await connection.execute(update(musters).where(*same).values(version=muster.version + 1, **values))
    return changed.rowcount == 1


async def find(connection: AsyncConnection, number: int) -> Muster | None:
    row = (await connection.execute(select(musters).where(musters.c.id == number))).mappings().first()
    return None if row is None else _muster(row)


async def standing(connection: AsyncConnection) -> list[Muster]:
    """Those open or proposed, the oldest first."""
    rows = select(musters).where(musters.c.state.in_([*STANDING])).order_by(musters.c.id)
    return [_muster(row) for row in (await connection.execute(rows)).mappings()]


async def lately(connection: AsyncConnection, since: datetime, most: int) -> list[Muster]:
    """Those standing, and those that ended since; the newest first."""
    found = or_(musters.c.state.in_([*STANDING]), musters.c.closed_at >= since)
    rows = select(musters).where(found).order_by(musters.c.id.desc()).limit(most)
    return [_muster(row) for row in (await connection.execute(rows)).mappings()]


async def set_causes(connection: AsyncConnection, number: int, causes: Iterable[Trigger]) -> None:
    """Remember what it goes by, as strong as it is now."""
    for one in causes:
        mine = (muster_causes.c.muster == number, muster_causes.c.key == one.key)
        await connection.execute(delete(muster_causes).where(*mine))
        row = {"muster": number, "key": one.key, "kind": one.kind.value, "strength": one.strength}
        row |= {"words": one.words, "at": one.at, "until": one.until}
        await connection.execute(insert(muster_causes).values(row))


async def forget_causes(connection: AsyncConnection, number: int, keys: Sequence[str]) -> None:
    """What was taken back may be announced anew, and then counts anew."""
    mine = (muster_causes.c.muster == number, muster_causes.c.key.in_(keys))
    await connection.execute(delete(muster_causes).where(*mine))


async def causes_of(connection: AsyncConnection, numbers: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Number → words and hour of each cause, the earliest first."""
    found: dict[int, list[tuple[str, datetime]]] = {number: [] for number in numbers}
    columns = (muster_causes.c.muster, muster_causes.c.words, muster_causes.c.at)
    rows = select(*columns).where(muster_causes.c.muster.in_(numbers)).order_by(muster_causes.c.at)
    for number, words, at in await connection.execute(rows):
        found[number].append((words, at))
    return found


async def known(connection: AsyncConnection, now: datetime) -> Known:
    """What the rules need to know of earlier decisions. Of what is over only causes that stand yet: no other comes
    again."""
    found = await standing(connection)
    causes: dict[int, list[Cause]] = {one.id: [] for one in found}
    past: dict[tuple[Status, str], int] = {}
    joined = select(muster_causes, musters.c.status).join(musters, musters.c.id == muster_causes.c.muster)
    still = or_(musters.c.state.in_([*STANDING]), muster_causes.c.until > now)
    for row in (await connection.execute(joined.where(still))).mappings():
        if row["muster"] in causes:
            cause = Cause(row["key"], Kind(row["kind"]), row["strength"], row["until"])
            causes[row["muster"]].append(cause)
        else:
            name = (Status(row["status"]), row["key"])
            past[name] = max(past.get(name, 0), row["strength"])
    return Known(running=[_running(one, causes[one.id]) for one in found], past=past)


async def looked(connection: AsyncConnection, number: int, who: str, what: str, now: datetime) -> None:
    """Write down that somebody saw what people answered; call inside ``store.hold()``."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    mine = (
        muster_looks.c.muster == number,
        muster_looks.c.who == who,
        muster_looks.c.what == what,
        muster_looks.c.hour == hour,
    )
    more = {"times": muster_looks.c.times + 1, "last_at": now}
    if (await connection.execute(update(muster_looks).where(*mine).values(more))).rowcount == 0:
        row = {"muster": number, "who": who, "what": what, "hour": hour, "times": 1, "last_at": now}
        await connection.execute(insert(muster_looks).values(row))


async def looks(connection: AsyncConnection, number: int, most: int = 200) -> list[Look]:
    """Who looked, the latest first."""
    columns = (muster_looks.c.who, muster_looks.c.what, muster_looks.c.times, muster_looks.c.last_at)
    rows = select(*columns).where(muster_looks.c.muster == number).order_by(muster_looks.c.last_at.desc()).limit(most)
    return [Look(**row) for row in (await connection.execute(rows)).mappings()]


async def mark(connection: AsyncConnection) -> tuple[object, ...]:
    """Differs whenever one was begun, changed or ended."""
    return tuple((await connection.execute(select(func.count(), func.sum(musters.c.version)))).one())


def _muster(row: RowMapping) -> Muster:
    told = {
        "status": Status(row["status"]),
        "state": MusterState(row["state"]),
        "asks": {category: Want(want) for category, want in row["asks"].items()},
        "rules": tuple(row["rules"]),
    }
    return Muster(**{**row, **told})


def _running(one: Muster, causes: Sequence[Cause]) -> Running:
    return Running(
        number=one.id,
        family=one.family,
        status=one.status,
        open=one.state is MusterState.OPEN,
        asks=one.asks,
        began=one.began,
        causes=tuple(causes),
        by_hand=one.by_hand,
    )
