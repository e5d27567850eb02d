"""Which hours are learned from, and with which weight: every hour of a flood, a sample of the quiet ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.river.levels import Array, Levels
from geo.river.outcomes import outcome
from geo.river.signs import OWN_SLOPE, RIVER_SLOPE, signs

_QUIET = 25  # of so many quiet rows one is taken, with the weight of all
_UP, _RISING, _RIVER_RISING = 0.3, 0.03, 0.1  # metres above normal; metres an hour, of the gauge and of its river


@dataclass(frozen=True, slots=True)
class Rows:
    """What was known, what came of it, how much it counts, and on which river: one row an hour and gauge."""

    signs: Array
    highest: Array  # rise in metres on the way
    end: Array  # and until the end
    weight: Array
    river: Sequence[str]

    def __len__(self) -> int:
        return len(self.weight)

    def where(self, wanted: np.ndarray) -> Rows:
        rivers = [river for river, kept in zip(self.river, wanted, strict=True) if kept]
        return Rows(self.signs[wanted], self.highest[wanted], self.end[wanted], self.weight[wanted], rivers)

    @property
    def up(self) -> np.ndarray:
        """(rows,): True while the river is up."""
        return np.asarray(self.signs[:, 0] >= _UP)


def rows(periods: Sequence[Levels], lead: int, seed: int = 0) -> Rows:
    """Of all periods together. The sample of quiet rows is the same each time."""
    random = np.random.default_rng(seed)
    parts = [_of_one(levels, lead, random) for levels in periods]
    return Rows(
        np.concatenate([part.signs for part in parts]),
        np.concatenate([part.highest for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.weight for part in parts]),
        [river for part in parts for river in part.river],
    )


def _of_one(levels: Levels, lead: int, random: np.random.Generator) -> Rows:
    known, came, held = signs(levels), outcome(levels, lead), levels.held
    usable = ~np.isnan(held) & ~np.isnan(came.highest) & ~np.isnan(came.end) & levels.on_the_hour[:, None]
    rise = came.highest - held
    slopes = np.nan_to_num(known[:, :, [OWN_SLOPE, RIVER_SLOPE]])
    busy = (
        (known[:, :, 0] > _UP)
        | (slopes[:, :, 0] > _RISING)
        | (slopes[:, :, 1] > _RIVER_RISING)
        | (rise > _RIVER_RISING)
    )
    taken = usable & (busy | (random.random(busy.shape) < 1 / _QUIET))
    weight = np.where(busy, 1.0, float(_QUIET))
    rivers = np.broadcast_to(np.array([gauge.river for gauge in levels.gauges]), taken.shape)
    return Rows(known[taken], rise[taken], (came.end - held)[taken], weight[taken], rivers[taken].tolist())
