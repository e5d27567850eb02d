"""What sensors measure: the unit the hub keeps, the units it converts from, and what is physically possible here.

The ranges are those of Morioka's climate with a wide margin; a value outside of them is a broken sensor, not weather.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# unit → (factor, offset): kept value = value × factor + offset
Units = Mapping[str, tuple[float, float]]

_LENGTH_CM: Units = {"cm": (1, 0), "mm": (0.1, 0), "m": (100, 0)}
_LENGTH_M: Units = {"m": (1, 0), "cm": (0.01, 0), "mm": (0.001, 0)}
_LENGTH_MM: Units = {"mm": (1, 0), "cm": (10, 0), "m": (1000, 0)}
_CELSIUS: Units = {"Cel": (1, 0), "degC": (1, 0), "°C": (1, 0), "℃": (1, 0), "C": (1, 0), "K": (1, -273.15)}
_PERCENT: Units = {"%": (1, 0), "%RH": (1, 0), "%EL": (1, 0), "/100": (1, 0), "/": (100, 0)}  # the last as SenML has it
_SPEED: Units = {"m/s": (1, 0), "km/h": (1 / 3.6, 0), "kn": (1852 / 3600, 0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity: ``unit`` is kept, ``low`` to ``high`` possible; changes stay within ``jump`` + ``rate``·minutes."""

    unit: str
    units: Units
    low: float
    high: float
    jump: float = field(default=float("inf"))  # noise and honest steps, in the kept unit
    rate: float = 0.0  # the fastest honest change per minute


QUANTITIES: Mapping[str, Quantity] = {
    "snow_depth": Quantity(unit="cm", units=_LENGTH_CM, low=0, high=600, jump=10, rate=0.5),
    "snowfall": Quantity(unit="cm", units=_LENGTH_CM, low=0, high=200),
    # Many gauges count from sea level: a level of 651 m is a brook in the hills.
    "water_level": Quantity(unit="m", units=_LENGTH_M, low=-20, high=4000, jump=0.5, rate=0.1),
    "discharge": Quantity(
        unit="m3/s", units={"m3/s": (1, 0), "L/s": (0.001, 0), "l/s": (0.001, 0)}, low=0, high=30_000
    ),
    "rain": Quantity(unit="mm", units=_LENGTH_MM, low=0, high=300),
    "rain_10min": Quantity(unit="mm", units=_LENGTH_MM, low=0, high=80),
    "rain_1h": Quantity(unit="mm", units=_LENGTH_MM, low=0, high=250),
    "rain_24h": Quantity(unit="mm", units=_LENGTH_MM, low=0, high=1500),
    "air_temperature": Quantity(unit="Cel", units=_CELSIUS, low=-45, high=45, jump=5, rate=0.5),
    "road_temperature": Quantity(unit="Cel", units=_CELSIUS, low=-45, high=80, jump=8, rate=1),
    "dew_point": Quantity(unit="Cel", units=_CELSIUS, low=-60, high=35, jump=5, rate=0.5),
    "humidity": Quantity(unit="%", units=_PERCENT, low=0, high=100),
    "wind_speed": Quantity(unit="m/s", units=_SPEED, low=0, high=100),
    "wind_gust": Quantity(unit="m/s", units=_SPEED, low=0, high=120),
    "wind_direction": Quantity(unit="deg", units={"deg": (1, 0), "°": (1, 0)}, low=0, high=360),
    "pressure": Quantity(unit="hPa", units={"hPa": (1, 0), "Pa": (0.01, 0), "kPa": (10, 0)}, low=850, high=1085),
    "visibility": Quantity(unit="m", units={"m": (1, 0), "km": (1000, 0)}, low=0, high=100_000),
    "water_film": Quantity(unit="mm", units=_LENGTH_MM, low=0, high=20),
    "inundation_depth": Quantity(unit="cm", units=_LENGTH_CM, low=0, high=1000, jump=30, rate=10),
    "soil_moisture": Quantity(unit="%", units=_PERCENT, low=0, high=100),
    "tilt": Quantity(unit="deg", units={"deg": (1, 0), "°": (1, 0)}, low=-180, high=180),
    "seismic_intensity": Quantity(unit="", units={"": (1, 0), "1": (1, 0)}, low=-3, high=8),
    "acceleration": Quantity(unit="gal", units={"gal": (1, 0), "cm/s2": (1, 0), "m/s2": (100, 0)}, low=0, high=5000),
    "battery": Quantity(unit="%", units=_PERCENT, low=0, high=100),
    "battery_voltage": Quantity(unit="V", units={"V": (1, 0), "mV": (0.001, 0)}, low=0, high=60),
}
