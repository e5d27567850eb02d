"""One snow gauge at one time: how deep it lies, what fell since the last pass, and since when it falls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from geo.model import Sample
from geo.series.believed import plausible
from geo.snow.snowfall import HIGHEST_CM, LOWEST_CM, NewSnow, clock_hour, hourly, new_snow, without_jumps

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How snow is counted. Centimetres, and times."""

    over: timedelta = timedelta(hours=12)  # new snow is counted over this long
    dead_band_cm: float = 1.0  # smaller hourly differences are the gauge's noise
    jump_cm: float = 20.0  # more in one hour is not snowfall: a vehicle, a person, or the gauge was moved
    highest_cm: float = HIGHEST_CM
    lying: float = 0.5  # new snow counts as long as this share of it still lies
    stale: timedelta = timedelta(hours=2)  # an older value is not believed any more


@dataclass(frozen=True, slots=True)
class GaugeState:
    """One gauge at one time. ``new`` is counted since ``since``, ``day`` over 24 hours."""

    newest: Sample
    depth_cm: float
    new: NewSnow
    day: NewSnow
    passed_at: datetime | None  # the last pass, where new snow is counted from it
    since: datetime
    began_at: datetime | None  # the end of the hour in which the new snow began; None: there is none
    last_3h_cm: float

    def lies(self, share: float) -> bool:
        """False where more than the rest of the new snow has melted or was taken away."""
        return self.depth_cm >= self.new.cm * share


def gauge_state(
    samples: Sequence[Sample], now: datetime, passed_at: datetime | None, counting: Counting
) -> GaugeState | None:
    """The state at ``now`` of the gauge whose depths (cm, ascending) are given; None where it has been silent."""
    usable = plausible(samples, now, LOWEST_CM, counting.highest_cm)
    if not usable or now - usable[-1].at > counting.stale:
        return None
    newest = usable[-1].at
    over = ceil(counting.over / _HOUR)
    hours = without_jumps(hourly(usable, newest, max(25, over + 1)), counting.jump_cm)
    depth = next((value for value in reversed(hours) if value is not None), None)
    if depth is None:
        return None
    counted, recent = over, None
    if passed_at is not None and newest - counting.over < passed_at <= now:
        recent = passed_at
        counted = clock_hour(newest) - clock_hour(min(recent, newest))

    def fallen(some: Sequence[float | None]) -> NewSnow:
        return new_snow(some, counting.dead_band_cm, counting.jump_cm)

    since = datetime.fromtimestamp((clock_hour(newest) - counted) * 3600, UTC)
    period = hours[-counted - 1 :]
    new = fallen(period)
    began = bisect_left(range(1, len(period)), True, key=lambda upto: fallen(period[: upto + 1]).cm > 0) + 1
    return GaugeState(
        newest=usable[-1],
        depth_cm=depth,
        new=new,
        day=fallen(hours[-25:]),
        passed_at=recent,
        since=since,
        began_at=since + began * _HOUR if new.cm > 0 else None,
        last_3h_cm=fallen(hours[-4:]).cm,
    )
