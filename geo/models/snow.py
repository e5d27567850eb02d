"""Snow gauges over plow sections: where enough has fallen, or lies, for the plows to go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median
from zoneinfo import ZoneInfo

from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.sections import sections_of
from geo.series import plausible
from geo.station import Station

_JAPAN = ZoneInfo("Asia/Tokyo")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnowConfig:
    """What a city may set. Centimetres, and times. Ten is Morioka's and most cities' figure for sending the plows."""

    new_snow_cm: float = 10.0
    depth_cm: float = 10.0
    over: timedelta = timedelta(hours=12)  # new snow is counted over this long
    dead_band_cm: float = 1.0  # smaller hourly differences are the gauge's noise
    jump_cm: float = 20.0  # more in one hour is not snowfall: a vehicle, a person, or the gauge was moved
    highest_cm: float = 500.0
    lying: float = 0.5  # new snow counts as long as this share of it still lies
    stale: timedelta = timedelta(hours=2)  # an older value is not believed any more


@dataclass(frozen=True, slots=True)
class NewSnow:
    """Snow fallen over a period, in centimetres; with hours missing it is at least so much."""

    cm: float
    at_least: bool


@dataclass(frozen=True, slots=True)
class _State:
    """One gauge at one time."""

    newest: Sample
    depth_cm: float
    new: NewSnow


class Snow:
    """One hazard per plow section and gauge. Wants ``snow_depth`` in centimetres."""

    name = "snow"
    version = "1"
    quantities = frozenset({"snow_depth"})
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: SnowConfig | None = None) -> None:
        self.config = config or SnowConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section whose gauge shows new snow or depth at or above the city's figures."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            state = self._state(inputs.series.get((code, "snow_depth"), ()), inputs.now)
            if state and self._calls(state):
                hazards += [self._hazard(state, station, area, inputs) for area in sections_of(station, ground)]
        return hazards

    def _calls(self, state: _State) -> bool:
        fresh = state.new.cm >= self.config.new_snow_cm and state.depth_cm >= state.new.cm * self.config.lying
        return fresh or state.depth_cm >= self.config.depth_cm

    def _state(self, samples: Sequence[Sample], now: datetime) -> _State | None:
        usable = plausible(samples, now, -2.0, self.config.highest_cm)
        if not usable or now - usable[-1].at > self.config.stale:
            return None
        hours = without_jumps(hourly(usable, usable[-1].at), self.config.jump_cm)
        first = ceil(self.config.over / _HOUR) + 1
        new = new_snow(hours[-first:], self.config.dead_band_cm, self.config.jump_cm)
        depth = next((value for value in reversed(hours) if value is not None), None)
        return None if depth is None else _State(usable[-1], depth, new)

    def _hazard(self, state: _State, station: Station, area: Area, inputs: Inputs) -> Hazard:
        config = self.config
        hours = round(config.over / _HOUR)
        at = state.newest.at.astimezone(_JAPAN)
        fallen = f"{hours}時間の新雪 {state.new.cm:.0f} cm{'以上' if state.new.at_least else ''}"
        text = f"{station.name} 積雪 {state.depth_cm:.0f} cm、{fallen}（{at:%H:%M}）"
        limits = f"基準：新雪 {config.new_snow_cm:g} cm または積雪 {config.depth_cm:g} cm"
        return Hazard(
            kind="snow_depth",
            area=area.code,
            area_name=area.name,
            level=2,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=state.newest.at,
            valid_until=state.newest.at + config.stale,
            headline=text,
            late=state.newest.late,
            source=station.code,
            evidence=(Evidence(ref=state.newest.ref, text=f"{text}。{limits}"),),
            facts={
                "gauge": station.name,
                "gauge_en": station.name_en or station.name,
                "depth_cm": round(state.depth_cm, 1),
                "new_snow_cm": round(state.new.cm, 1),
                "hours": hours,
                "at_least": state.new.at_least,
                "measured_at": at.isoformat("T", "minutes"),
            },
        )


def hourly(samples: Sequence[Sample], newest: datetime, hours: int = 25) -> list[float | None]:
    """Depth in each clock hour up to that of ``newest``, oldest first: the median of its values, at least 0 cm; None
    for an hour without any. A value on the full hour belongs to the hour that ends there."""
    of_hour: dict[int, list[float]] = defaultdict(list)
    last = _hour(newest)
    for sample in samples:
        of_hour[_hour(sample.at)].append(max(0.0, sample.value))
    return [median(of_hour[hour]) if hour in of_hour else None for hour in range(last - hours + 1, last + 1)]


def _hour(at: datetime) -> int:
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
    reference: tuple[int, float] | None = None  # hour and depth
    for hour, value in enumerate(hours):
        if value is None:
            continue
        if reference is None:
            reference = (hour, value)
        elif abs(step := value - reference[1]) >= dead_band:
            believable = step <= jump * (hour - reference[0])
            fallen += step if step > 0 and believable else 0.0
            reference = (hour, value)
    return NewSnow(fallen, any(value is None for value in hours))
