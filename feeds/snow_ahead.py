"""Snow that somebody foresees: how much, where, from when until when. Amounts in centimetres of newly fallen snow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from feeds.status import Status

MOST_CM, MOST_CM_H = 300.0, 30.0  # what no sky has let fall: a fault of the sender, not a forecast
LONGEST = timedelta(hours=96)  # that one amount, or one list of hours, may speak of


class Terrain(StrEnum):
    """Of an amount that holds for a part of an area only."""

    PLAIN = "plain"  # 平地
    MOUNTAIN = "mountain"  # 山地, 山沿い
    ANY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowSpan:
    """``low_cm`` to ``high_cm`` fall in ``over_h`` hours, at any time between ``start`` and ``until``.

    Mostly the hours are those from ``start`` until ``until``; a step of three hours may be told by the six around it.
    """

    start: datetime
    until: datetime
    low_cm: float
    high_cm: float
    over_h: float
    assumed: bool = False  # the sender named no hours: taken for those after the issue
    at_most: bool = False  # ``high_cm`` is only a bound (以下, 未満): nobody says that so much falls


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowAhead:
    """What one telegram foresees for one area. ``place`` is the area's name, and the part of it, as the sender has it;
    several codes are one wide area."""

    codes: tuple[str, ...]
    place: str
    terrain: Terrain
    spans: tuple[SnowSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowForecast:
    """A forecast that a provider sends by itself. ``place`` is the code of a plow section, a district, the city or a
    mesh, or the name of a point, whose longitude and latitude then stand beside it."""

    gateway: str
    place: str
    measured_at: datetime  # when it was issued: of one place the newest counts
    spans: tuple[SnowSpan, ...]
    lon: float | None = None
    lat: float | None = None
    source: str = ""  # whose forecast, as people call them
    status: Status = Status.ACTUAL

    @property
    def key(self) -> str:
        return f"{self.gateway}/forecast/{self.place}@{self.measured_at.isoformat()}/{self.spans[0].start.isoformat()}"

    @property
    def subject(self) -> str:
        return f"{self.gateway}/{self.place}"


def terrain_of(*words: str) -> Terrain:
    """Which part of an area these words mean; 山 alone means nothing, for prefectures are called so."""
    for text in words:
        if any(word in text for word in ("山地", "山沿い", "山間", "山岳")):
            return Terrain.MOUNTAIN
        if any(word in text for word in ("平地", "平野", "平坦")):
            return Terrain.PLAIN
    return Terrain.ANY


def span(start: datetime, until: datetime, low_cm: float, high_cm: float, over_h: float | None = None) -> SnowSpan:
    """The span, as given. Raises ValueError, with the cure, for what cannot be true."""
    hours = (until - start) / timedelta(hours=1)
    if not timedelta(0) < until - start <= LONGEST:
        raise ValueError(f"an amount is for more than nothing and at most {LONGEST / timedelta(hours=1):.0f} hours")
    over = hours if over_h is None else over_h
    if not (math.isfinite(low_cm) and math.isfinite(high_cm) and 0 <= low_cm <= high_cm <= MOST_CM):
        raise ValueError(f"{low_cm:g} to {high_cm:g} cm: send 0 to {MOST_CM:g}, the lower end first")
    if over <= 0 or high_cm / over > MOST_CM_H:
        raise ValueError(f"{high_cm:g} cm in {over:g} h: more than {MOST_CM_H:g} cm an hour do not fall")
    return SnowSpan(start=start, until=until, low_cm=low_cm, high_cm=high_cm, over_h=over)
