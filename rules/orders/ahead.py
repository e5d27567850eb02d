"""How much snow is expected until the finish hour: for each moment the newest forecast that speaks of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.snow_ahead import SnowSpan, Terrain
from geo.snow.foretold import Bulletin, Foretold
from rules.orders.decision import Expected

_HOUR = timedelta(hours=1)
_BY_HAND = -9  # finer than any area: a person knows what they write it for


class Take(StrEnum):
    """What counts of a range of centimetres."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasting:
    """How a city reads forecasts. ``mountain``: its sections in which what is foreseen for mountains counts."""

    take: Take = Take.HIGH
    mountain: frozenset[str] = frozenset()


@dataclass(slots=True)
class Snow:
    """What is foreseen for a stretch of time; centimetres. ``until``: where the forecasts end before it does."""

    cm: float = 0.0
    low_cm: float = 0.0
    high_cm: float = 0.0
    sources: dict[str, None] = field(default_factory=dict)
    refs: dict[str, None] = field(default_factory=dict)
    until: datetime | None = None


def noted(one: Expected, section: str) -> Foretold:
    """What a member of staff wrote down, for a section or, where that is empty, all of them."""
    hours = (one.until - one.at) / _HOUR
    return Foretold(
        span=SnowSpan(start=one.at, until=one.until, low_cm=one.cm, high_cm=one.cm, over_h=hours),
        issued_at=one.at,
        source=one.source,
        ref="",
        sections=frozenset({section}) if section else None,
        rank=_BY_HAND,
    )


def note(one: Expected, section: str) -> Bulletin:
    """The same as one forecast of a series, where the past is gone through again."""
    return Bulletin(
        series=f"note|{section}",
        issuer="note",
        order=(one.at,),
        whole=True,
        issued_at=one.at,
        ref="",
        said=(noted(one, section),),
    )


def snow_ahead(
    foretold: Iterable[Foretold], section: str, how: Forecasting, window: tuple[datetime, datetime]
) -> Snow | None:
    """The snow of the window; None where no forecast speaks of any of it. Within its span an amount falls evenly.

    One of fewer hours than its span falls once, in the first of them; of the others whoever else speaks is heard.
    """
    free, found = [window], None
    wanted = Terrain.MOUNTAIN if section in how.mountain else Terrain.PLAIN
    for one in sorted(foretold, key=lambda each: _order(each, wanted)):
        left: list[tuple[datetime, datetime]] = []
        rest = _HOUR * one.span.over_h  # 20 cm in six hours, some time in a day, are not 80 in the day
        for first, last in free:
            start = max(first, one.span.start)
            end = min(last, one.span.until, start + rest)
            if start >= end:
                left.append((first, last))
                continue
            rest -= end - start
            found = found or Snow()
            _add(found, one, (end - start) / _HOUR / one.span.over_h, how.take)
            left += [gap for gap in ((first, start), (end, last)) if gap[0] < gap[1]]
        free = left
        if not free:
            break
    if found is not None and free:
        found.until = _reaches(free, window)
    return found


def of_range(low: float, high: float, take: Take) -> float:
    """What counts of it."""
    return {Take.LOW: low, Take.MIDDLE: (low + high) / 2, Take.HIGH: high}[take]


def _order(one: Foretold, wanted: Terrain) -> tuple[float, int, int, float, float]:
    """The newest first; of one hour of issue the finest area, its own part of it, and the shortest steps."""
    terrains = (wanted, Terrain.ANY)
    elsewhere = terrains.index(one.terrain) if one.terrain in terrains else len(terrains)
    return -one.issued_at.timestamp(), one.rank, elsewhere, one.span.over_h, -one.span.high_cm


def _add(snow: Snow, one: Foretold, share: float, take: Take) -> None:
    low, high = one.span.low_cm * share, one.span.high_cm * share
    snow.low_cm += low
    snow.high_cm += high
    snow.cm += of_range(low, high, take)
    snow.sources[one.source] = None
    if one.ref:
        snow.refs[one.ref] = None


def _reaches(free: Sequence[tuple[datetime, datetime]], window: tuple[datetime, datetime]) -> datetime:
    """Where the last stretch begins of which nobody speaks; the end of the window where that lies inside of it."""
    last = max(free)
    return last[0] if last[1] == window[1] else window[1]
