"""What sensors measure: the unit the hub keeps, and what is physically possible here.

The ranges are those of Morioka's climate with a wide margin; a value outside of them is a broken sensor, not weather.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One quantity: ``unit`` is kept, ``low`` to ``high`` possible."""

    unit: str
    low: float
    high: float
    jump: float = field(default=float("inf"))  # noise and honest steps, in the kept unit
    rate: float = 0.0  # the fastest honest change per minute
    most: float = float("inf")  # in two hours, or each two hours: a larger change waits for the next report
    flat_after: timedelta | None = None  # a value that stays exactly the same for longer is remarkable

    def honest(self, apart: timedelta) -> float:
        """How far two values may differ that were measured so far apart, in the kept unit."""
        hours = abs(apart.total_seconds()) / 3600
        return min(self.jump + self.rate * 60 * hours, self.most * max(1.0, hours / 2))


QUANTITIES: Mapping[str, Quantity] = {
    "snow_depth": Quantity(unit="cm", low=0, high=600, jump=10, rate=0.5),
    "snowfall": Quantity(unit="cm", low=0, high=200),
    # Many gauges count from sea level: a level of 651 m is a brook in the hills.
    "water_level": Quantity(unit="m", low=-20, high=4000, jump=0.5, rate=0.1, most=1.0, flat_after=_DAY),
    "discharge": Quantity(unit="m3/s", low=0, high=30_000),
    "rain": Quantity(unit="mm", low=0, high=300),
    "rain_10min": Quantity(unit="mm", low=0, high=80),
    "rain_1h": Quantity(unit="mm", low=0, high=250),
    "rain_24h": Quantity(unit="mm", low=0, high=1500),
    "air_temperature": Quantity(unit="Cel", low=-45, high=45, jump=5, rate=0.5, flat_after=_DAY),
    "road_temperature": Quantity(unit="Cel", low=-45, high=80, jump=8, rate=1, flat_after=_DAY),
    "dew_point": Quantity(unit="Cel", low=-60, high=35, jump=5, rate=0.5),
    "humidity": Quantity(unit="%", low=0, high=100),
    "wind_speed": Quantity(unit="m/s", low=0, high=100, flat_after=_DAY),
    "wind_gust": Quantity(unit="m/s", low=0, high=120),
    "wind_direction": Quantity(unit="deg", low=0, high=360),
    "solar_radiation": Quantity(unit="W/m2", low=0, high=1500),
    "pressure": Quantity(unit="hPa", low=850, high=1085, flat_after=_DAY),
    "visibility": Quantity(unit="m", low=0, high=100_000),
    "water_film": Quantity(unit="mm", low=0, high=20),
    "snow_film": Quantity(unit="mm", low=0, high=50),  # water equivalent of snow or ice on the road
    "deicer": Quantity(unit="g/m2", low=0, high=200),  # spread on the road at that time
    "inundation_depth": Quantity(unit="cm", low=0, high=1000, jump=30, rate=10),
    "soil_moisture": Quantity(unit="%", low=0, high=100),
    "tilt": Quantity(unit="deg", low=-180, high=180),
    "seismic_intensity": Quantity(unit="", low=-3, high=8),
    "acceleration": Quantity(unit="gal", low=0, high=5000),
    "battery": Quantity(unit="%", low=0, high=100),
    "battery_voltage": Quantity(unit="V", low=0, high=60),
    "trap_closed": Quantity(unit="", low=0, high=1),  # of a box trap for bears and boars: 1 closed, 0 set
}
# Never for the public, and nothing of a station that measures one of them: people come to look at a trapped bear.
FOR_STAFF = frozenset({"trap_closed"})
