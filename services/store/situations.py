"""What the rules look at, of one status, and a mark that tells whether it has moved since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.registry import MODELS
from rules.ledger import OPEN, standing_of
from rules.resting import on_record
from rules.situation import Situation, told_keys
from services.store import alerts, distrusts, hazards, silences, telegrams
from services.store.evidenced import last_seen, resting
from services.store.prepared import Mark
from services.store.tables import alerts as revisions
from services.store.tables import hazards as picture
from services.store.tables import suppressions

_STATUS: BindParameter[str] = bindparam("status")
_ANYTHING = select(
    or_(
        exists().where(picture.c.current, picture.c.status == _STATUS),
        exists().where(revisions.c.state.in_([state.value for state in OPEN]), revisions.c.status == _STATUS),
        exists().where(suppressions.c.current, suppressions.c.status == _STATUS),
    )
)
_NUMBERS = select(picture.c.seq).where(picture.c.current, picture.c.status == _STATUS).order_by(picture.c.seq)
_BY_TELEGRAM = frozenset(model.name for model in MODELS if model.telegrams)


async def anything(connection: AsyncConnection, status: Status) -> bool:
    """False where nothing holds, nothing is told and nothing is held back: the rules have nothing to look at."""
    return bool(await connection.scalar(_ANYTHING, {"status": status.value}))


async def look(connection: AsyncConnection, status: Status, now: datetime) -> tuple[Mark, Situation]:
    """Everything that the rules may look at, and its mark."""
    rows = await hazards.numbered(connection, status)
    held = {hazard.key: hazard for hazard in rows.values()}
    families = await alerts.families(connection, status, now)
    standing = {series: standing_of(family, now) for series, family in families.items()}
    quiet = await silences.holding(connection, now, status)
    gone = await hazards.gone(connection, told_keys(standing) - held.keys())
    situation = Situation(
        now=now,
        status=status,
        hazards=tuple(held.values()),
        standing=standing,
        silences=quiet,
        gone=gone,
        resting=await resting(connection, held.values()) if any(one.sensor for one in quiet) else {},
        doubted=await _doubted(connection, status, gone, now),
        taken_back=await _taken_back(connection, status, gone, now),
    )
    return (tuple(rows), alerts.lines(families), tuple(quiet)), situation


async def _doubted(connection: AsyncConnection, status: Status, gone: Collection[str], now: datetime) -> frozenset[str]:
    """Those of the hazards that are gone which rested on a sensor that people do not believe."""
    if not gone or not (distrusted := await distrusts.subjects(connection, status, now)):
        return frozenset()
    found = await resting(connection, await last_seen(connection, gone))
    return frozenset(key for key, subjects in found.items() if subjects & distrusted)


async def _taken_back(
    connection: AsyncConnection, status: Status, gone: Collection[str], now: datetime
) -> frozenset[str]:
    """Those of the hazards that are gone whose telegram was withdrawn."""
    official = [key for key in gone if key.split("/")[1] in _BY_TELEGRAM]
    if not official:  # of what sensors saw nobody need ask
        return frozenset()
    last = {hazard.key: on_record(hazard) for hazard in await last_seen(connection, official)}
    back = await telegrams.withdrawn(connection, status, frozenset().union(*last.values()), now)
    return frozenset(key for key, refs in last.items() if refs and refs <= back)


async def mark(connection: AsyncConnection, status: Status, now: datetime) -> Mark:
    """Another as soon as a hazard came, moved or went, a revision was written, approved, refused or ended, or a silence
    was set or lifted. A hazard that was only heard of again is the same picture.
    """
    rows = await connection.execute(_NUMBERS, {"status": status.value})
    quiet = await silences.holding(connection, now, status)
    return tuple(rows.scalars()), await alerts.ledger(connection, status), tuple(quiet)
