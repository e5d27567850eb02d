"""What de-icer still does on a road: how much of it is left, and where the film that it dissolves in freezes.

Sodium chloride only. Freezing points of its solutions are textbook values (CRC Handbook of Chemistry and Physics); how
fast it is lost is practice, not physics, and a city may set it: half of what was spread has gone from the wheel tracks
after two hours, rain washes it off, and below about −8 °C one does not count on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

# Solutions of NaCl: per cent by mass, and where they freeze in °C.
_PER_CENT = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0)
_FREEZES_C = (0.0, -0.59, -1.19, -2.41, -3.70, -5.09, -6.56, -8.18)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentConfig:
    """What a city may set."""

    half_life: timedelta = timedelta(hours=2)
    washed_off_mm: float = 2.0  # so much rain leaves 1/e of it
    least_film_mm: float = 0.2  # less water than this does not dilute it any less
    lowest_c: float = -8.0


PRACTICE = TreatmentConfig()


def remaining(salt_g_m2: Values, passed: timedelta, rain_mm: Values, config: TreatmentConfig = PRACTICE) -> Values:
    """What is left of the de-icer on a road, g/m², after a time and the rain that fell in it. NaN rain: none known."""
    if passed < timedelta(0):
        raise ValueError(f"time went back by {-passed}: de-icer does not return")
    washed = np.exp(-np.nan_to_num(rain_mm) / config.washed_off_mm)
    return np.asarray(salt_g_m2 * 0.5 ** (passed / config.half_life) * washed)


def over_time(
    times: Sequence[datetime], spread_g_m2: Values, rain_mm_h: Values, config: TreatmentConfig = PRACTICE
) -> Values:
    """De-icer on one road at each of the times, g/m², shape (times,): what was spread since the time before is fresh.

    Where the times fall, another road begins. NaN: nothing was spread; no rain is known.
    """
    left, last, found = 0.0, times[0] if times else None, []
    for time, fresh, rate in zip(times, np.nan_to_num(spread_g_m2), rain_mm_h, strict=True):
        assert last is not None
        passed = time - last
        fallen = np.array(rate * (passed / timedelta(hours=1)))
        left = 0.0 if passed < timedelta(0) else float(remaining(np.array(left), passed, fallen, config))
        left, last = left + float(fresh), time
        found.append(left)
    return np.array(found)


def freezing_point(salt_g_m2: Values, water_mm: Values, config: TreatmentConfig = PRACTICE) -> Values:
    """Where a film of water with so much salt in it freezes, °C. NaN water: the least film."""
    film_g_m2 = 1000 * np.fmax(water_mm, config.least_film_mm)
    per_cent = 100 * salt_g_m2 / (salt_g_m2 + film_g_m2)
    return np.asarray(np.maximum(np.interp(per_cent, _PER_CENT, _FREEZES_C), config.lowest_c))
