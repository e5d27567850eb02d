"""Moisture of the air: wet-bulb temperature, dew point, frost point, and the share of precipitation that is snow.

Temperatures in °C, relative humidity in per cent, arrays of any one shape. NaN in, NaN out.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

# Magnus formula after Sonntag (1990): slope and offset in °C, over water and over ice. Both meet at 6.112 hPa and 0 °C.
_WATER = (17.62, 243.12)
_ICE = (22.46, 272.62)
# Share of snow by wet-bulb temperature: Yamazaki (2001). Half of it at the middle, °C.
_MIDDLE, _STEEPNESS, _EXPONENT = 1.1, 2.2, 1.3


def wet_bulb(air_c: Values, humidity: Values) -> Values:
    """Wet-bulb temperature near sea level (Stull, 2011), °C. Meant for 5–99 % and −20 to 50 °C; NaN outside."""
    fitted = (humidity >= 5) & (humidity <= 99) & (air_c >= -20) & (air_c <= 50)
    rh = np.where(fitted, humidity, np.nan)
    return np.asarray(
        air_c * np.arctan(0.151977 * np.sqrt(rh + 8.313659))
        + np.arctan(air_c + rh)
        - np.arctan(rh - 1.676331)
        + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh)
        - 4.686035
    )


def dew_point(air_c: Values, humidity: Values) -> Values:
    """Where the air would be saturated over water, °C. Dry air (0 %) has none: NaN."""
    return _point(np.log(_moist(humidity) / 100) + _magnus(air_c), _WATER)


def frost_point(air_c: Values, humidity: Values) -> Values:
    """Where the air would be saturated over ice, °C; ``humidity`` is over water, as weather stations tell it.

    Below 0 °C it is higher than the dew point, and hoar frost grows on whatever is colder than it.
    """
    return _point(np.log(_moist(humidity) / 100) + _magnus(air_c), _ICE)


def frost_point_of(dew_c: Values) -> Values:
    """The frost point of air whose dew point (over water) is known, °C."""
    return _point(_magnus(dew_c), _ICE)


def snow_share(wet_bulb_c: Values) -> Values:
    """The share of precipitation that falls as snow, 0 to 1 (Yamazaki, 2001)."""
    tail = 0.5 * np.exp(-_STEEPNESS * np.abs(_MIDDLE - wet_bulb_c) ** _EXPONENT)
    return np.where(wet_bulb_c < _MIDDLE, 1 - tail, tail)


def _moist(humidity: Values) -> Values:
    return np.where(humidity > 0, humidity, np.nan)


def _magnus(temperature: Values) -> Values:
    """Logarithm of the saturation pressure over water by that at 0 °C."""
    return _WATER[0] * temperature / (_WATER[1] + temperature)


def _point(logarithm: Values, over: tuple[float, float]) -> Values:
    slope, offset = over
    return np.asarray(offset * logarithm / (slope - logarithm))
