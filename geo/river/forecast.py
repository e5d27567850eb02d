"""A river forecast: for each gauge and hour the chance that a threshold is reached, and the range of levels to come.

Learned from floods of other rivers (:mod:`geo.river.learning`) on increments, never on levels, so that a gauge it has
not seen can be foretold. The chance is that of the highest level on the way, the quantiles are of the level at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from geo.river.levels import Array
from geo.river.signs import HALF_HOUR_SLOPE, OWN_SLOPE, RIVER_SLOPE
from geo.river.trees import Trees

LEADS = (1, 2, 3, 6)  # hours
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_LONGEST = 50.0  # hours to a threshold: longer says no more
_SLOWEST = 0.01  # metres an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What was learned for one lead time."""

    reach: Trees  # log odds that a gap is closed
    rise: Mapping[float, Trees]  # quantile of the rise in metres until the end
    widen: float  # shares of the learned width that are added on each side, so that 80 % are 80 %
    warn: float  # the chance from which a warning is worth it


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a model comes from."""

    trained_at: datetime
    version: str  # of the program
    stations: tuple[str, ...]
    since: datetime  # of the levels it was learned from
    until: datetime  # what is newer it has not seen
    rows: int
    digest: str  # SHA-256 of the rows
    scores: Mapping[str, float] = field(default_factory=dict)  # those it was taken into use for


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverModel:
    """``leads`` by hours; ``normals``: ordinary levels of its own gauges in metres, by station code."""

    leads: Mapping[int, Lead]
    normals: Mapping[str, float] = field(default_factory=dict)
    provenance: Provenance | None = None

    def chances(self, signs: Array, gaps: Array) -> dict[int, Array]:
        """(rows,) for each lead: that the level rises by ``gaps`` metres or more on the way.

        Never less than at a shorter lead, and certain where the gap is closed already.
        """
        asked = with_gap(signs, gaps)
        found: dict[int, Array] = {}
        least = np.zeros(len(gaps))
        for hours, lead in sorted(self.leads.items()):
            least = np.maximum(least, 1 / (1 + np.exp(-lead.reach.sums(asked))))
            found[hours] = np.where(gaps <= 0, 1.0, least)
        return found

    def rises(self, signs: Array, lead: int) -> Array:
        """(rows, quantiles): the rise until ``lead`` hours on, in metres, ascending."""
        raw = raw_rises(self.leads[lead].rise, signs)
        return widened(raw, self.leads[lead].widen)


def raw_rises(rise: Mapping[float, Trees], signs: Array) -> Array:
    """(rows, quantiles) as they were learned, put in order where they cross."""
    return np.sort(np.stack([rise[quantile].sums(signs) for quantile in sorted(rise)], axis=1), axis=1)


def widened(raw: Array, share: float) -> Array:
    """Every quantile moved away from the middle one by this share of its distance, or towards it."""
    middle = raw[:, raw.shape[1] // 2, None]
    return middle + (raw - middle) * (1 + share)


def with_gap(signs: Array, gaps: Array) -> Array:
    """The signs with the gap to the threshold, and the hours until it is closed at the present rises."""
    hours = [_hours(gaps, signs[:, one]) for one in (OWN_SLOPE, HALF_HOUR_SLOPE, RIVER_SLOPE)]
    return np.column_stack([signs, gaps, *hours])


def _hours(gaps: Array, slopes: Array) -> Array:
    return np.clip(gaps / np.maximum(np.nan_to_num(slopes), _SLOWEST), 0.0, _LONGEST)


def quantile_score(levels: Array, foretold: Array, quantiles: tuple[float, ...] = QUANTILES) -> Array:
    """(rows,): twice the mean pinball loss of ``foretold`` (rows, quantiles): the CRPS as far as they tell it."""
    error = levels[:, None] - foretold
    shares = np.array(quantiles)
    loss: Array = 2 * np.maximum(shares * error, (shares - 1) * error).mean(axis=1)
    return loss
