"""The journal into the store that is back: every act, once, in one transaction, and again changes nothing.

What came in goes before, piece by piece: a record is known by its key, so what is cut off begins again and doubles
nothing, and a long night's readings neither fill the memory nor hold up everybody who writes.

Alerts, approvals and deliveries come as they are: what the journal calls sent stays so, and what it does not know is
looked up by its channel before it is tried again. Entries of the log are appended in their order, each with the hash
that it has in the journal, under a head that names the journal: whoever has both can lay one beside the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.records import CapTelegram, Reading, Record, Telegram
from feeds.status import Status
from services.minimal.journal import KIND, name_of
from services.store import chronology, records
from services.store.chronology import Entry
from services.store.codec import from_json
from services.store.delivery_state import DeliveryState
from services.store.engine import Store
from services.store.tables import alerts, approvals, broken_glass, outbox
from services.store.tables import chronology as log_table
from services.store.tables import records as came_in

_AT_ONCE = 500
_HEARD: dict[str, type[Record]] = {"reading": Reading, "telegram": Telegram, "cap": CapTelegram}
_OPEN = frozenset({DeliveryState.WAITING.value, DeliveryState.SENDING.value, DeliveryState.UNKNOWN.value})


class BringingError(Exception):
    """Nothing was brought in; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """How much was new to the store."""

    entries: int
    alerts: int
    deliveries: int
    open: int  # of these: to be looked up, or still to be sent
    records: int


async def bring_in(journal: Store, store: Store, now: datetime) -> Brought:
    """All of the journal that the store has not yet. Raises BringingError, and whatever the store raises."""
    name = await name_of(journal)
    async with journal.read() as connection:
        if (broken := await chronology.first_broken(connection)) is not None:
            raise BringingError(f"the journal was changed at entry {broken}; nothing was brought in")
        tables = [(one, await _rows(connection, one)) for one in (alerts, approvals, broken_glass, outbox)]
        log = (await connection.execute(select(log_table).order_by(log_table.c.seq))).mappings().all()
    heard = await _bring_records(journal, store)
    async with store.write() as connection:
        upto = await _upto(connection, name)
        new = [row for row in log if row["seq"] > upto]
        put = {table.name: await _put(connection, table, rows) for table, rows in tables}
        if new:
            await chronology.append(connection, [_head(name, new, now), *(_entry(row, name) for row in new)])
    return Brought(
        entries=len(new),
        alerts=len(put["alerts"]),
        deliveries=len(put["outbox"]),
        open=sum(row["state"] == DeliveryState.UNKNOWN.value for row in put["outbox"]),
        records=heard,
    )


async def _upto(connection: AsyncConnection, name: str) -> int:
    """The number of the journal's last entry that the store has."""
    heads = await connection.scalars(select(log_table.c.refs).where(log_table.c.kind == KIND))
    return max((int(refs["upto"]) for refs in heads if refs.get("journal") == name and "upto" in refs), default=0)


async def _bring_records(journal: Store, store: Store) -> int:
    """What came in, each with the moment at which it did; how much of it is new."""
    new, behind = 0, 0
    columns = (came_in.c.seq, came_in.c.type, came_in.c.received_at, came_in.c.body)
    while True:
        chosen = select(*columns).where(came_in.c.type.in_(_HEARD), came_in.c.seq > behind)
        async with journal.read() as connection:
            rows = (await connection.execute(chosen.order_by(came_in.c.seq).limit(_AT_ONCE))).all()
        if not rows:
            return new
        async with store.write() as connection:
            for at, some in groupby(rows, lambda row: row.received_at):
                one = [from_json(_HEARD[row.type], row.body) for row in some]
                new += len((await records.save(connection, one, at)).new)
        behind = rows[-1].seq


async def _rows(connection: AsyncConnection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def _put(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are new there. What the store has already is as good, or better: it went on with it."""
    key = table.primary_key.columns
    series = sorted({row["series"] for row in rows})
    there = {tuple(row) for row in await connection.execute(select(*key).where(table.c.series.in_(series)))}
    new = [_as_known(table, row) for row in rows if tuple(row[one.name] for one in key) not in there]
    for begin in range(0, len(new), _AT_ONCE):
        await connection.execute(insert(table), new[begin : begin + _AT_ONCE])
    return new


def _as_known(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A delivery that is not over may be out: nobody knows since when the journal stands still."""
    if table is not outbox or row["state"] not in _OPEN:
        return row
    return {**row, "state": DeliveryState.UNKNOWN.value, "after_unknown": True, "lease_until": None}


def _head(name: str, new: Sequence[RowMapping], now: datetime) -> Entry:
    first, last = new[0], new[-1]
    text = f"最小運転の記録 {len(new)} 件を取り込んだ（{first['at'].isoformat()} から {last['at'].isoformat()} まで）"
    refs = {"journal": name, "upto": str(last["seq"]), "hash": last["hash"]}
    return Entry(at=now, status=Status(last["status"]), kind=KIND, who="minimal", text=text, refs=refs)


def _entry(row: RowMapping, name: str) -> Entry:
    refs = {**row["refs"], "journal": name, "journal_hash": row["hash"]}
    return Entry(
        at=row["at"], status=Status(row["status"]), kind=row["kind"], who=row["who"], text=row["text"], refs=refs
    )
