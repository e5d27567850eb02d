"""A daily series of snow depths made fit for the models that need one without gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np

_LONGEST = 2  # days that may be bridged: over more of them snow may have come and gone unseen
_ZERO_ERROR_CM = 2.0  # a gauge over bare ground may read so much below nothing


class DepthError(ValueError):
    """The series cannot be used from the day with index ``day`` on."""

    def __init__(self, day: int, message: str) -> None:
        super().__init__(message)
        self.day = day


def filled(depths_cm: Sequence[float]) -> tuple[int, list[float]]:
    """Index of the first day with a depth, and the depths from there to the last one, none missing.

    NaN is a missing day. Up to two in a row are bridged by a straight line; readings down to −2 cm are bare ground.
    Raises :class:`DepthError` with the first day of a longer gap, or the day of a depth that is no depth.
    """
    known = [day for day, depth in enumerate(depths_cm) if not math.isnan(depth)]
    if not known:
        return len(depths_cm), []
    first, last = known[0], known[-1]
    for day in known:
        if not -_ZERO_ERROR_CM <= depths_cm[day] < math.inf:
            raise DepthError(day, f"a depth of {depths_cm[day]:g} cm is the gauge's fault: leave it empty")
    for missing, days in groupby(range(first, last + 1), lambda day: math.isnan(depths_cm[day])):
        gap = list(days)
        if missing and len(gap) > _LONGEST:
            cure = "fill them from a neighbouring gauge, or begin after the next day without snow"
            raise DepthError(gap[0], f"{len(gap)} days without a depth, {_LONGEST} can be bridged: {cure}")
    clear = [max(0.0, depths_cm[day]) for day in known]
    return first, [float(depth) for depth in np.interp(range(first, last + 1), known, clear)]
