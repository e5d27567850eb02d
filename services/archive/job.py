"""The job: one file at a time, written aside, named by its digest, and told of only once it lies on disk."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

import structlog

from services.archive.kind import Kind, Rows
from services.archive.known import Known
from services.archive.period import Period, day_of
from services.archive.plan import Plan, Work, withheld
from services.archive.registry import KINDS
from services.archive.shelf import NOTHING, FullError, Packed, Packing, Shelf, of
from services.clock import Clock
from services.configuration.retention import Retention
from services.lease import Leased
from services.store import archives, cursors
from services.store.archives import Archived
from services.store.engine import Store
from services.store.records import latest_seq

log = structlog.get_logger()
_BEGIN, _CAME = "archive:begin", "archive:came"
_LOOKED_AT_ONCE = 20_000  # records
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Made(NamedTuple):
    """What came of a piece of work. ``new``: it is not what was there before."""

    row: Archived
    new: bool


class Archive:
    """The loop. ``troubles`` are for /ops: nothing is lost while there is no room, it is made when there is."""

    name = "archive"
    EVERY = 300.0  # seconds between two looks when nothing is to be made
    REST = 0.5  # seconds between two files

    def __init__(self, store: Store | Leased, clock: Clock, shelf: Shelf, known: Known, kept: Retention) -> None:
        self._store, self._clock, self._shelf, self._known, self._kept = store, clock, shelf, known, kept
        self._kinds: Sequence[Kind] = [one for one in KINDS.values() if one.offered(known)]
        self._queue: Iterator[Work] = iter(())
        self.troubles: list[str] = []

    async def step(self) -> bool:
        """One file; False where nothing is to be made, or there is no room for it."""
        work = next(self._queue, None)
        if work is None:
            self._queue = await self._look()
            work = next(self._queue, None)
        if work is None:
            self.troubles = []
            return False
        try:
            await self.make(work)
        except FullError as full:
            self._queue, self.troubles = iter(()), [str(full)]
            return False
        self.troubles = []
        return True

    async def run(self, periods: Sequence[Period]) -> list[Made]:
        """The finished days of these, for a person who asks, and the months that they lie in. Raises FullError."""
        wanted = {day.name for one in periods for day in one.days}
        months = {one.month for one in periods}
        plan = await self._plan()
        made = [await self.make(work) for work in plan.days(again=wanted) if work.period.name in wanted]
        plan = await self._plan()
        return made + [await self.make(work) for work in plan.months() if work.period in months]

    async def make(self, work: Work) -> Made:
        """One file, or its end. Raises FullError."""
        async with self._store.read() as connection:
            before = await archives.find(connection, work.kind.id, work.period.name)
            taken = await archives.total_bytes(connection)
        if work.withdraw:
            packed = NOTHING
        else:
            await asyncio.to_thread(self._shelf.room, taken)
            packed = await self._packed(work, before)
        row = _row(work, packed, before, withheld(work.kind, self._known), self._clock.now())
        async with self._store.write() as connection:
            await archives.put(connection, row)
        made = Made(row, before is None or before.version != row.version)
        if made.new:
            log.info("archive", kind=row.kind, period=row.period, version=row.version, rows=row.rows, bytes=row.bytes)
        return made

    async def _packed(self, work: Work, before: Archived | None) -> Packed:
        """The file, in its place: still nobody's until a row names it. The one before, where it says the same."""
        kind, name = work.kind, work.period.name
        try:
            with self._shelf.writing(kind.id, name, kind.head()) as packing:
                await self._fill(work, packing)
                packed = await asyncio.to_thread(packing.end)
                if before is not None and before.content == packed.content and self._shelf.has(before):
                    self._shelf.drop(kind.id, name)
                    return of(before)
                await asyncio.to_thread(self._shelf.keep, kind.id, name, packed)
        except OSError as error:
            if error.errno in _FULL:
                raise FullError(f"オープンデータを書くディスクが一杯です（{kind.id} {name}）") from error
            raise
        return packed

    async def _fill(self, work: Work, packing: Packing) -> None:
        """Rows out of the store for a day, the rows of its days for a month."""
        kind = work.kind
        if not work.period.whole:
            async for rows in kind.read(self._store, self._known, work.period):
                await asyncio.to_thread(_add, packing, kind, rows)
            return
        for day in (await self._plan()).parts(kind, work.period) or ():
            if not day.withdrawn:
                path = self._shelf.path(day.kind, day.period, day.sha256)
                await asyncio.to_thread(packing.append, path, of(day))

    async def _look(self) -> Iterator[Work]:
        """What is to be made now."""
        await self._hear()
        plan = await self._plan()
        named = archives.files(plan.rows.values())
        await asyncio.to_thread(self._shelf.sweep, KINDS, named)
        return iter(list(plan.days()) or list(plan.months()))

    async def _plan(self) -> Plan:
        begin = await self._begin()
        async with self._store.read() as connection:
            rows = await archives.every(connection)
        there = {one.id: await asyncio.to_thread(self._shelf.names, one.id) for one in self._kinds}
        return Plan(
            kinds=self._kinds,
            known=self._known,
            kept=self._kept,
            begin=begin,
            rows=rows,
            there=there,
            now=self._clock.now(),
        )

    async def _begin(self) -> date:
        """The first day of which the store knew anything when archives began."""
        async with self._store.read() as connection:
            begin = await cursors.position(connection, _BEGIN)
            first = None if begin else await archives.first_came(connection)
            newest = await latest_seq(connection)
        if not begin:
            begin = day_of(first or self._clock.now()).toordinal()
            async with self._store.write() as connection:
                await cursors.move(connection, _BEGIN, begin)
                await cursors.move(connection, _CAME, newest)
        return date.fromordinal(begin)

    async def _hear(self) -> None:
        """Have those days made again of which something came, or went, since they were made."""
        await self._begin()
        for kind in (one for one in self._kinds if one.moved):
            assert kind.moved is not None
            found = await kind.moved(self._store, self._known, self._clock.now())
            async with self._store.read() as connection:
                rows = [one for one in (await archives.every(connection)).values() if one.kind == kind.id]
            days = [one for one in rows if not (Period(one.period).whole or one.withdrawn)]
            other = {one.period for one in days if one.content != sha256(found.get(one.period, b"")).hexdigest()}
            if other:
                async with self._store.write() as connection:
                    await archives.outdate(connection, kind.id, other)
        while await self._hear_readings():
            pass

    async def _hear_readings(self) -> bool:
        async with self._store.read() as connection:
            after = await cursors.position(connection, _CAME)
            upto, days = await archives.came(connection, after, _LOOKED_AT_ONCE)
        if upto == after:
            return False
        async with self._store.write() as connection:
            for kind in (one for one in self._kinds if one.outlasts == "readings"):
                await archives.outdate(connection, kind.id, days)
            await cursors.move(connection, _CAME, upto)
        return True


def _add(packing: Packing, kind: Kind, rows: Rows) -> None:
    packing.add(kind.lines(rows), len(rows))


def _row(work: Work, packed: Packed, before: Archived | None, kept_out: str, now: datetime) -> Archived:
    same = before is not None and before.content == packed.content and before.withdrawn == work.withdraw
    return Archived(
        kind=work.kind.id,
        period=work.period.name,
        begins=work.period.begins,
        ends=work.period.ends,
        sha256=packed.sha256,
        content=packed.content,
        bytes=packed.bytes,
        rows=packed.rows,
        head=packed.head,
        version=1 if before is None else before.version + (not same),
        before="" if before is None else before.before if same else before.sha256,
        made_at=before.made_at if before is not None and same else now,
        looked_at=now,
        withheld=kept_out,
    )
