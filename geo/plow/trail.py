"""Where a vehicle has been, as lines for a map: a new piece where its work changes, each hour, and after a silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

GAP = timedelta(minutes=10)  # so long unheard of, nobody knows the way between
STEP = timedelta(seconds=20)  # finer than this no map of a city shows


@dataclass(frozen=True, slots=True)
class Seen:
    """One fix: where in degrees, when, and at what work; empty: not told."""

    at: datetime
    lon: float
    lat: float
    work: str


@dataclass(slots=True)
class Piece:
    """A line without a break, at one work, within one hour."""

    work: str
    places: list[tuple[float, float]] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)


def trail(seen: Iterable[Seen]) -> list[Piece]:
    """The pieces of one vehicle's way, the oldest first; ``seen`` in the order of time. What is a single point is none.

    A piece begins where the one before ended, so that the line is whole where only its work changed.
    """
    pieces: list[Piece] = []
    last: Seen | None = None
    for one in seen:
        if last is not None and one.at - last.at < STEP and one.work == last.work:
            continue
        if last is None or one.at - last.at > GAP:
            pieces.append(Piece(one.work))
        elif one.work != last.work or one.at.hour != last.at.hour:
            pieces.append(Piece(one.work, [(last.lon, last.lat)], [last.at]))
        pieces[-1].places.append((one.lon, one.lat))
        pieces[-1].times.append(one.at)
        last = one
    return [piece for piece in pieces if len(piece.places) > 1]
