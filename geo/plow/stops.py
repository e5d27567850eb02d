"""Where a vehicle stood: at least three minutes within thirty metres. Standing is no work on the road.

The way up to where it stood still is: a stop begins and ends at the fixes that lie at its middle.
"""

from __future__ import annotations

from bisect import bisect_left
from math import hypot
from statistics import median

import numpy as np
import numpy.typing as npt

from geo.plow.track import Column

WITHIN_M, AT_LEAST_S = 30.0, 180.0
_MIDDLE = 0.5  # of the radius: what a receiver errs about a vehicle that stands


def standing(
    at: Column, east_m: Column, north_m: Column, within_m: float = WITHIN_M, at_least_s: float = AT_LEAST_S
) -> npt.NDArray[np.bool_]:
    """Which steps from a fix to the next are part of a stop, shape (n - 1,). Times in seconds, ascending."""
    found = np.zeros(max(0, len(at) - 1), dtype=bool)
    times, east, north = at.tolist(), east_m.tolist(), north_m.tolist()
    begin = 0
    while begin < len(times) - 1:
        enough = bisect_left(times, times[begin] + at_least_s)
        end = begin
        while end + 1 < len(times) and hypot(east[end + 1] - east[begin], north[end + 1] - north[begin]) <= within_m:
            end += 1
        if enough <= end:
            middle = median(east[begin : end + 1]), median(north[begin : end + 1])
            still = [
                place
                for place in range(begin, end + 1)
                if hypot(east[place] - middle[0], north[place] - middle[1]) <= _MIDDLE * within_m
            ]
            first, last = (still[0], still[-1]) if still else (begin, end)
            found[first:last] = True
            begin = end
        else:
            begin += 1
    return found
