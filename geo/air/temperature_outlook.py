"""Air temperature for the next hours from the last day alone: yesterday again, nudged by what is different now.

T(t + h) = T(t + h − 24 h) + (T(t) − T(t − 24 h)) · exp(−h / 6 h). A stand-in where no forecast is at hand; it knows
the hour of the day and the air mass of the moment, and no front that is still to come. Errors in docs/skill.md.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

_FADES_H = 6.0
# Standard deviation of the error of the highest temperature within so many hours: 34 stations of Iwate, Nov–Dec 2023.
_WITHIN_H, _ERROR_OF_HIGHEST_C = (12, 24, 36), (3.5, 4.0, 4.5)


def outlook(last_hours: Values, hours: int = 36) -> Values:
    """The next ``hours`` hourly values, shape (hours,), from the last 25, the newest last. NaN where yesterday's is."""
    if last_hours.shape != (25,):
        raise ValueError(f"the last 25 hourly values are wanted, shape (25,); found {last_hours.shape}")
    ahead = np.arange(1, hours + 1)
    now = last_hours[~np.isnan(last_hours)][-1] if not np.isnan(last_hours).all() else np.nan
    different = now - last_hours[0]
    nudge = 0.0 if np.isnan(different) else different * np.exp(-ahead / _FADES_H)
    return np.asarray(last_hours[(ahead - 1) % 24 + 1] + nudge)


def chance_of_reaching(expected: Values, limit_c: float) -> float:
    """How likely the highest of the values ahead, shape (hours,), reaches a limit; NaN where none is known."""
    if np.isnan(expected).all():
        return float("nan")
    error = float(np.interp(len(expected), _WITHIN_H, _ERROR_OF_HIGHEST_C))
    return 1 - NormalDist(float(np.nanmax(expected)), error).cdf(limit_c)
