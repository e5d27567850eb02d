"""One river gauge: which level it has reached, and how far that may be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.model import Sample
from geo.series.believed import Believed, believe, plausible, slope_per_hour, without_spikes
from geo.station import Station

# threshold → level and name; a small gauge (危機管理型水位計) has the three names of its own
LEVELS: Mapping[str, tuple[int, str]] = {
    "start": (1, "観測開始水位"),
    "standby": (1, "水防団待機水位"),
    "caution": (2, "氾濫注意水位"),
    "judgement": (3, "避難判断水位"),
    "warn": (4, "危険水位"),
    "danger": (4, "氾濫危険水位"),
    "flood": (5, "氾濫開始水位"),
    "overflow": (5, "氾濫発生水位"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeConfig:
    """What a city may set. Metres, and times."""

    step_m: float = 0.3  # an unconfirmed rise counts only up to this
    spike_m: float = 1.0  # an isolated report this far from both neighbours is dropped
    neighbours: timedelta = timedelta(hours=2)  # reports this near can confirm each other
    slope_over: timedelta = timedelta(minutes=60)
    horizon: timedelta = timedelta(hours=3)  # of what is foreseen by extrapolation
    stale: timedelta = timedelta(minutes=30)  # a gauge silent for longer is reported as silent
    keep: timedelta = timedelta(hours=3)  # and its last level stands for this long, marked
    forget: timedelta = timedelta(hours=24)  # then it is known to have run out; silence is never an all-clear
    below_m: float = 20.0  # plausible: this far below the lowest threshold …
    above_m: float = 10.0  # … to this far above the highest


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeState:
    """One gauge at one time."""

    station: Station
    newest: Believed
    level: int
    threshold: str  # the highest one reached, "" for none
    since: datetime
    slope: float | None  # metres per hour
    stale: bool


def possible(station: Station, config: GaugeConfig) -> tuple[float, float] | None:
    """The levels in metres that the gauge can have; None where no threshold is recorded, for then nothing is known."""
    values = [value for name, value in station.thresholds.items() if name in LEVELS]
    return (min(values) - config.below_m, max(values) + config.above_m) if values else None


def judge(station: Station, samples: Sequence[Sample], now: datetime, config: GaugeConfig) -> GaugeState | None:
    """What the gauge says at ``now``; None where it says nothing, is forgotten, or has no recorded threshold."""
    thresholds = {name: value for name, value in station.thresholds.items() if name in LEVELS}
    bounds = possible(station, config)
    if bounds is None:
        return None
    usable = plausible(samples, now, *bounds)
    newest = believe(without_spikes(usable, config.spike_m, config.neighbours), config.step_m, config.neighbours)
    if newest is None or now - newest.at > config.forget:
        return None
    level, threshold = _reached(thresholds, newest.value)
    if newest.alone and level > 1:
        # Nothing to compare with: the gauge is watched, but no evacuation level rests on one report.
        level, threshold = 1, min(thresholds, key=lambda name: thresholds[name])
    return GaugeState(
        station=station,
        newest=newest,
        level=level,
        threshold=threshold,
        since=_since(usable, newest, thresholds.get(threshold, bounds[1])),
        slope=slope_per_hour(usable, newest, config.slope_over),
        stale=now - newest.at > config.stale,
    )


def _reached(thresholds: Mapping[str, float], value: float) -> tuple[int, str]:
    reached = [(LEVELS[name][0], name) for name, threshold in thresholds.items() if value >= threshold]
    return max(reached, default=(0, ""))


def _since(samples: Sequence[Sample], newest: Believed, threshold: float) -> datetime:
    """Since when, without a break in the reports at hand, the level has stood at or above the threshold."""
    since = newest.at
    for sample in reversed(samples[:-1]):
        if sample.value < threshold:
            break
        since = sample.at
    return since
