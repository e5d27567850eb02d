"""The value that held at a time: the last one before it, if it is not too old."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.model import Sample

Values: TypeAlias = npt.NDArray[np.float64]


def newest(samples: Sequence[Sample], now: datetime, within: timedelta) -> Sample | None:
    """The last sample up to ``now``, None where that is older than ``within``. Samples ascend in time."""
    place = bisect_right(samples, now, key=lambda sample: sample.at)
    one = samples[place - 1] if place else None
    return one if one is not None and now - one.at <= within else None


def as_of(samples: Sequence[Sample], times: Sequence[datetime], within: timedelta) -> Values:
    """The value that held at each of the times, NaN where none did; shape (times,)."""
    found = [newest(samples, time, within) for time in times]
    return np.array([np.nan if one is None else one.value for one in found])
