"""How to reach the senders of reports: it goes first, and each time that some went the chronology says so, with proof.

In the transaction that deletes, everything is looked through once more: what would still have to go, and marks that
lead nowhere. The entry has the numbers, until when, and a hash over what was deleted, as it lay there sealed: who has a
copy can show that a row in it is one of these, and nobody learns from it who anybody was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.instant import iso_utc
from feeds.status import Status
from rules.reports.case import GONE, State
from rules.requests.turn import Turn
from services.retention.way import Due, Picked
from services.store import chronology, reporters
from services.store.chronology import Entry
from services.store.tables_reporters import reporter_marks
from services.store.tables_reporters import reporters as sealed
from services.store.tables_reports import report_cases, report_events
from services.store.tables_requests import requests

_OVER = [one.value for one in sorted({*GONE, State.EXPIRED})]
PROOF = "reporters"  # in the refs of the entry


@dataclass(frozen=True, slots=True)
class Said:
    """Who deletes, why, and when (hub time); ``why`` names nobody."""

    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Senders:
    """``latest``: by when they came, whatever became of it; else by when what they are about was over."""

    latest: bool = False

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many, and when the oldest came."""
        found = select(func.count(), func.min(sealed.c.arrived_at)).where(self._may_go(before))
        count, oldest = (await connection.execute(found)).one()
        return Due(count, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The oldest."""
        found = select(sealed.c.id).where(self._may_go(before)).order_by(sealed.c.arrived_at).limit(most)
        keys = (await connection.scalars(found)).all()
        return Picked(keys) if keys else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:
        """Those that still may go, with the proof."""
        still = select(sealed.c.id).where(sealed.c.id.in_(picked.keys), self._may_go(before))
        numbers = (await connection.scalars(still)).all()
        why = f"{'arrived' if self.latest else 'ended'} before {iso_utc(before)}"
        return await prove(connection, numbers, Said("retention", why, now), self._may_go(before))

    def _may_go(self, before: datetime) -> ColumnElement[bool]:
        return sealed.c.arrived_at < before if self.latest else or_(_of_reports(before), _of_requests(before))


async def prove(
    connection: AsyncConnection, numbers: Sequence[int], said: Said, overdue: ColumnElement[bool] | None = None
) -> int:
    """Delete these, look again, and write down what was found; how many went. Call inside ``store.write()``.

    ``overdue``: what else should be gone by now.
    """
    rows = await reporters.these(connection, numbers)
    if not rows:
        return 0
    digest = hashlib.sha256()
    for row in rows:
        digest.update(row.whose.encode() + b"\0" + row.sealed.data)
    gone = await reporters.drop(connection, [row.id for row in rows])
    left = len(await reporters.these(connection, numbers))
    due = 0
    if overdue is not None:
        due = int(await connection.scalar(select(func.count()).select_from(sealed).where(overdue)) or 0)
    loose = await lost_marks(connection)
    found = f"消した行の残り{left}件、期限を過ぎた残り{due}件、宙に浮いた索引{loose}件"
    text = f"通報者の連絡先を{gone}件消した。照合：{found}"
    refs = {PROOF: digest.hexdigest(), "gone": str(gone), "left": str(left), "due": str(due), "why": said.why}
    status = Status.ACTUAL if any(row.status is Status.ACTUAL for row in rows) else rows[0].status
    entry = Entry(at=said.at, status=status, kind="system", who=said.who, text=text, refs=refs)
    await chronology.append(connection, [entry])
    return gone


async def lost_marks(connection: AsyncConnection) -> int:
    """Hashes that lead to nobody. There must be none."""
    nobody = ~exists().where(sealed.c.id == reporter_marks.c.reporter)
    return int(await connection.scalar(select(func.count()).select_from(reporter_marks).where(nobody)) or 0)


def _of_reports(before: datetime) -> ColumnElement[bool]:
    """Its case is over, and nobody has done anything with it since."""
    lately = exists().where(report_events.c.case == report_cases.c.id, report_events.c.at >= before)
    over = and_(report_cases.c.key == sealed.c.about, report_cases.c.state.in_(_OVER), ~lately)
    return and_(sealed.c.request.is_(None), sealed.c.arrived_at < before, exists().where(over))


def _of_requests(before: datetime) -> ColumnElement[bool]:
    over = and_(requests.c.id == sealed.c.request, requests.c.turn == Turn.OVER, requests.c.changed_at < before)
    return and_(sealed.c.arrived_at < before, exists().where(over))
