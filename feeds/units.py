"""Units as devices write them, turned into the unit that is kept. Pint knows the units; this file knows the spelling.

A conversion is a factor and an offset, worked out once per pair of units: nothing of Pint runs per reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

# SenML (RFC 8428, 8798) and everyday writing, where Pint would not read it or would read something else (C: coulomb).
_SPELLINGS: Mapping[str, str] = {
    **dict.fromkeys(("Cel", "°C", "℃", "C", "degc", "celsius", "Celsius"), "degC"),
    **dict.fromkeys(("°F", "℉", "F", "Fahrenheit"), "degF"),
    **dict.fromkeys(("%", "%RH", "%EL", "/100", "pct"), "percent"),
    **dict.fromkeys(("/", "1", ""), "dimensionless"),
    **dict.fromkeys(("°", "deg", "degrees"), "degree"),
    **dict.fromkeys(("gal", "Gal"), "cm/s**2"),
    **dict.fromkeys(("l", "lit"), "liter"),
    **dict.fromkeys(("kn", "kt", "kts"), "knot"),
    **dict.fromkeys(("t",), "metric_ton"),
}
_ANGLES = frozenset({"degree", "radian", "grade", "turn", "rad"})
_SHAPE = re.compile(r"[^\W\d_]+[0-9]?(?:[/*·. ][^\W\d_]+[0-9]?){0,3}")  # names and exponents: nothing to compute
_EXPONENT = re.compile(r"(?<=[^\W\d_])([0-9])")


@lru_cache(maxsize=1024)  # bounded: senders choose the words
def conversion(unit: str, kept: str) -> tuple[float, float] | None:
    """``(factor, offset)`` so that kept value = value × factor + offset; None where the unit cannot become ``kept``."""
    if unit == kept:
        return 1.0, 0.0
    source, target = _spelled(unit), _spelled(kept)
    if source is None or target is None:
        return None
    if source == target:
        return 1.0, 0.0
    if (source in _ANGLES) != (target in _ANGLES):  # to Pint an angle is a bare number, and so is a percentage
        return None
    return _linear(source, target)


def _spelled(unit: str) -> str | None:
    """The unit for Pint; None for what is not the shape of a unit, and is not given to its parser."""
    if unit in _SPELLINGS:
        return _SPELLINGS[unit]
    plain = unicodedata.normalize("NFKC", unit).strip()  # ㎝, ｍ, ㎥ and m³ too
    if plain in _SPELLINGS:
        return _SPELLINGS[plain]
    if len(unit) > 24 or not _SHAPE.fullmatch(plain):
        return None
    return _EXPONENT.sub(r"**\1", plain.replace("·", "*").replace(".", "*").replace(" ", "*"))


def _linear(source: str, target: str) -> tuple[float, float] | None:
    try:
        zero, one = (float(_registry().Quantity(value, source).to(target).magnitude) for value in (0.0, 1.0))
    except Exception:  # noqa: BLE001 - its parser raises many things at a stranger's word, which then is no unit
        return None
    return round(one - zero, 12), round(zero, 12)


@cache
def _registry() -> Any:
    """Half a second to build, so only for the first unit that is not the kept one."""
    import pint

    return pint.UnitRegistry(cache_folder=None)
