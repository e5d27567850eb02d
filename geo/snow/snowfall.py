"""New snow from a depth gauge (降雪の深さ): the sum of what each hour added, as Japanese practice counts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from math import ceil
from statistics import median

from geo.model import Sample
from geo.series.believed import plausible

LOWEST_CM, HIGHEST_CM = -2.0, 500.0  # a gauge over bare ground may read a little below nothing


@dataclass(frozen=True, slots=True)
class NewSnow:
    """Snow fallen over a period, in centimetres; with hours missing it is at least so much."""

    cm: float
    at_least: bool


def depth_now(samples: Sequence[Sample], now: datetime, within: timedelta) -> Sample | None:
    """The newest report with the median depth of its last hour, cm and at least 0; None where it is older than
    ``within``. One report of a bird on the gauge weighs nothing on a roof."""
    backwards = (one for back in reversed(samples) for one in plausible((back,), now, LOWEST_CM, HIGHEST_CM))
    newest = next(backwards, None)  # a day of reports is not walked through for the last hour of it
    if newest is None or now - newest.at > within:
        return None
    before = takewhile(lambda one: newest.at - one.at < timedelta(hours=1), backwards)
    return replace(newest, value=max(0.0, median([newest.value, *(one.value for one in before)])))


def hourly(samples: Sequence[Sample], newest: datetime, hours: int = 25) -> list[float | None]:
    """Depth in each clock hour up to that of ``newest``, oldest first: the median of its values, at least 0 cm; None
    for an hour without any. A value on the full hour belongs to the hour that ends there."""
    of_hour: dict[int, list[float]] = defaultdict(list)
    last = clock_hour(newest)
    for sample in samples:
        of_hour[clock_hour(sample.at)].append(max(0.0, sample.value))
    return [median(of_hour[hour]) if hour in of_hour else None for hour in range(last - hours + 1, last + 1)]


def clock_hour(at: datetime) -> int:
    """Number of the clock hour that ends at, or next after, the time."""
    return ceil(at.timestamp() / 3600)


def without_jumps(hours: Sequence[float | None], jump: float) -> list[float | None]:
    """Take out an hour that stands more than ``jump`` cm from the hour before and is not confirmed by the one after."""
    kept: list[float | None] = []
    for value, after in pairwise([*hours, None]):
        before = next((one for one in reversed(kept) if one is not None), None)
        strange = value is not None and before is not None and abs(value - before) > jump
        confirmed = value is not None and after is not None and abs(after - value) <= jump
        kept.append(None if strange and not confirmed else value)
    return kept


def new_snow(hours: Sequence[float | None], dead_band: float, jump: float = float("inf")) -> NewSnow:
    """Sum of the positive hourly differences (降雪の深さ), as Japanese practice counts it.

    Differences are taken from the last depth that left the dead band, so that slow snow adds up and noise does not. A
    confirmed step of more than ``jump`` is a moved gauge, not snow: counting goes on from there.
    """
    fallen = 0.0
    reference: float | None = None
    before: tuple[int, float] | None = None  # the last known hour and its depth
    for hour, value in enumerate(hours):
        if value is None:
            continue
        if before is None or reference is None:
            reference = value
        elif abs(step := value - reference) >= dead_band:
            believable = value - before[1] <= jump * (hour - before[0])
            fallen += step if step > 0 and believable else 0.0
            reference = value
        before = (hour, value)
    return NewSnow(fallen, any(value is None for value in hours))
