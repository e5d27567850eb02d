"""Ordinary kriging with an exponential correlation: the weights of gauges at places between them, and what they miss.

The weights add up to one, so an average rain comes back unbiased; a gauge that stands at the place counts almost
alone, and two gauges in one place share their weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Correlation:
    """How alike two places are by their distance: ``(1 - nugget) · exp(-distance / reach)``; a place itself: 1."""

    reach_m: float
    nugget: float  # what even neighbours do not share

    def between(self, some: Values, others: Values) -> Values:
        """Correlations of places, shapes (n, 2) and (m, 2) in metres, as (n, m)."""
        apart = np.hypot(*(some[:, None, axis] - others[None, :, axis] for axis in (0, 1)))
        return (1 - self.nugget) * np.exp(-apart / self.reach_m)


@dataclass(frozen=True, slots=True)
class Weights:
    """``share`` (places, gauges) sums to 1 by row; ``missed`` (places,) is the share of the variance not explained."""

    share: Values
    missed: Values


def kriging(gauges: Values, places: Values, correlation: Correlation) -> Weights:
    """Weights of ``gauges`` (n, 2) at ``places`` (m, 2), easting and northing in metres. ValueError without gauges."""
    n = len(gauges)
    if n == 0:
        raise ValueError("no gauge: there is nothing to interpolate from")
    system = np.ones((n + 1, n + 1))
    system[:n, :n] = correlation.between(gauges, gauges)
    np.fill_diagonal(system[:n, :n], 1.0)
    system[n, n] = 0.0
    wanted = np.vstack([correlation.between(gauges, places), np.ones(len(places))])
    solved: Values = np.asarray(np.linalg.solve(system, wanted), dtype=np.float64)
    return Weights(solved[:n].T, np.clip(1.0 - (solved * wanted).sum(axis=0), 0.0, None))
