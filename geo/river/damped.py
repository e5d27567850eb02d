"""Damped extrapolation: a river goes on as it goes now, a little less with each hour. What there is without learning.

Measured on French rivers in January 2020 while they were up: mean absolute errors 0.053, 0.107, 0.165 and 0.333 m at
1, 2, 3 and 6 hours, which a normal error of 0.07 m for each hour of lead describes.
"""

from __future__ import annotations

from math import erfc, sqrt
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Metres = TypeVar("Metres", float, npt.NDArray[np.float64])
SPREAD = 0.07  # metres for each hour of lead: standard deviation of the error
_LEAST, _FROM = 0.6, 3.0  # of the slope there remain six tenths from three hours on
_TENTH = 1.2816  # standard deviations from the middle to the quantile 0.1 or 0.9


def rise(slope: Metres, hours: float) -> Metres:
    """Rise in metres after ``hours``: 0.8 of the slope at one hour, 0.6 from three on. Never turns back."""
    return max(_LEAST, 0.9 - 0.1 * hours) * hours * slope


def hours_until(gap: float, slope: float) -> float | None:
    """When the rise has closed a gap of so many metres; None if it never does."""
    if gap <= 0:
        return 0.0
    if slope <= 0:
        return None
    if gap > rise(slope, _FROM):
        return gap / (_LEAST * slope)
    return (0.9 - sqrt(0.81 - 0.4 * gap / slope)) / 0.2  # the smaller root of :func:`rise`


def exceeding(gap: float, hours: float) -> float:
    """Chance of standing so many metres above what is expected after ``hours``, or higher."""
    return 0.5 * erfc(gap / (SPREAD * hours) / sqrt(2))


def quantiles(expected: Metres, hours: float) -> tuple[Metres, Metres, Metres]:
    """0.1, 0.5 and 0.9 of the level after ``hours``, in metres."""
    aside = _TENTH * SPREAD * hours
    return expected - aside, expected, expected + aside
