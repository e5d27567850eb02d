"""The way by road from one place on a segment to another. A place is a segment's number and the metres from its begin.

Five ways are possible: along the same segment, or out of one by either end and into the other by either end.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from geo.plow.network import Network
from geo.plow.track import Column

Numbers: TypeAlias = npt.NDArray[np.int64]
Places: TypeAlias = tuple[Numbers, Column]  # segments, and metres from the beginning of each
Stretch: TypeAlias = tuple[int, float, float]  # segment, from, to

ALONG = 0  # the first choice; then, in this order, out by the end or the beginning, in by the beginning or the end
_OUT_IN = ((True, True), (True, False), (False, True), (False, False))  # forward out, forward in
_ERROR_M = 30.0  # against a one-way street a vehicle only seems to go, and no farther than a receiver errs


def ways_m(network: Network, of: Places, to: Places) -> tuple[Column, Numbers]:
    """Metres of the shortest way, element by element, and which of the five it is; infinite where none leads."""
    (one, along), (other, goal) = of, to
    length, moved = network.length_m, goal - along
    same = (one == other) & (~network.oneway[one] | (moved > -_ERROR_M))
    found = [np.where(same, np.abs(moved), np.inf)]
    for forth, onward in _OUT_IN:
        leave, out = (network.ends, length[one] - along) if forth else (network.begins, along)
        enter, inwards = (network.begins, goal) if onward else (network.ends, length[other] - goal)
        barred = (network.oneway[one] & (not forth)) | (network.oneway[other] & (not onward))
        metres = out + network.routes.metres(leave[one], enter[other]) + inwards
        found.append(np.where(barred, np.inf, metres))
    ways = np.stack(found)
    return ways.min(axis=0), ways.argmin(axis=0)


def stretches(network: Network, of: tuple[int, float], to: tuple[int, float], choice: int) -> list[Stretch]:
    """The way that :func:`ways_m` chose, segment by segment."""
    (one, along), (other, goal) = of, to
    if choice == ALONG:
        return [(one, along, goal)]
    forth, onward = _OUT_IN[choice - 1]
    leave, edge = (network.ends, float(network.length_m[one])) if forth else (network.begins, 0.0)
    enter, door = (network.begins, 0.0) if onward else (network.ends, float(network.length_m[other]))
    between = []
    for segment, direction in network.routes.way(int(leave[one]), int(enter[other])):
        length = float(network.length_m[segment])
        between.append((segment, 0.0, length) if direction > 0 else (segment, length, 0.0))
    return [(one, along, edge), *between, (other, door, goal)]
