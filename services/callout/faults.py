"""Faults of the line, as it tells them in sentences, held until they have lasted and until they have stayed away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_CAUSE = re.compile(r"：|(?<!）): ")  # behind 「）: 」 stands what another process says
_FIGURES = re.compile(r"[0-9]+([.,:][0-9]+)*")
_SETTLED = timedelta(minutes=2)  # a fault that comes back sooner is the same one
_LONGEST = 200


@dataclass(slots=True)
class _Fault:
    sentence: str
    first: datetime
    last: datetime


class Faults:
    """Kept in memory: after a restart a fault has its patience again, and a call that is open waits for that."""

    def __init__(self, patience: timedelta) -> None:
        self._patience = patience
        self._known: dict[str, _Fault] = {}
        self._began: datetime | None = None

    def look(self, sentences: Iterable[str], now: datetime) -> list[tuple[str, str, datetime]]:
        """Key, sentence and since when, of every fault that has lasted."""
        self._began = min(self._began or now, now)  # a clock that was set back does not make it later
        for sentence in sentences:
            fault = self._known.setdefault(key_of(sentence), _Fault(sentence, now, now))
            fault.sentence, fault.first, fault.last = sentence[:_LONGEST], min(fault.first, now), now
        self._known = {key: one for key, one in self._known.items() if now - one.last <= _SETTLED}
        lasted = [(key, one) for key, one in self._known.items() if now - one.first >= self._patience]
        return [(key, one.sentence, one.first) for key, one in lasted]

    def sure(self, now: datetime) -> bool:
        """True where a fault that is not told is over: after a start it has to be seen first."""
        return self._began is not None and now - self._began > self._patience + _SETTLED


def key_of(sentence: str) -> str:
    """The same fault, whatever its figures and the cause behind the colon."""
    return _FIGURES.sub("#", _CAUSE.split(sentence, maxsplit=1)[0])[:_LONGEST]
