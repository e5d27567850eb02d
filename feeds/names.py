"""What devices call their measurements: the built-in table from their words to the hub's quantities and units.

A word is looked up without its case, with camelCase taken apart, and without a unit at its end: ``snowDepth``,
``snow_depth`` and ``SNOW_DEPTH_CM`` are one quantity, the last with its unit told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from feeds.quantities import QUANTITIES
from feeds.units import conversion


@dataclass(frozen=True, slots=True)
class Named:
    """A word's meaning. ``unit`` is empty where the word does not tell it."""

    quantity: str
    unit: str = ""


WORDS: Mapping[str, str] = {
    **{name: name for name in QUANTITIES},
    **dict.fromkeys(("air", "temperature", "temp", "air_temp", "outdoor_temperature", "ambient"), "air_temperature"),
    **dict.fromkeys(("road", "road_temp", "road_surface", "surface_temperature", "pavement"), "road_temperature"),
    **dict.fromkeys(("depth", "snow", "snowdepth", "snow_height", "snow_level"), "snow_depth"),
    **dict.fromkeys(("level", "water", "stage", "river_level", "waterlevel"), "water_level"),
    **dict.fromkeys(("flow", "flow_rate"), "discharge"),
    **dict.fromkeys(("rainfall", "precipitation", "precip"), "rain"),
    **dict.fromkeys(("hum", "rh", "relative_humidity"), "humidity"),
    **dict.fromkeys(("dewpoint", "dew"), "dew_point"),
    **dict.fromkeys(("wind", "windspeed"), "wind_speed"),
    **dict.fromkeys(("gust", "windgust", "gust_speed"), "wind_gust"),
    **dict.fromkeys(("wind_dir", "winddir", "winddirection"), "wind_direction"),
    **dict.fromkeys(("press", "barometric_pressure", "atmospheric_pressure", "barometer"), "pressure"),
    **dict.fromkeys(("inundation", "flood_depth"), "inundation_depth"),
    **dict.fromkeys(("soil", "soil_humidity", "vwc"), "soil_moisture"),
    **dict.fromkeys(("angle", "inclination"), "tilt"),
    **dict.fromkeys(("intensity", "shindo"), "seismic_intensity"),
    **dict.fromkeys(("bat", "batt", "battery_level", "battery_percent"), "battery"),
    **dict.fromkeys(("voltage", "vbat", "battery_v"), "battery_voltage"),
}
_UNITS: Mapping[str, str] = {
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "c": "Cel",
    "cel": "Cel",
    "degc": "Cel",
    "celsius": "Cel",
    "hpa": "hPa",
    "pa": "Pa",
    "kpa": "kPa",
    "pct": "%",
    "percent": "%",
    "v": "V",
    "mv": "mV",
    "ms": "m/s",
    "mps": "m/s",
    "kmh": "km/h",
    "deg": "deg",
    "m3s": "m3/s",
    "gal": "gal",
}
# What radios and their servers say of themselves beside what was measured.
_OF_THE_RADIO = frozenset(
    ("linkquality", "rssi", "snr", "lqi", "lsnr", "sf", "dr", "fcnt", "f_cnt", "fport", "f_port", "counter")
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9_]+")


def named(word: str) -> Named | None:
    """What a device means by the word; None where the table does not know it. A unit must be one of the quantity's."""
    plain = plain_word(word)
    if plain in WORDS:
        return Named(WORDS[plain])
    stem, _, ending = plain.rpartition("_")
    quantity, unit = WORDS.get(stem), _UNITS.get(ending)
    if quantity is None or unit is None or conversion(unit, QUANTITIES[quantity].unit) is None:
        return None
    return Named(quantity, unit)


def plain_word(word: str) -> str:
    """The word in lower case, its parts joined by underscores."""
    return _CAMEL.sub("_", word).lower().replace("-", "_").replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Words:
    """The table with a city's own words before it: by (station, word), or by ("", word) for every station.

    A word may stand there as the device writes it, or as the checks tell it (``snow_hgt`` for ``Snow Hgt``). None
    stands for a word that was looked at and is no measurement worth keeping.
    """

    own: Mapping[tuple[str, str], Named | None] = field(default_factory=dict)

    def of(self, station: str, word: str) -> Named | None:
        """What the word means there; None: nothing that is to be kept. A word nobody knows is its own quantity."""
        for known in (word, _as_quantity(word)) if self.own else ():
            for key in ((station, known), ("", known)):
                if key in self.own:
                    return self.own[key]
        if plain_word(word) in _OF_THE_RADIO:
            return None
        return named(word) or Named(_as_quantity(word))

    def before(self, other: Words) -> Words:
        """Both; these count where both know a word."""
        return Words({**other.own, **self.own})


TABLE_ONLY = Words()


def _as_quantity(word: str) -> str:
    """A word as the name of a quantity that the checks will not know: it then waits for somebody to say what it is."""
    return _NOT_IN_NAMES.sub("_", plain_word(word)).strip("_")[:64] or "unnamed"
