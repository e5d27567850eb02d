"""One road station over the last hours: what lies on its road now, since when, and what will within three hours.

Ahead, the surface goes on as it went in the last ninety minutes, damped, while moisture and precipitation stay as they
are: good for the hours of a nowcast and no longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.air.humidity import dew_point, snow_share
from geo.model import Sample
from geo.road.ice import PRACTICE, Road, RoadConfig, classify, icy, icy_probability
from geo.road.treatment import PRACTICE as TREATMENT
from geo.road.treatment import TreatmentConfig, freezing_point, over_time, remaining
from geo.series.believed import believe, plausible, slope_per_hour
from geo.series.lately import as_of

Values: TypeAlias = npt.NDArray[np.float64]
Series: TypeAlias = Mapping[str, Sequence[Sample]]  # of one station, by quantity

_HOUR = timedelta(hours=1)
_TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchConfig:
    """What a city may set."""

    road: RoadConfig = PRACTICE
    treatment: TreatmentConfig = TREATMENT
    memory: timedelta = timedelta(hours=6)  # of ice that is not over, snow that lies, and de-icer
    stale: timedelta = timedelta(minutes=60)  # an older value is not believed any more
    slope_over: timedelta = timedelta(minutes=90)
    fastest_c_h: float = 3.0
    leads: tuple[timedelta, ...] = tuple(timedelta(minutes=30 * step) for step in range(1, 7))
    error_c_h: float = 0.8  # error of the surface temperature ahead, per hour
    snow_half_life: timedelta = timedelta(hours=3)  # of snow on a road that is driven on; of that on a warm one
    snow_half_life_warm: timedelta = timedelta(minutes=30)
    clear_c: float = 1.0  # what was icy is not over before it was this warm, or dry, for so long
    clear_for: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The first time at which the road is expected to be icy."""

    at: datetime
    condition: str
    surface_c: float
    probability: float  # of icy at any time up to three hours ahead


@dataclass(frozen=True, slots=True)
class Watch:
    """One road now. ``condition`` is the last one seen; ``held`` is an icy one that is not surely over."""

    newest: Sample
    condition: str
    held: str
    since: datetime  # of the icy condition, else of the newest value
    surface_c: float
    freezing_c: float
    guessed: bool  # nobody measures the surface: it is taken from the air's temperature
    probability: float
    ahead: Ahead | None
    deicer_g_m2: float = 0.0
    used: tuple[Sample, ...] = field(default=())  # every newest value that went in


def watch(series: Series, now: datetime, config: WatchConfig | None = None) -> Watch | None:
    """The road now; None where nothing tells of its temperature. Values after ``now`` are not looked at."""
    config = config or WatchConfig()
    known = {
        name: [sample for sample in plausible(samples, now, -100, 10_000) if now - sample.at <= config.memory]
        for name, samples in series.items()
    }
    measured = known.get("road_temperature", [])
    guessed = not measured or now - measured[-1].at > config.stale
    clock = known.get("air_temperature", []) if guessed else measured
    if not clock or now - clock[-1].at > config.stale:
        return None
    times = [sample.at for sample in clock]
    road, salt = _road(known, times, config)
    conditions = classify(road, config.road)
    held, since = _held(conditions, road, times, config)
    last = _last(road)
    return Watch(
        newest=clock[-1],
        condition=str(conditions[-1]),
        held=held,
        since=since,
        surface_c=float(last.surface_c[0] if not guessed else last.air_c[0] - config.road.below_air_c),
        freezing_c=float(last.freezing_c[0]),
        guessed=guessed,
        probability=float(icy_probability(last, config.road)[0]),
        ahead=_ahead(last, clock, float(salt[-1]), config),
        deicer_g_m2=float(salt[-1]),
        used=tuple(samples[-1] for samples in known.values() if samples and now - samples[-1].at <= config.stale),
    )


def _road(known: Series, times: Sequence[datetime], config: WatchConfig) -> tuple[Road, Values]:
    """The road, and the de-icer on it, at each of the times."""

    def at(name: str, within: timedelta = config.stale) -> Values:
        return as_of(known.get(name, ()), times, within)

    surface, air, humidity, water = at("road_temperature"), at("air_temperature"), at("humidity"), at("water_film")
    ten = 6 * at("rain_10min", 2 * _TEN_MINUTES)
    rate = np.where(np.isnan(ten), at("rain_1h", _HOUR + _TEN_MINUTES), ten)
    # Without a thermometer in the air the road tells: rain onto a cold road is worse than snow, so the doubt is rain's.
    snowing = np.nan_to_num(snow_share(np.where(np.isnan(air), surface, air))) >= 0.5
    dew, lying = at("dew_point"), at("snow_film")
    rain = np.where(snowing, np.where(np.isnan(rate), np.nan, 0.0), rate)
    snowfall = np.where(snowing, rate, np.where(np.isnan(rate), np.nan, 0.0))
    fallen = _snow(times, np.where(np.isnan(surface), air - config.road.below_air_c, surface), snowfall, config)
    salt = over_time(times, _spread(known.get("deicer", ()), times), rain, config.treatment)
    road = Road(
        surface_c=surface,
        air_c=air,
        dew_c=np.where(np.isnan(dew), dew_point(air, humidity), dew),
        water_mm=water,
        snow_mm=np.where(np.isnan(lying), fallen, lying),
        rain_mm_h=rain,
        snowfall_mm_h=snowfall,
        freezing_c=freezing_point(salt, water, config.treatment),
    )
    return road, salt


def _snow(times: Sequence[datetime], surface: Values, snowfall: Values, config: WatchConfig) -> Values:
    """Snow on a road that nobody measures, in mm of water: what fell, less what traffic and warmth took. NaN while no
    snowfall is known."""
    lying, last, found = 0.0, times[0], []
    for time, heat, rate in zip(times, surface, snowfall, strict=True):
        hours = (time - last) / _HOUR
        half_life = config.snow_half_life_warm if heat > 0 else config.snow_half_life
        lying = lying * 0.5 ** ((time - last) / half_life) + (0.0 if np.isnan(rate) else rate * hours)
        last = time
        found.append(lying)
    return np.where(np.isnan(snowfall), np.nan, np.array(found))


def _spread(deicer: Sequence[Sample], times: Sequence[datetime]) -> Values:
    """What was spread since the time before, g/m²; whatever came before the first time counts there."""
    found = np.zeros(len(times))
    for sample in deicer:
        place = next((i for i, time in enumerate(times) if sample.at <= time), len(times) - 1)
        found[place] += sample.value
    return found


def _held(
    conditions: npt.NDArray[np.str_], road: Road, times: Sequence[datetime], config: WatchConfig
) -> tuple[str, datetime]:
    """The icy condition that holds, and since when: raised at once, over after half an hour of warmth or drought."""
    over = ~icy(conditions) & ((_surface(road, config) >= config.clear_c) | (conditions == "dry"))
    held, since, clear_since = "", times[-1], None
    for time, condition, slippery, cleared in zip(times, conditions, icy(conditions), over, strict=True):
        clear_since = (clear_since or time) if cleared else None
        if slippery:
            held, since = str(condition), (since if held else time)
        elif held and clear_since is not None and time - clear_since >= config.clear_for:
            held = ""
    return held, since if held else times[-1]


def _last(road: Road) -> Road:
    return Road(**{name: getattr(road, name)[-1:] for name in Road.__dataclass_fields__})


def _ahead(last: Road, clock: Sequence[Sample], salt: float, config: WatchConfig) -> Ahead | None:
    """The first icy time within three hours; None where there is none, or where the slope is not known."""
    believed = believe(clock, float("inf"), config.slope_over)
    slope = slope_per_hour(clock, believed, config.slope_over) if believed else None
    if believed is None or slope is None:
        return None
    slope = min(max(slope, -config.fastest_c_h), config.fastest_c_h)
    hours = np.array([lead / _HOUR for lead in config.leads])
    then = _then(last, hours, (0.8 - 0.1 * hours) * hours * slope, salt, config)
    found = np.flatnonzero(icy(conditions := classify(then, config.road)))
    if not len(found):
        return None
    error = config.road.guessed_error_c if then.guessed[0] else config.road.error_c
    chances = icy_probability(then, config.road, np.hypot(error, config.error_c_h * hours))
    first = int(found[0])
    surface = float(_surface(then, config)[first])
    return Ahead(clock[-1].at + config.leads[first], str(conditions[first]), surface, float(chances.max()))


def _then(last: Road, hours: Values, change: Values, salt: float, config: WatchConfig) -> Road:
    """The road at each of the leads."""
    repeated = Road(**{name: np.repeat(getattr(last, name), len(hours)) for name in Road.__dataclass_fields__})
    left = [
        remaining(np.array(salt), lead, last.rain_mm_h[0] * hour, config.treatment)
        for lead, hour in zip(config.leads, hours, strict=True)
    ]
    return replace(
        repeated,
        surface_c=repeated.surface_c + change,
        air_c=repeated.air_c + change,
        freezing_c=freezing_point(np.array(left), repeated.water_mm, config.treatment),
    )


def _surface(road: Road, config: WatchConfig) -> Values:
    return np.where(road.guessed, road.air_c - config.road.below_air_c, road.surface_c)
