"""What lies on a road surface now: a classifier by rules over surface temperature, moisture and precipitation.

The words are those of road-weather models (their state codes 1 to 8, frost and black ice told apart), the rules those
of road-weather practice. Arrays of one shape; NaN is what no instrument told. Without any temperature and film there
is no condition: unknown is not dry.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.air.humidity import frost_point_of

Values: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Words: TypeAlias = npt.NDArray[np.str_]

CONDITIONS = (
    "dry",
    "wet",
    "ice_or_snow",
    "mixture",  # water and snow or ice together
    "dew",
    "melting_snow",
    "frost",
    "black_ice",
    "icing_rain",
    "unknown",
)
ICY = frozenset({"ice_or_snow", "mixture", "frost", "black_ice", "icing_rain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadConfig:
    """What a city may set. mm of water on the road, °C."""

    layer_mm: float = 0.2  # a film, or snow, counts from here
    # The surface is colder than the air under a clear calm sky and about as cold else: where no one measures it, this
    # is taken off the air's temperature. The errors are those of a good road sensor, and of such a guess.
    below_air_c: float = 2.0
    error_c: float = 0.5
    guessed_error_c: float = 1.5
    error_mm: float = 0.05


PRACTICE = RoadConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One road surface, or many: every field an array of the same shape, NaN where unknown."""

    surface_c: Values
    air_c: Values
    dew_c: Values
    water_mm: Values
    snow_mm: Values  # water equivalent of snow or ice on the road
    rain_mm_h: Values
    snowfall_mm_h: Values
    freezing_c: Values  # 0, lower where de-icer lies

    @property
    def guessed(self) -> Flags:
        """Where the surface temperature has to be guessed from the air's."""
        return np.isnan(self.surface_c)


def classify(road: Road, config: RoadConfig = PRACTICE) -> Words:
    """The condition of each surface: one of :data:`CONDITIONS`."""
    surface = _surface(road, config)
    wet, white = _lying(road, config)
    raining, snowing = road.rain_mm_h > 0, road.snowfall_mm_h > 0
    cold = surface <= np.minimum(road.freezing_c, 0.0)
    thirsty = ~raining & ~snowing & ~wet & ~white
    rules: tuple[tuple[Flags, str], ...] = (  # the first that holds speaks
        (raining & cold, "icing_rain"),
        (wet & white, "mixture"),
        (wet & cold, "black_ice"),
        (white & cold, "ice_or_snow"),
        (white, "melting_snow"),
        (thirsty & cold & (surface < frost_point_of(road.dew_c)), "frost"),
        (wet, "wet"),
        (thirsty & (surface > 0) & (surface < road.dew_c), "dew"),
        (np.isnan(surface), "unknown"),
    )
    return np.select([rule for rule, _ in rules], [word for _, word in rules], default="dry")


def icy(condition: Words) -> Flags:
    """Where the condition is one that is slippery: ice, snow, frost, or a mixture of water with them."""
    return np.isin(condition, sorted(ICY))


def icy_probability(road: Road, config: RoadConfig = PRACTICE, error_c: Values | None = None) -> Values:
    """The share of possible surface temperatures and films at which the surface would be icy, 0 to 1; NaN: unknown.

    The errors of both are taken as normal and independent; equally likely values of them are classified. ``error_c``
    stands in for the configured error of the surface temperature, of the road's shape.
    """
    shape = (-1, *(1,) * road.surface_c.ndim)
    heat = np.repeat(_normal_quantiles(31), 5).reshape(shape)
    film = np.tile(_normal_quantiles(5), 31).reshape(shape) * config.error_mm
    error = np.where(road.guessed, config.guessed_error_c, config.error_c) if error_c is None else error_c
    possible = replace(
        road,
        surface_c=_surface(road, config) + error * heat,
        water_mm=road.water_mm + film,
        snow_mm=road.snow_mm + film,
    )
    known = classify(road, config) != "unknown"
    return np.where(known, icy(classify(possible, config)).mean(axis=0), np.nan)


def _surface(road: Road, config: RoadConfig) -> Values:
    return np.where(road.guessed, road.air_c - config.below_air_c, road.surface_c)


def _lying(road: Road, config: RoadConfig) -> tuple[Flags, Flags]:
    """Where water, and where snow or ice, lies; what falls stands in where no one measures what lies."""
    wet = np.where(np.isnan(road.water_mm), road.rain_mm_h > 0, road.water_mm >= config.layer_mm)
    white = np.where(np.isnan(road.snow_mm), road.snowfall_mm_h > 0, road.snow_mm >= config.layer_mm)
    return wet, white


@cache
def _normal_quantiles(count: int) -> tuple[float, ...]:
    return tuple(NormalDist().inv_cdf((i + 0.5) / count) for i in range(count))
