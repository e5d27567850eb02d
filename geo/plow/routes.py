"""How far it is by road from one junction to another, for all pairs that are near, worked out once.

A table of shortest ways up to a bound, as in C. Yang and G. Gidófalvi, "Fast map matching" (2018): looking up a million
distances is then one sorted search instead of a million walks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
_SOURCES_AT_ONCE = 256


class Routes:
    """Shortest ways between the ends of segments, no longer than ``bound_m``. Never changed."""

    def __init__(
        self, begins: Numbers, ends: Numbers, length_m: Any, oneway: npt.NDArray[np.bool_], bound_m: float
    ) -> None:
        self.bound_m = bound_m
        self._count = int(max(begins.max(initial=-1), ends.max(initial=-1))) + 1
        back = np.flatnonzero(~oneway)
        every = np.arange(len(begins))
        segments = np.concatenate([every, back])
        froms = np.concatenate([begins, ends[back]])
        tos = np.concatenate([ends, begins[back]])
        metres = np.maximum(np.asarray(length_m)[segments], 1e-3)  # zero would be no way at all
        order = np.lexsort((metres, froms * self._count + tos))
        keys = (froms * self._count + tos)[order]
        first = np.concatenate([[True], keys[1:] != keys[:-1]]) & (froms != tos)[order]  # the shortest of parallels
        chosen = order[first]
        self._arcs = {
            int(key): (int(segment), 1 if place < len(every) else -1)
            for key, segment, place in zip(keys[first], segments[chosen], chosen, strict=True)
        }
        self._keys, self._metres, self._before = self._table(metres[chosen], froms[chosen], tos[chosen])

    def _table(
        self, lengths: Any, froms: Numbers, tos: Numbers
    ) -> tuple[Numbers, npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        from scipy.sparse import csr_array  # late: it takes a fifth of a second, and many a hub has no roads
        from scipy.sparse.csgraph import dijkstra

        graph = csr_array((lengths, (froms, tos)), shape=(self._count, self._count))
        keys: list[Any] = []
        metres: list[Any] = []
        before: list[Any] = []
        for begin in range(0, self._count, _SOURCES_AT_ONCE):
            sources = np.arange(begin, min(begin + _SOURCES_AT_ONCE, self._count))
            far, previous = dijkstra(graph, indices=sources, limit=self.bound_m, return_predecessors=True)
            row, to = np.nonzero(np.isfinite(far))
            keys.append(sources[row] * self._count + to)
            metres.append(far[row, to].astype(np.float32))
            before.append(previous[row, to].astype(np.int32))
        return _joined(keys, np.int64), _joined(metres, np.float32), _joined(before, np.int32)

    def metres(self, froms: Numbers, tos: Numbers) -> npt.NDArray[np.float64]:
        """Metres from each to each, element by element; infinite beyond the bound or where no way leads."""
        if not len(self._keys):
            return np.full(froms.shape, np.inf)
        keys = froms * self._count + tos
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[place] == keys, self._metres[place], np.inf).astype(np.float64)

    def way(self, start: int, goal: int) -> list[tuple[int, int]]:
        """The segments of the shortest way: number, and 1 along its drawing or -1 against it.

        Only for pairs whose :meth:`metres` are finite.
        """
        found = []
        while goal != start:
            before = int(self._before[np.searchsorted(self._keys, start * self._count + goal)])
            found.append(self._arcs[before * self._count + goal])
            goal = before
        return found[::-1]


def _joined(parts: list[npt.NDArray[Any]], kind: Any) -> npt.NDArray[Any]:
    """The parts end to end. Each is let go as it is copied: a city's table is hundreds of megabytes, once."""
    whole = np.empty(sum(map(len, parts)), dtype=kind)
    filled = len(whole)
    while parts:
        part = parts.pop()
        filled -= len(part)
        whole[filled : filled + len(part)] = part
    return whole
