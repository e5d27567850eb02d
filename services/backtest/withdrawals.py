"""Dangers that went because who announced them was mistaken (取消), as far as it was known at the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from feeds.records import Telegram
from feeds.status import Status
from geo.hazard import Hazard
from geo.official.telegrams import WITHDRAWAL
from rules.resting import on_record
from services.store import telegrams
from services.store.arrivals import Arrival
from services.store.engine import Store

_REMEMBERED = timedelta(days=2)  # longer than any rule lets a fall settle


class Withdrawals:
    """``keys``: those of the dangers that are gone whose telegram was withdrawn, after the last look."""

    def __init__(self, store: Store, status: Status, official: frozenset[str]) -> None:
        """``official``: names of the models that read telegrams."""
        self._store, self._status, self._official = store, status, official
        self._gone: dict[str, tuple[datetime, frozenset[str]]] = {}  # since when, and what it rested on
        self.keys: frozenset[str] = frozenset()

    async def look(
        self, now: datetime, before: Mapping[str, Hazard], after: Mapping[str, Hazard], came: Iterable[Arrival]
    ) -> None:
        """The picture has moved, or something came: what nobody took back then is not known to be taken back."""
        left = [one for key, one in before.items() if key not in after and key.split("/")[1] in self._official]
        kept = {key: one for key, one in self._gone.items() if key not in after and now - one[0] < _REMEMBERED}
        moved = bool(left) or len(kept) < len(self._gone) or any(map(_takes_back, came))
        self._gone = kept | {one.key: (now, on_record(one)) for one in left}
        if moved:
            self.keys = await self._withdrawn(now)

    async def _withdrawn(self, now: datetime) -> frozenset[str]:
        named = frozenset().union(*(refs for _, refs in self._gone.values()))
        if not named:
            return frozenset()
        async with self._store.read() as connection:
            back = await telegrams.withdrawn(connection, self._status, named, now, came_by=now)
        return frozenset(key for key, (_, refs) in self._gone.items() if refs and refs <= back)


def _takes_back(arrival: Arrival) -> bool:
    return isinstance(arrival.thing, Telegram) and arrival.thing.info_type == WITHDRAWAL
