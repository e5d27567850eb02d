"""Which hours are learned from, and with which weight: every hour of a flood, a sample of the quiet ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.river.levels import Array, Levels
from geo.river.outcomes import outcome
from geo.river.signs import OWN_SLOPE, RIVER_SLOPE, signs

_QUIET = 25  # of so many quiet rows one is taken, with the weight of all
UP = 0.3  # metres above normal
_RISING, _RIVER_RISING = 0.03, 0.1  # metres an hour, of the gauge and of its river


@dataclass(frozen=True, slots=True)
class Rows:
    """What was known, what came of it, how much it counts, and what it is a part of: one row an hour and gauge.

    A part is what is left out together when something is tried: a river, or a week.
    """

    signs: Array
    highest: Array  # rise in metres on the way
    end: Array  # and until the end
    weight: Array
    part: Sequence[str]

    def __len__(self) -> int:
        return len(self.weight)

    def where(self, wanted: np.ndarray) -> Rows:
        parts = [part for part, kept in zip(self.part, wanted, strict=True) if kept]
        return Rows(self.signs[wanted], self.highest[wanted], self.end[wanted], self.weight[wanted], parts)

    @property
    def up(self) -> np.ndarray:
        """(rows,): True while the river is up."""
        return np.asarray(self.signs[:, 0] >= UP)

    @property
    def busy(self) -> np.ndarray:
        """(rows,): True where every hour was taken, and not one of many."""
        return np.asarray(self.weight == 1.0)


def rows(periods: Sequence[Levels], lead: int, seed: int = 0) -> Rows:
    """Of all periods together, a part a river. The sample of quiet rows is the same each time."""
    random = np.random.default_rng(seed)
    return together([taken(levels, signs(levels), lead, random) for levels in periods])


def together(parts: Sequence[Rows]) -> Rows:
    """One behind the other."""
    return Rows(
        np.concatenate([one.signs for one in parts]),
        np.concatenate([one.highest for one in parts]),
        np.concatenate([one.end for one in parts]),
        np.concatenate([one.weight for one in parts]),
        [part for one in parts for part in one.part],
    )


def taken(levels: Levels, known: Array, lead: int, random: np.random.Generator, first: int = 0) -> Rows:
    """The rows of ``levels`` from ``first`` on, with its signs as they are ``known``."""
    came, held = outcome(levels, lead), levels.held
    usable = ~np.isnan(held) & ~np.isnan(came.highest) & ~np.isnan(came.end) & levels.on_the_hour[:, None]
    usable[:first] = False
    rise = came.highest - held
    slopes = np.nan_to_num(known[:, :, [OWN_SLOPE, RIVER_SLOPE]])
    busy = (
        (known[:, :, 0] > UP) | (slopes[:, :, 0] > _RISING) | (slopes[:, :, 1] > _RIVER_RISING) | (rise > _RIVER_RISING)
    )
    wanted = usable & (busy | (random.random(busy.shape) < 1 / _QUIET))
    weight = np.where(busy, 1.0, float(_QUIET))
    rivers = np.broadcast_to(np.array([gauge.river for gauge in levels.gauges]), wanted.shape)
    return Rows(known[wanted], rise[wanted], (came.end - held)[wanted], weight[wanted], rivers[wanted].tolist())
