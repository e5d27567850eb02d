"""A limit on what anybody may send, per client and in all, in bounded memory.

In memory, not in the store: a flood shall cost the hub's only writer nothing. Several processes count each for itself.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from feeds.set_back import beyond
from services.web.auth_limit import network_of

WINDOW = timedelta(minutes=10)
_MEMORY = 10_000  # clients; the ones longest untouched are forgotten first


class ReportLimit:
    """Counts what is let in. ``per_client`` and ``in_all`` are reports in ten minutes, or in another window."""

    def __init__(self, per_client: int, in_all: int, window: timedelta = WINDOW) -> None:
        self._per_client, self._in_all, self._window = per_client, in_all, window
        self._all: deque[datetime] = deque()
        self._clients: OrderedDict[str, deque[datetime]] = OrderedDict()

    def admit(self, address: str, now: datetime) -> timedelta | None:
        """Count one and return None, or return how long to wait; one that is turned away does not count."""
        client = self._clients.setdefault(network_of(address), deque())
        self._clients.move_to_end(network_of(address))
        while len(self._clients) > _MEMORY:
            self._clients.popitem(last=False)
        waits = [self._wait(client, self._per_client, now), self._wait(self._all, self._in_all, now)]
        longest = max((wait for wait in waits if wait), default=None)
        if longest is None:
            client.append(now)
            self._all.append(now)
        return longest

    def _wait(self, times: deque[datetime], most: int, now: datetime) -> timedelta | None:
        while times and not now - self._window < times[0] <= beyond(now):
            times.popleft()
        return times[-most] + self._window - now if len(times) >= most else None
