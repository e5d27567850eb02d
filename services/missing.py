"""Telegrams that a feed names and that could not be fetched yet: when each is tried again, and what waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from feeds.jma.atom import Entry

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 15.0, 900.0
_ENOUGH = 8  # half an hour of attempts at what the server says is not there, or at what does not come whole
_FORGOTTEN_AFTER_S = 4 * 86_400.0  # longer than an entry stays in any feed


@dataclass
class _Try:
    entry: Entry
    attempts: int
    due: float
    first: float


class Missing:
    """Kept in memory only: after a restart everything missing is tried at once."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._tries: dict[str, _Try] = {}

    def is_due(self, entry: Entry) -> bool:
        """True for what was never tried, and for what has waited long enough."""
        known = self._tries.get(entry.link)
        return known is None or known.due <= self._timer()

    def found(self, entry: Entry) -> None:
        self._tries.pop(entry.link, None)

    def failed(self, entry: Entry, *, lasting: bool, final: bool) -> bool:
        """Note a failure. True where it is to be given up: at once, or (``lasting``) after enough attempts."""
        now = self._timer()
        attempt = self._tries.setdefault(entry.link, _Try(entry, 0, now, now))
        attempt.attempts += 1
        if final or (lasting and attempt.attempts >= _ENOUGH):
            del self._tries[entry.link]
            return True
        attempt.due = now + min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** (attempt.attempts - 1))
        self._forget(now)
        return False

    def overtaken(self, entry: Entry) -> bool:
        """True where a newer telegram of the same series is missing: told alone, the older would be stale news."""
        return any(one.entry.series == entry.series and one.entry > entry for one in self._tries.values())

    def stubborn(self) -> list[str]:
        """Links that failed several times."""
        return [link for link, one in self._tries.items() if one.attempts >= _ENOUGH]

    def _forget(self, now: float) -> None:
        self._tries = {link: one for link, one in self._tries.items() if now - one.first < _FORGOTTEN_AFTER_S}
