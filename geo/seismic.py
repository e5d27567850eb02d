"""Seismic intensity (計測震度) from three-component acceleration, as the Japan Meteorological Agency defines it.

The record is filtered in the frequency domain, the three components are summed as vectors, and the intensity follows
from the acceleration that is reached for 0.3 seconds in all (JMA notification No. 4 of 1996).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import floor, log10
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

_HELD_S = 0.3
_HIGH_CUT = (1.0, 0.694, 0.241, 0.0557, 0.009664, 0.00134, 0.000155)  # of y², y = f / 10 Hz
_HIGH_CUT_HZ, _LOW_CUT_HZ = 10.0, 0.5
# 震度階級 and the intensities at which each but the lowest begins.
CLASSES = ("0", "1", "2", "3", "4", "5-", "5+", "6-", "6+", "7")
_BEGINS = (0.5, 1.5, 2.5, 3.5, 4.5, 5.0, 5.5, 6.0, 6.5)


@dataclass(frozen=True, slots=True)
class Shaking:
    """What one record says."""

    a_gal: float  # reached for 0.3 s in all, after the filter
    exact: float  # 2 log10(a) + 0.94
    intensity: float  # 計測震度, one decimal
    shindo: str  # one of CLASSES


def shaking(acceleration: Values, rate_hz: float) -> Shaking:
    """Intensity of a record: acceleration in gal (cm/s²), shape (samples, 3), at ``rate_hz`` samples a second.

    Raises ValueError for another shape, a record shorter than a second, values that are not finite, and one that does
    not move at all: a seismometer always does.
    """
    if acceleration.ndim != 2 or acceleration.shape[1] != 3:
        raise ValueError(f"three components are wanted, shape (samples, 3); found {acceleration.shape}")
    if not rate_hz > 0 or len(acceleration) < rate_hz:
        raise ValueError("a second of record is the least, with its samples per second")
    if not np.isfinite(acceleration).all():
        raise ValueError("a sample is missing or not finite: the record has a gap")
    frequency: Values = np.fft.rfftfreq(len(acceleration), 1 / rate_hz).astype(np.float64)
    spectrum = np.fft.rfft(acceleration, axis=0) * weight(frequency)[:, np.newaxis]
    moved = np.linalg.norm(np.fft.irfft(spectrum, n=len(acceleration), axis=0), axis=1)
    rank = max(1, round(_HELD_S * rate_hz))
    a_gal = float(np.partition(moved, -rank)[-rank])
    if a_gal < 1e-9:
        raise ValueError("the record does not move: the instrument was not measuring")
    exact = 2 * log10(a_gal) + 0.94
    intensity = truncated(exact)
    return Shaking(a_gal, exact, intensity, shindo(intensity))


def weight(frequency_hz: Values) -> Values:
    """Gain of the official filter at each frequency in Hz: period effect, high cut, low cut. 0 at 0 Hz."""
    f = np.where(frequency_hz > 0, frequency_hz, np.nan)
    high_cut = 1 / np.sqrt(np.polynomial.polynomial.polyval((f / _HIGH_CUT_HZ) ** 2, _HIGH_CUT))
    low_cut = np.sqrt(-np.expm1(-((f / _LOW_CUT_HZ) ** 3)))
    return np.nan_to_num(np.sqrt(1 / f) * high_cut * low_cut)


def truncated(exact: float) -> float:
    """The third decimal rounded, then the second cut off: 5.1538 → 5.15 → 5.1."""
    return floor(floor(exact * 100 + 0.5) / 10) / 10


def shindo(intensity: float) -> str:
    """震度階級 of a 計測震度: ``5-`` is 5弱, ``5+`` is 5強."""
    return CLASSES[bisect_right(_BEGINS, intensity)]
