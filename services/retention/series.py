"""Series of alerts: each goes whole, with everything that was agreed, sent and told of it, or not at all.

So a reference from one revision to another never leads nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import State
from rules.ledger import OPEN
from services.retention.way import Due, Picked
from services.store import chronology
from services.store.chronology import Entry
from services.store.delivery_state import DeliveryState
from services.store.tables import alerts, approvals, broken_glass, hold_offs, outbox
from services.store.tables_calls import calls
from services.store.tables_subscribers import fanouts, tellings

_OPEN = [state.value for state in OPEN]
_OVER = [state.value for state in State if state not in OPEN]
_MOVING = [state.value for state in (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.UNKNOWN)]


@dataclass(frozen=True, slots=True)
class Series:
    """Those of some statuses that are over, and have been for long enough by each of their revisions."""

    statuses: tuple[Status, ...]

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many series, and when the oldest revision of them was written."""
        found = select(func.count(alerts.c.series.distinct()), func.min(alerts.c.sent)).where(self._may_go(before))
        count, oldest = (await connection.execute(found)).one()
        return Due(count, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """Their names. A series has many rows elsewhere: fewer at a time."""
        found = select(alerts.c.series).where(self._may_go(before)).group_by(alerts.c.series)
        names = (await connection.scalars(found.order_by(func.min(alerts.c.sent)).limit(max(1, most // 20)))).all()
        return Picked(names) if names else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:
        """Everything of them; that they went is written down."""
        still = select(alerts.c.series).where(alerts.c.series.in_(picked.keys), self._may_go(before)).distinct()
        names = (await connection.scalars(still.order_by(alerts.c.series))).all()
        if not names:
            return 0
        sent = select(outbox.c.id).where(outbox.c.series.in_(names))
        await connection.execute(delete(fanouts).where(fanouts.c.delivery.in_(sent)))
        for table in (tellings, outbox, approvals, broken_glass, hold_offs, alerts):
            await connection.execute(delete(table).where(table.c.series.in_(names)))
        await chronology.append(connection, [_gone(names, self.statuses[0], now)])
        return len(names)

    def _may_go(self, before: datetime) -> ColumnElement[bool]:
        """Old revisions are found by the index; then all of their series are looked at."""
        any_one, mine = alerts.alias("any_one"), alerts.c.series
        stays = or_(any_one.c.state.in_(_OPEN), any_one.c.expires >= before, any_one.c.changed_at >= before)
        return and_(
            alerts.c.status.in_([status.value for status in self.statuses]),
            alerts.c.state.in_(_OVER),
            alerts.c.expires < before,
            ~exists().where(any_one.c.series == mine, stays),
            ~exists().where(outbox.c.series == mine, outbox.c.state.in_(_MOVING)),
            ~exists().where(broken_glass.c.series == mine, broken_glass.c.signed_by.is_(None)),
            ~exists().where(calls.c.closed_at.is_(None), calls.c.key.contains(mine)),
        )


def _gone(names: Sequence[str], status: Status, now: datetime) -> Entry:
    many = f"ほか{len(names) - 1}系列" if len(names) > 1 else ""
    text = f"保存期間を過ぎた発表の記録を消した：{names[0]}{many}"
    return Entry(at=now, status=status, kind="system", who="retention", text=text, refs={"series": names[0]})
