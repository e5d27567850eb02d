"""Following one id through the lines of the log, from the record to the receipts. Pure: lines in, lines out.

The stages name what they took and what they made (:mod:`services.trail`), so a line leads to the next by an id that
both have. A hazard keeps its key for days: it leads to what was drafted after it, and back to its newest line before.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.trail import CHANGED, DRAFTED, EVENTS, STORED

_OWN = ("trace", "series", "identifier", "delivery")


@dataclass(frozen=True)
class Line:
    """A line of the trail; ``ids`` as it was written."""

    at: str  # ISO 8601 in UTC, so that text order is time order
    event: str
    ids: dict[str, Any]

    def names(self, wanted: str) -> bool:
        """True where the id stands in it, or the number of a row in its span."""
        if wanted in self.records or wanted in self.hazards or wanted in {self.ids.get(name) for name in _OWN}:
            return True
        first, _, last = str(self.ids.get("seqs", "")).partition("-")
        return wanted.isdecimal() and first.isdecimal() and int(first) <= int(wanted) <= int(last)

    @property
    def records(self) -> Sequence[str]:
        return self.ids.get("records") or ()

    @property
    def hazards(self) -> Sequence[str]:
        return self.ids.get("hazards") or ()

    @property
    def series(self) -> str:
        return str(self.ids.get("series", ""))


def read(texts: Iterable[str]) -> list[Line]:
    """The lines of the trail among all others, of several processes in the order of their times."""
    return sorted(_read(texts), key=lambda one: one.at)


def _read(texts: Iterable[str]) -> Iterator[Line]:
    for text in texts:
        if not any(event in text for event in EVENTS):
            continue
        try:
            ids = json.loads(text)
        except ValueError:
            continue  # a line that broke off when its disk was full
        if isinstance(ids, dict) and ids.get("event") in EVENTS:
            yield Line(str(ids.pop("timestamp", "")), str(ids.pop("event")), ids)


def follow(lines: Sequence[Line], wanted: str) -> list[Line]:
    """What led to the id and what came of it; empty where no line names it."""
    begun, index = [one for one in lines if one.names(wanted)], _Index(lines)
    found = _walked(begun, index.on) | _walked(begun, index.back)
    return sorted(found.values(), key=lambda one: one.at)


def _walked(begun: Iterable[Line], further: Callable[[Line], Iterable[Line]]) -> dict[int, Line]:
    """These lines and all that they lead to, each once: what holds for days is named by thousands."""
    found: dict[int, Line] = {}
    ahead = list(begun)
    while ahead:
        one = ahead.pop()
        if id(one) not in found:
            found[id(one)] = one
            ahead.extend(further(one))
    return found


class _Index:
    """Which lines name an id, in the order of time."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._stored: dict[str, list[Line]] = defaultdict(list)  # by record
        self._seen: dict[str, list[Line]] = defaultdict(list)  # changes, by record
        self._changed: dict[str, list[Line]] = defaultdict(list)  # by hazard
        self._drafted: dict[str, list[Line]] = defaultdict(list)  # by hazard
        self._of: dict[str, list[Line]] = defaultdict(list)  # by series
        for one in lines:
            if one.event in (STORED, CHANGED):
                for record in one.records:
                    (self._stored if one.event == STORED else self._seen)[record].append(one)
            if one.event in (CHANGED, DRAFTED):
                for hazard in one.hazards:
                    (self._changed if one.event == CHANGED else self._drafted)[hazard].append(one)
            if one.series:
                self._of[one.series].append(one)

    def on(self, begin: Line) -> Iterator[Line]:
        """From a record to its hazards, from these to drafts, from a series to all that was done with it."""
        if begin.event in (STORED, CHANGED):
            ids, known = (begin.records, self._seen) if begin.event == STORED else (begin.hazards, self._drafted)
            for one in ids:
                later = known.get(one, [])
                yield from later[bisect_left(later, begin.at, key=_at) :]
        else:
            yield from self._of.get(begin.series, [])

    def back(self, begin: Line) -> Iterator[Line]:
        """From a series to its drafts, from a draft to the newest lines of its hazards, from these to their records."""
        if begin.event == CHANGED:
            for record in begin.records:
                yield from self._stored.get(record, [])
        elif begin.event == DRAFTED:
            for hazard in begin.hazards:
                before = self._changed.get(hazard, [])
                yield from before[: bisect_right(before, begin.at, key=_at)][-1:]
        elif begin.event != STORED:
            yield from (one for one in self._of.get(begin.series, []) if one.event == DRAFTED)


def _at(line: Line) -> str:
    return line.at
