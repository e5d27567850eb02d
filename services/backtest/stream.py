"""The store read in the order of arrival, a stretch at a time, so that a season needs no more memory than a day."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feeds.status import Status
from geo.series.heard import Heard
from services.store.arrivals import Arrival, Stretch, arrived
from services.store.engine import Store

_AT_ONCE = timedelta(days=1)


@dataclass(kw_only=True)
class Stream:
    """Arrivals up to ``end``. The first are all that was known at ``start`` and still mattered."""

    store: Store
    subjects: Sequence[str]
    status: Status
    start: datetime
    end: datetime
    windows: Mapping[str, timedelta]  # by type of record, how far back models look
    by_measured: bool = False  # as if everything had come at once
    _ahead: deque[Arrival] = field(default_factory=deque, init=False)
    _read: datetime | None = field(default=None, init=False)

    async def upto(self, now: datetime) -> list[Arrival]:
        """What has come by ``now`` and was not given yet."""
        await self._read_to(now)
        taken: list[Arrival] = []
        while self._ahead and self._at(self._ahead[0]) <= now:
            taken.append(self._ahead.popleft())
        return taken

    async def next_at(self, horizon: datetime) -> datetime | None:
        """When the next one comes, None where none does by ``horizon``."""
        await self._read_to(horizon)
        first = self._at(self._ahead[0]) if self._ahead else None
        return first if first is not None and first <= horizon else None

    async def next_word(self, horizon: datetime) -> datetime | None:
        """When the next one that people wrote comes, None where none does by ``horizon``."""
        await self._read_to(horizon)
        for one in self._ahead:
            if self._at(one) > horizon:
                break
            if not isinstance(one.thing, Heard):
                return self._at(one)
        return None

    def _at(self, arrival: Arrival) -> datetime:
        return arrival.measured_at if self.by_measured else arrival.received_at

    async def _read_to(self, horizon: datetime) -> None:
        while self._read is None or self._read < min(horizon, self.end):
            await self._read_on(self._read)

    async def _read_on(self, after: datetime | None) -> None:
        until = self.start if after is None else min(after + _AT_ONCE, self.end)
        begins = after or self.start
        stretch = Stretch(
            status=self.status,
            after=after,
            until=until,
            oldest={kind: begins - window for kind, window in self.windows.items()},
            by_measured=self.by_measured,
        )
        async with self.store.read() as connection:
            self._ahead.extend(await arrived(connection, self.subjects, stretch))
        self._read = until
