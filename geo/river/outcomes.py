"""What came of it: the highest level in the hours after each time, and the level at their end.

For learning and scoring alone: a forecast never sees this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.river.levels import HOUR, Array, Levels, back

_REPORTED = 0.8  # of the reports of the span must be there to say what its highest level was


@dataclass(frozen=True, slots=True)
class Outcome:
    """Metres, (times, gauges): ``highest`` over (t, t + lead], ``end`` at t + lead; NaN where reports are missing."""

    lead: int
    highest: Array
    end: Array


def outcome(levels: Levels, lead: int) -> Outcome:
    """Of each time, ``lead`` hours on. Missing reports count as missing, never as nothing happened."""
    steps = lead * HOUR
    highest = np.full_like(levels.values, np.nan)
    reports = np.zeros(levels.values.shape)
    for step in range(1, steps + 1):
        ahead = _ahead(levels.values, step)
        highest = np.fmax(highest, ahead)
        reports += ~np.isnan(ahead)
    highest[reports < _REPORTED * steps] = np.nan
    return Outcome(lead, highest, _ahead(levels.values, steps))


def _ahead(values: Array, steps: int) -> Array:
    return back(values[::-1], steps)[::-1]
