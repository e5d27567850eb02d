"""A limit on failed logins, per name at an address and per address, in bounded memory.

None counts a name alone: who can call from twenty networks, which takes one line with IPv6, could lock the duty officer
out with it. It would guard nothing, either: passwords are made by us, and no number of guesses finds one of 99 bits.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
PER_PAIR, PER_ADDRESS = 5, 20
_MEMORY = 10_000  # keys; the ones longest untouched are forgotten first


class LoginLimit:
    """Counts attempts before they are judged, so that parallel guesses do not slip under it."""

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()

    def admit(self, name: str, address: str, now: datetime) -> timedelta | None:
        """Count an attempt and return None, or return how long to wait when there were too many."""
        waits = [self._wait(key, limit, now) for key, limit in _keys(name, address)]
        longest = max((wait for wait in waits if wait), default=None)
        if longest is None:
            for key, _ in _keys(name, address):
                self._tries.setdefault(key, []).append(now)
                self._tries.move_to_end(key)
            while len(self._tries) > _MEMORY:
                self._tries.popitem(last=False)
        return longest

    def forgive(self, name: str, address: str) -> None:
        """A login that went well clears the name at this address and does not count for the wider limit."""
        for position, (key, _) in enumerate(_keys(name, address)):
            if position == 0:
                self._tries.pop(key, None)
            elif self._tries.get(key):
                self._tries[key].pop()

    def take_back(self, name: str, address: str) -> None:
        """The last attempt was none; what stood before it stays."""
        for key, _ in _keys(name, address):
            if self._tries.get(key):
                self._tries[key].pop()

    def __len__(self) -> int:
        return len(self._tries)

    def _wait(self, key: tuple[str, str], limit: int, now: datetime) -> timedelta | None:
        recent = [at for at in self._tries.get(key, ()) if at > now - WINDOW]
        if key in self._tries:
            self._tries[key] = recent
        return recent[-limit] + WINDOW - now if len(recent) >= limit else None


def _keys(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    network = network_of(address)
    folded = name.casefold()[:64]
    return ((folded, network), PER_PAIR), (("", network), PER_ADDRESS)


def network_of(address: str) -> str:
    """What counts as one client: an IPv6 customer owns a /64 and could take a new address each time."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
