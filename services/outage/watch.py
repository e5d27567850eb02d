"""Watch: notices that a channel does not take what it should, and when it does again tells staff what became of it all.

It looks at the deliveries alone, so it is the same whether the provider was down, our own line, or the hub: something
was issued and was not out minutes later. What it missed, because no process ran, it finds when it is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.bell import Bell
from services.clock import Clock
from services.lease import Leased
from services.outage.fate import LATE, Fate, Outage, fate_of, summary
from services.store import chronology, outages
from services.store.chronology import Entry
from services.store.engine import Store

_AGAIN = timedelta(minutes=10)  # so long after its end, a channel that fails again is in the same outage
_GRAVE = frozenset(Fate) - {Fate.IN_TIME, Fate.WAITING, Fate.SUPERSEDED, Fate.NEEDLESS, Fate.REJECTED}
Key = tuple[str, str]  # channel, status


class Watch:
    """One for the hub; every channel and status for itself, so that a drill's outage is a drill's."""

    name = "outage"
    EVERY = 5.0  # seconds
    BACK = timedelta(days=1)  # how far it looks for what happened while nobody watched

    def __init__(self, store: Store | Leased, bell: Bell, clock: Clock, back: timedelta = BACK) -> None:
        """``back`` is zero in an exercise, whose time ran fast: minutes of it were seconds."""
        self._store, self._bell, self._clock = store, bell, clock
        self._after = clock.now() - back

    async def step(self) -> bool:
        """Begin, end and tell; True if anything was written."""
        now = self._clock.now()
        if self._clock.hurried:
            self._after = now
            return False
        async with self._store.read() as connection:
            looks = await self._looks(connection, now)
        todo = {key: look for key, look in sorted(looks.items()) if look.news}
        if todo:
            async with self._store.write() as connection:
                for key, look in todo.items():
                    await self._write(connection, key, look, now)
            self._bell.ring("outages")
        self._after = max(self._after, now - _AGAIN)
        return bool(todo)

    async def _looks(self, connection: AsyncConnection, now: datetime) -> dict[Key, _Look]:
        waiting = _oldest(await outages.stale(connection, now - LATE))
        ended = await outages.finished(connection, self._after)
        late = _oldest(row for row in ended if fate_of(dict(row)) in _GRAVE)
        known = await outages.last(connection)
        keys = known.keys() | waiting.keys() | late.keys()
        return {key: _Look(known.get(key), waiting.get(key), late.get(key)) for key in keys}

    async def _write(self, connection: AsyncConnection, key: Key, look: _Look, now: datetime) -> None:
        outage = await _running(connection, key, look, now)
        over = look.waiting is None
        if over:
            outage = replace(outage, ended=now)
            await outages.close(connection, outage.id, now, now)
        if over or not look.known or outage.id != look.known.id:  # one that comes back is told of when it is over
            text = summary(outage, await outages.items(connection, outage))
            refs = {"outage": str(outage.id), "channel": outage.channel}
            entry = Entry(at=now, status=outage.status, kind="outage", who=self.name, text=text, refs=refs)
            await chronology.append(connection, [entry])


@dataclass(frozen=True, slots=True)
class _Look:
    """One channel: the outage last written down, since when something waits, since when something came to grief."""

    known: Outage | None
    waiting: datetime | None
    late: datetime | None

    @property
    def news(self) -> bool:
        """True where what is written is not what is so: begun, over, or missed while nobody watched."""
        if self.known is None:
            return self.waiting is not None or self.late is not None
        if self.known.ended is None:
            return self.waiting is None
        return self.waiting is not None or (self.late is not None and self.late > self.known.ended)


async def _running(connection: AsyncConnection, key: Key, look: _Look, now: datetime) -> Outage:
    """The one that goes on, or goes on again, or begins."""
    known, since = look.known, look.waiting or look.late
    if known and known.ended is None:
        return known
    assert since is not None
    if known and known.ended and known.seen_at is None and since <= known.ended + _AGAIN:
        await outages.close(connection, known.id, None, now)
        return replace(known, ended=None)
    channel, status = key[0], Status(key[1])
    number = await outages.begin(connection, channel, status, since, now)
    return Outage(id=number, channel=channel, status=status, began=since, ended=None)


def _oldest(rows: Iterable[RowMapping]) -> Mapping[Key, datetime]:
    found: dict[Key, datetime] = {}
    for row in rows:
        key = (row["channel"], row["status"])
        found[key] = min(found.get(key, row["created_at"]), row["created_at"])
    return found
