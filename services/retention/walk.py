"""Records that come by the million, and all go by their age: walked through in the order in which they came, once.

No index is asked for, which every record that comes in would have to keep up; how far the walk has come is a cursor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.retention.way import Due, Picked
from services.store import cursors
from services.store.tables import records

_STRIDE = 10  # rows looked at for each that may go in a slice: other kinds lie between


@dataclass(frozen=True, slots=True)
class Walk:
    """The records of one type."""

    type: str

    @property
    def _cursor(self) -> str:
        return f"retention:{self.type}"

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many, and when the oldest came."""
        old = (records.c.type == self.type, records.c.received_at < before)
        found = select(func.count(), func.min(records.c.received_at)).where(*old)
        count, oldest = (await connection.execute(found)).one()
        return Due(count, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """Those among the next rows; none of them is a step of the walk too."""
        after = await cursors.position(connection, self._cursor)
        rows = select(records.c.seq, records.c.type, records.c.received_at).where(records.c.seq > after)
        keys: list[int] = []
        upto = after
        for seq, kind, came in await connection.execute(rows.order_by(records.c.seq).limit(_STRIDE * most)):
            if came >= before or len(keys) == most:
                break
            upto = seq
            if kind == self.type:
                keys.append(seq)
        return Picked(keys, upto) if upto > after else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """A record never changes: what could go may go."""
        await cursors.move(connection, self._cursor, picked.upto)
        if not picked.keys:
            return 0
        return (await connection.execute(delete(records).where(records.c.seq.in_(picked.keys)))).rowcount
