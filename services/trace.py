"""Following one id through the lines of the log, from the record to the receipts. Pure: lines in, lines out.

The stages name what they took and what they made (:mod:`services.trail`), so a line leads to the next by an id that
both have. A hazard keeps its key for days: it leads to what was drafted after it, and back to its newest line before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
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
    begun = [one for one in lines if one.names(wanted)]
    found = {id(one): one for one in begun}
    for one in begun:
        for other in (*_back(lines, one), *_on(lines, one)):
            found[id(other)] = other
    return sorted(found.values(), key=lambda one: one.at)


def _on(lines: Sequence[Line], begin: Line) -> Iterator[Line]:
    """From a record to its hazards, from these to drafts, from a series to all that was done with it."""
    if begin.event == STORED:
        for one in lines:
            if one.event == CHANGED and one.at >= begin.at and set(one.records) & set(begin.records):
                yield one
                yield from _on(lines, one)
    elif begin.event == CHANGED:
        for one in lines:
            if one.event == DRAFTED and one.at >= begin.at and set(one.hazards) & set(begin.hazards):
                yield one
                yield from _on(lines, one)
    else:
        yield from (one for one in lines if one.series == begin.series)


def _back(lines: Sequence[Line], begin: Line) -> Iterator[Line]:
    """From a series to its drafts, from a draft to the newest lines of its hazards, from these to their records."""
    if begin.event == CHANGED:
        yield from (one for one in lines if one.event == STORED and set(one.records) & set(begin.records))
    elif begin.event == DRAFTED:
        for hazard in begin.hazards:
            before = [one for one in lines if one.event == CHANGED and one.at <= begin.at and hazard in one.hazards]
            for one in before[-1:]:
                yield one
                yield from _back(lines, one)
    elif begin.event != STORED:
        for one in lines:
            if one.event == DRAFTED and one.series == begin.series:
                yield one
                yield from _back(lines, one)
