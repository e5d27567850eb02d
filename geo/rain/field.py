"""Rain of an hour on the regional mesh, with its error; from gauges (:mod:`geo.rain.gauges`) or from an analysis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.mesh import Cell


@dataclass(frozen=True, slots=True)
class Rain:
    """Millimetres and their standard error."""

    mm: float
    error_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RainField:
    """Rain of the 60 minutes that ended at ``ended_at``: ``codes`` ascend, all arrays have the shape (cells,).

    Models take this type whoever made it: interpolated gauges, or a gridded analysis of the forecaster, whose cells
    (1 km, or 250 m) are those of the regional mesh. Raises ValueError for arrays that do not belong together.
    """

    codes: NDArray[np.int64]
    mm: NDArray[np.float64]
    error_mm: NDArray[np.float64]
    ended_at: datetime
    source: str

    def __post_init__(self) -> None:
        if not self.codes.shape == self.mm.shape == self.error_mm.shape or self.codes.ndim != 1:
            raise ValueError(f"{self.source}: codes, mm and error_mm must be of one length")
        if len(self.codes) > 1 and not (np.diff(self.codes) > 0).all():
            raise ValueError(f"{self.source}: codes must ascend and none may occur twice")
        if not ((self.mm >= 0).all() and (self.error_mm >= 0).all()):
            raise ValueError(f"{self.source}: rain and its error are numbers from 0 on")
        if self.ended_at.tzinfo is None:
            raise ValueError(f"{self.source}: the hour has no time zone")

    def at(self, cell: Cell) -> Rain | None:
        """The rain of a cell; None where the field does not reach, which is not "no rain"."""
        found = self._place(int(cell.code))
        return None if found is None else Rain(float(self.mm[found]), float(self.error_mm[found]))

    def highest(self, cells: Iterable[Cell]) -> Rain | None:
        """The wettest of some cells, as a warning needs it; None where the field reaches none of them."""
        places = [place for cell in cells if (place := self._place(int(cell.code))) is not None]
        if not places:
            return None
        wettest = max(places, key=lambda place: float(self.mm[place]))
        return Rain(float(self.mm[wettest]), float(self.error_mm[wettest]))

    def _place(self, code: int) -> int | None:
        place = int(np.searchsorted(self.codes, code))
        return place if place < len(self.codes) and self.codes[place] == code else None
