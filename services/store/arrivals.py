"""What came in, in the order it came, a stretch at a time: how a back-test reads the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.lalert.types import LalertDocument
from feeds.records import Report, Telegram
from feeds.status import Status
from geo.series.heard import Heard
from services.store.codec import from_json
from services.store.tables import records

_AHEAD = timedelta(days=1)  # no sender's clock is believed that far ahead
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_KINDS: dict[str, type[Telegram] | type[Report] | type[LalertDocument]] = {
    "telegram": Telegram,
    "report": Report,
    "lalert": LalertDocument,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record that models read, and when the hub heard of it."""

    received_at: datetime
    seq: int
    measured_at: datetime
    subject: str
    thing: Heard | Telegram | Report | LalertDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What came in (after, until]; without ``after`` all that came by ``until``. None of it older than ``oldest``.

    With ``by_measured`` the same is asked of the time that the records speak of, however late they came.
    """

    status: Status
    after: datetime | None
    until: datetime
    oldest: Mapping[str, datetime]  # by type: reading, telegram, report, lalert
    by_measured: bool = False

    def of(self, kind: str) -> tuple[ColumnElement[bool], ...]:
        """The conditions on a row of this type."""
        about, came = records.c.measured_at, records.c.received_at
        chosen = (records.c.type == kind, records.c.status == self.status.value)
        if self.by_measured:
            return (*chosen, about >= self.oldest[kind], about > (self.after or _LONG_AGO), about <= self.until)
        fresh = about.between(self.oldest[kind], self.until + _AHEAD)
        return (*chosen, fresh, came > (self.after or _LONG_AGO), came <= self.until)


async def arrived(connection: AsyncConnection, subjects: Iterable[str], stretch: Stretch) -> list[Arrival]:
    """Readings of these subjects that may be believed, and every telegram, report and document, as they came."""
    found = await _readings(connection, subjects, stretch)
    for kind in _KINDS:
        found += await _bodies(connection, kind, stretch)
    if stretch.by_measured:
        return sorted(found, key=lambda one: (one.measured_at, one.seq))
    return sorted(found, key=lambda one: (one.received_at, one.seq))


async def _readings(connection: AsyncConnection, subjects: Iterable[str], stretch: Stretch) -> list[Arrival]:
    wanted = (records.c.measured_at, records.c.value, records.c.key, records.c.held, records.c.late)
    statement = (
        select(records.c.received_at, records.c.seq, records.c.subject, *wanted)
        .where(*stretch.of("reading"), records.c.subject.in_(sorted(subjects)), records.c.value.is_not(None))
        .where(or_(records.c.trusted, records.c.held))
    )
    rows = await connection.execute(statement)
    return [Arrival(at, seq, heard[0], subject, Heard(*heard)) for at, seq, subject, *heard in rows]


async def _bodies(connection: AsyncConnection, kind: str, stretch: Stretch) -> list[Arrival]:
    wanted = (records.c.received_at, records.c.seq, records.c.measured_at, records.c.subject, records.c.body)
    rows = await connection.execute(select(*wanted).where(*stretch.of(kind)))
    return [Arrival(at, seq, about, subject, from_json(_KINDS[kind], body)) for at, seq, about, subject, body in rows]
