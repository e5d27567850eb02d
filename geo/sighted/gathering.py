"""Where sightings gather: fixed places with the number of separate events in each, in classes.

What comes out depends on whole days and whole places only. A report that moves inside its place, or comes at another
hour without being linked to others, changes nothing; fewer than three events in a place are not told of; and the number
is told in classes, so that one report more or less is hardly ever seen, and then without its hour.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from feeds.japan import JAPAN
from geo.mesh import Cell
from geo.sighted.squares import mesh_cell

LEAST = 3  # events, below which a cell is not told of
_CLASSES = ((LEAST, 5), (6, 10), (11, None))
_EARTH_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One report: when, in which place, and its key, which tells reports apart and is told to nobody.

    A place is the code of an area, or a cell of the regional mesh as :func:`~geo.sighted.squares.mesh_place` writes it.
    """

    at: datetime
    place: str
    key: str


@dataclass(frozen=True, slots=True)
class Link:
    """Reports that may be of one thing: so close in time, and reachable at that speed. 0: in the same place only."""

    gap: timedelta
    speed_kmh: float


@dataclass(frozen=True, slots=True)
class Gathering:
    """Events of a place. ``low`` and ``high`` bound their number; ``weight`` counts one of days ago for less."""

    place: str
    low: int
    high: int | None  # None: no upper bound
    weight: float


def gatherings(seen: Iterable[Seen], today: date, half_life_days: float, link: Link | None) -> list[Gathering]:
    """Places with three or more separate events on days before ``today``, in order.

    An event that passed through several places counts once in each; its age is that of its newest report there.
    """
    reports = sorted(set(seen), key=lambda one: (one.at, one.key))
    events: dict[str, dict[int, int]] = defaultdict(dict)  # place → event → age in days
    for one, event in zip(reports, _events(reports, link), strict=True):
        age = (today - one.at.astimezone(JAPAN).date()).days - 1
        events[one.place][event] = min(age, events[one.place].get(event, age))
    return [
        Gathering(place, *_bounds(len(ages)), weight=sum(0.5 ** (age / half_life_days) for age in ages.values()))
        for place, ages in sorted(events.items())
        if len(ages) >= LEAST
    ]


def _events(reports: Sequence[Seen], link: Link | None) -> list[int]:
    """For each report, in order of time, the number of its event: links carry over from report to report."""
    group = list(range(len(reports)))

    def root(place: int) -> int:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    for later, one in enumerate(reports if link else ()):
        assert link is not None
        for earlier in range(later - 1, -1, -1):
            if one.at - reports[earlier].at > link.gap:
                break
            if root(earlier) != root(later) and _linked(reports[earlier], one, link):
                group[root(later)] = root(earlier)
    return [root(place) for place in range(len(reports))]


def _linked(earlier: Seen, later: Seen, link: Link) -> bool:
    if earlier.place == later.place:
        return True
    one, other = mesh_cell(earlier.place), mesh_cell(later.place)
    if link.speed_kmh <= 0 or one is None or other is None:
        return False
    hours = (later.at - earlier.at) / timedelta(hours=1)
    return _apart_m(one, other) <= 1000 * link.speed_kmh * hours


def _apart_m(one: Cell, other: Cell) -> float:
    """The least that can lie between points of two cells, roughly: whoever stands at a border is counted once."""
    (west, south, east, north), (lon, lat), (to_lon, to_lat) = one.bounds, one.centre, other.centre
    across = great_circle_m((west, south), (east, north))
    return max(0.0, great_circle_m((lon, lat), (to_lon, to_lat)) - across)


def great_circle_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two points (longitude, latitude in degrees) on the sphere."""
    (lon, lat), (to_lon, to_lat) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))


def _bounds(count: int) -> tuple[int, int | None]:
    return next((low, high) for low, high in _CLASSES if high is None or count <= high)
