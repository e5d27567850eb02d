"""Depots, salt piles and snow dumps: driving there is no work on the road, however near the road may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.plow.track import Track

KINDS = ("depot", "salt", "dump")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A named polygon in degrees, drawn without the road beside it."""

    code: str
    name: str
    kind: str  # one of KINDS
    geometry: BaseGeometry


class Fences:
    """All of a city's. Replaced whole, never changed."""

    def __init__(self, fences: Iterable[Fence] = ()) -> None:
        self.fences = tuple(fences)
        self._inside = shapely.union_all([fence.geometry for fence in self.fences])
        shapely.prepare(self._inside)

    def holds(self, piece: Track) -> npt.NDArray[np.bool_]:
        """Which fixes lie in a fenced place, shape (n,)."""
        return np.asarray(shapely.intersects_xy(self._inside, piece.lon, piece.lat))

    def which(self, piece: Track) -> npt.NDArray[np.intp]:
        """The number of the fence that each fix lies in, -1 for none, shape (n,); of fences that overlap the first."""
        found = np.full(len(piece), -1, dtype=np.intp)
        if self.holds(piece).any():
            for number in reversed(range(len(self.fences))):
                found[shapely.intersects_xy(self.fences[number].geometry, piece.lon, piece.lat)] = number
        return found

    def outside(self, piece: Track) -> Iterator[Track]:
        """The parts of a piece between its visits to fenced places; who goes in and comes out is not followed."""
        borders = np.flatnonzero(np.diff(self.holds(piece), prepend=True, append=True))
        for begin, end in zip(borders[0::2], borders[1::2], strict=True):
            yield piece.take(slice(begin, end))
