"""Leads in the store: kept once each, taken back when their author does, and gone when their time is over."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.social.post import Gone
from feeds.status import Status
from geo.heard.lead import Lead, day_of
from services.store.engine import insert
from services.store.tables_leads import lead_acts, lead_reads, lead_salts, leads

_AT_ONCE = 500  # ids in one statement
_ROWS = 50
_SALT_DAYS = timedelta(days=2)  # a day is over for everybody then, and nobody can be told apart by it any more
_READS_KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What an officer made of leads ``low`` to ``through``: report, or nothing."""

    status: Status
    hazard: str
    place: str
    low: int
    through: int
    act: str
    at: datetime
    who: str
    report: str = ""

    def covers(self, lead: Lead) -> bool:
        return self.low <= lead.number <= self.through


async def salt(connection: AsyncConnection, day: date) -> bytes:
    """The salt of a day, made when it is first asked for. Call inside ``store.write()``."""
    row = {"day": day.isoformat(), "salt": secrets.token_bytes(32)}
    await connection.execute(insert(connection, lead_salts).values(row).on_conflict_do_nothing())
    found = await connection.scalar(select(lead_salts.c.salt).where(lead_salts.c.day == row["day"]))
    assert found is not None
    return bytes(found)


async def keep(connection: AsyncConnection, found: Iterable[Lead]) -> int:
    """How many were new. One that is known stays as it is."""
    rows = [asdict(lead) | {"status": lead.status.value} for lead in found]
    for row in rows:
        del row["number"]
    new = 0
    for begin in range(0, len(rows), _ROWS):
        statement = insert(connection, leads).values(rows[begin : begin + _ROWS])
        once = statement.on_conflict_do_nothing(index_elements=["provider", "post"])
        new += (await connection.execute(once)).rowcount
    return new


async def drop(connection: AsyncConnection, gone: Sequence[Gone]) -> int:
    """Forget what was taken back; how many that were."""
    count = 0
    for provider in {one.provider for one in gone}:
        posts = sorted({one.id for one in gone if one.provider == provider and not one.whole})
        for begin in range(0, len(posts), _AT_ONCE):
            these = leads.c.post.in_(posts[begin : begin + _AT_ONCE])
            count += (await connection.execute(delete(leads).where(leads.c.provider == provider, these))).rowcount
        for author in {one.id for one in gone if one.provider == provider and one.whole}:
            theirs = leads.c.post.startswith(author, autoescape=True)
            count += (await connection.execute(delete(leads).where(leads.c.provider == provider, theirs))).rowcount
    return count


async def since(
    connection: AsyncConnection, status: Status, at: datetime, at_most: int, place: str | None = None
) -> list[Lead]:
    """Leads of posts that were written since then, the newest ``at_most``; with ``place`` of it alone."""
    statement = select(leads).where(leads.c.status == status.value, leads.c.at >= at)
    if place is not None:
        statement = statement.where(leads.c.place == place)
    rows = await connection.execute(statement.order_by(leads.c.at.desc(), leads.c.number.desc()).limit(at_most))
    return [_lead(row) for row in rows.mappings()]


async def acts(connection: AsyncConnection, status: Status) -> list[Act]:
    """Everything that was made of leads, in order."""
    rows = await connection.execute(
        select(lead_acts).where(lead_acts.c.status == status.value).order_by(lead_acts.c.at, lead_acts.c.through)
    )
    return [Act(**{**row, "status": Status(row["status"])}) for row in rows.mappings()]


async def act(connection: AsyncConnection, one: Act) -> None:
    """Write it down. Call inside ``store.write()``, having looked that nobody was quicker."""
    await connection.execute(insert(connection, lead_acts).values(asdict(one) | {"status": one.status.value}))


async def forget(connection: AsyncConnection, now: datetime, kept: timedelta, x_kept: timedelta) -> int:
    """Delete what is over: leads, what was made of them a week ago, old salts and counts. How many leads that were."""
    over = or_(leads.c.at < now - kept, and_(leads.c.provider == "x", leads.c.at < now - x_kept))
    count = (await connection.execute(delete(leads).where(over))).rowcount
    await connection.execute(delete(lead_acts).where(lead_acts.c.at < now - kept - timedelta(days=7)))
    await connection.execute(delete(lead_salts).where(lead_salts.c.day < day_of(now - _SALT_DAYS).isoformat()))
    await connection.execute(delete(lead_reads).where(lead_reads.c.hour < now - _READS_KEPT))
    return count


def _lead(row: Any) -> Lead:
    lists = {name: tuple(row[name]) for name in ("hazards", "words", "marks")}
    return Lead(**{**row, **lists, "status": Status(row["status"])})
