"""What is archived, in and out of the store. The row is the truth: a file that no row names is nobody's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from services.store.engine import insert
from services.store.tables import records
from services.store.tables_archive import archives

_AT_ONCE = 500  # periods in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One file, as :data:`~services.store.tables_archive.archives` has it."""

    kind: str
    period: str
    begins: datetime
    ends: datetime
    sha256: str
    content: str
    bytes: int
    rows: int
    head: int
    version: int
    before: str
    made_at: datetime
    looked_at: datetime
    withheld: str
    stale: bool = False

    @property
    def withdrawn(self) -> bool:
        """It held what may not be given away any more, and could not be made anew."""
        return not self.sha256


async def put(connection: AsyncConnection, one: Archived) -> None:
    """Write it, in place of what was there. Call inside ``store.write()``."""
    row = asdict(one)
    statement = insert(connection, archives).values(row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["kind", "period"], set_=row))


async def find(connection: AsyncConnection, kind: str, period: str) -> Archived | None:
    wanted = (archives.c.kind == kind, archives.c.period == period)
    row = (await connection.execute(select(archives).where(*wanted))).mappings().first()
    return None if row is None else Archived(**row)


async def within(connection: AsyncConnection, since: datetime, until: datetime) -> list[Archived]:
    """Everything of which some lies in [since, until), by kind and period."""
    wanted = (archives.c.ends > since, archives.c.begins < until)
    rows = await connection.execute(select(archives).where(*wanted).order_by(archives.c.kind, archives.c.period))
    return sorted((Archived(**row) for row in rows.mappings()), key=lambda one: (one.kind, one.period))


async def every(connection: AsyncConnection) -> dict[tuple[str, str], Archived]:
    """All of it, by kind and period."""
    rows = await connection.execute(select(archives))
    return {(row["kind"], row["period"]): Archived(**row) for row in rows.mappings()}


async def months(connection: AsyncConnection) -> list[Archived]:
    """The files of whole months, the newest first."""
    whole = func.length(archives.c.period) == len("2026-11")
    rows = (await connection.execute(select(archives).where(whole))).mappings()
    return sorted((Archived(**row) for row in rows), key=lambda one: (one.period, one.kind), reverse=True)


async def named(connection: AsyncConnection) -> list[str]:
    """Months of which there is any file, the newest first."""
    month = func.substr(archives.c.period, 1, len("2026-11")).label("month")
    return sorted(await connection.scalars(select(month).distinct()), reverse=True)


async def outdate(connection: AsyncConnection, kind: str, periods: Collection[str]) -> int:
    """Have these made again; how many of them there are. Call inside ``store.write()``."""
    wanted, many = sorted(periods), 0
    for some in (wanted[begin : begin + _AT_ONCE] for begin in range(0, len(wanted), _AT_ONCE)):
        these = (archives.c.kind == kind, archives.c.period.in_(some))
        many += (await connection.execute(update(archives).where(*these).values(stale=True))).rowcount
    return many


async def came(connection: AsyncConnection, after: int, most: int) -> tuple[int, Mapping[str, int]]:
    """Real readings behind a sequence number: how far this look has come, and how many of each day in Japan."""
    columns = (records.c.seq, records.c.type, records.c.status, records.c.measured_at)
    rows = await connection.execute(select(*columns).where(records.c.seq > after).order_by(records.c.seq).limit(most))
    days: dict[str, int] = {}
    for seq, kind, status, measured in rows:
        after = seq
        if kind == "reading" and status == Status.ACTUAL:
            day = measured.astimezone(JAPAN).date().isoformat()
            days[day] = days.get(day, 0) + 1
    return after, days


async def first_came(connection: AsyncConnection) -> datetime | None:
    """When the oldest record that is still there came in."""
    oldest = select(records.c.received_at).order_by(records.c.seq).limit(1)
    return (await connection.execute(oldest)).scalar()


async def total_bytes(connection: AsyncConnection) -> int:
    """Of all files together."""
    return int(await connection.scalar(select(func.coalesce(func.sum(archives.c.bytes), 0))) or 0)


def files(rows: Iterable[Archived]) -> dict[str, set[str]]:
    """The names that lie in each kind's folder if all is well."""
    named: dict[str, set[str]] = {}
    for one in rows:
        if not one.withdrawn:
            named.setdefault(one.kind, set()).add(f"{one.period}.{one.sha256}")
    return named
