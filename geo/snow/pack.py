"""The snow pack at one gauge now: its water by the winter's depths, and what one may believe of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import isnan

from geo.model import Sample
from geo.series.season import daily_depths
from geo.snow.daily_depth import DepthError, filled
from geo.snow.density import density_g_cm3, winter_day
from geo.snow.water import SLF, hs2swe
from geo.snow.water_delta import PAPER, delta_snow

_BARE_CM = 2.0  # a winter that begins with more than this was not seen from its beginning
_LATE_DAYS = 2  # the last 06:00 depths may be missing for so long
_JAPAN_AHEAD = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class SnowPack:
    """Water in mm, which is kg/m². ``gained_mm`` are the last days' gains, oldest first, the day so far the last."""

    depth_cm: float
    swe_mm: float
    low_mm: float
    before_mm: float  # of the 06:00 before the last: what there was to melt
    followed: bool  # by the layer models from bare ground on; else the density is a bracket from above
    gained_mm: tuple[float, ...] = ()


def pack_now(hours: Sequence[Sample], newest: Sample, now: datetime) -> SnowPack:
    """The pack from the winter's hourly depths and the newest reading, cm. Hours after ``now`` are not looked at."""
    depth = max(0.0, newest.value)
    days = daily_depths(hours, now)
    late = next((back for back, one in enumerate(reversed(days)) if not isnan(one)), len(days))
    try:
        _, depths = filled(days)
    except DepthError:
        depths = []
    if not depths or depths[0] > _BARE_CM or late > _LATE_DAYS:
        return _bracketed(depth, now)
    daily, low = _followed(tuple(depths))
    fresh = max(0.0, depth - depths[-1]) * SLF.new / 100
    most = depth * SLF.densest / 100  # a pack that has sunk since cannot hold more than this
    gains = [max(0.0, one - before) for before, one in zip((0.0, *daily), daily, strict=False)]
    return SnowPack(
        depth_cm=depth,
        swe_mm=min(daily[-1] + fresh, most),
        before_mm=daily[-2] if len(daily) > 1 else daily[-1],
        low_mm=min(low + max(0.0, depth - depths[-1]) * PAPER.new / 100, most),
        followed=True,
        gained_mm=(*gains, *(0.0,) * late, fresh),
    )


def _bracketed(depth: float, now: datetime) -> SnowPack:
    """Without the winter's beginning: the heaviest and the lightest that such a depth may weigh."""
    heavy = 10 * depth * density_g_cm3(depth, winter_day((now + _JAPAN_AHEAD).date()))
    return SnowPack(depth_cm=depth, swe_mm=heavy, low_mm=depth * SLF.new / 100, before_mm=heavy, followed=False)


@lru_cache(maxsize=512)
def _followed(depths: tuple[float, ...]) -> tuple[tuple[float, ...], float]:
    """HS2SWE of every day and ΔSNOW of the last, mm. The days of a winter stay as they are: reckoned once a day."""
    low = 0.0
    for pack in delta_snow(depths):
        low = pack.swe_mm
    return tuple(pack.swe_mm for pack in hs2swe(depths)), low
