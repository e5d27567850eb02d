"""Boosted trees as plain tables of numbers: what was learned, for anybody to read and nothing to execute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.river.levels import Array

_LEAF = -1
_LARGEST = 1e6  # of a value: far beyond any metres or log odds
_MOST = 1_000_000  # rows of a table: far beyond any that a river needs
_COLUMNS: Mapping[str, np.dtype[Any]] = {
    "roots": np.dtype(np.int32),
    "sign": np.dtype(np.int32),
    "limit": np.dtype(np.float64),
    "unknown_left": np.dtype(np.bool_),
    "left": np.dtype(np.int32),
    "right": np.dtype(np.int32),
    "value": np.dtype(np.float64),
}
_NAMED = {"i": "whole number", "f": "number", "b": "true or false"}
_AT_ONCE = 512  # rows: what is walked at once stays in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Trees one behind the other in one table. A row asks whether ``sign`` ≤ ``limit`` and goes ``left`` or ``right``.

    A leaf has sign −1 and counts ``value``; what is not known goes left where ``unknown_left`` says so.
    """

    base: float
    roots: npt.NDArray[np.int32]
    sign: npt.NDArray[np.int32]
    limit: Array
    unknown_left: npt.NDArray[np.bool_]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Array

    def sums(self, signs: Array) -> Array:
        """(rows,) of ``signs`` (rows, signs): what all trees come to.

        All trees are walked down at once, and added up in their order, as whoever grew them did.
        """
        parts = [self._sums(signs[start : start + _AT_ONCE]) for start in range(0, len(signs), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _sums(self, signs: Array) -> Array:
        at = np.repeat(self.roots[None, :], len(signs), axis=0).ravel()
        row = np.repeat(np.arange(len(signs)), len(self.roots))
        going = np.flatnonzero(self.sign[at] != _LEAF)
        while len(going):
            node = at[going]
            asked = signs[row[going], self.sign[node]]
            left = np.where(np.isnan(asked), self.unknown_left[node], asked <= self.limit[node])
            at[going] = node = np.where(left, self.left[node], self.right[node])
            going = going[self.sign[node] != _LEAF]
        leaves = self.value[at].reshape(len(signs), -1)
        total: Array = np.cumsum(np.column_stack([np.full(len(signs), self.base), leaves]), axis=1)[:, -1]
        return total

    def table(self) -> dict[str, Any]:
        """As JSON; :func:`from_table` reads it."""
        return {"base": self.base, **{name: getattr(self, name).tolist() for name in _COLUMNS}}


def from_table(told: Any, signs: int) -> Trees:
    """Trees that ask for ``signs`` signs at the most.

    Raises ValueError with what is wrong: a file may come from anywhere, and a loop in it would never end.
    """
    if not isinstance(told, dict) or set(told) != {"base", *_COLUMNS}:
        raise ValueError(f"must hold base, {', '.join(_COLUMNS)}, and nothing else")
    base = told["base"]
    if isinstance(base, bool) or not isinstance(base, int | float) or not abs(base) <= _LARGEST:
        raise ValueError("base: must be a finite number, of metres or log odds")
    trees = Trees(base=float(base), **{name: _column(told[name], name) for name in _COLUMNS})
    columns = [getattr(trees, name) for name in _COLUMNS if name != "roots"]
    if len({column.shape for column in columns}) != 1:
        raise ValueError("the columns are not of one length")
    inner = trees.sign != _LEAF
    here = np.arange(len(trees.sign))
    for child in (trees.left, trees.right):
        if np.any(child[inner] <= here[inner]) or np.any(child[inner] >= len(here)):
            raise ValueError("a branch that leads back, or nowhere")
    if np.any((trees.sign < _LEAF) | (trees.sign >= signs)):
        raise ValueError("a sign that does not exist")
    if np.any((trees.roots < 0) | (trees.roots >= len(here))):
        raise ValueError("a root that does not exist")
    return trees


def _column(values: Any, name: str) -> npt.NDArray[Any]:
    kind = _COLUMNS[name]
    try:
        found = np.asarray(values) if isinstance(values, list) else None
    except (ValueError, OverflowError):
        found = None
    if found is None or found.ndim != 1 or not len(found) or len(found) > _MOST:
        raise ValueError(f"{name}: must be a list of 1 to {_MOST} numbers")
    if found.dtype.kind not in {"i": "i", "f": "if", "b": "b"}[kind.kind]:
        raise ValueError(f"{name}: holds something that is no {_NAMED[kind.kind]}")
    if kind.kind == "f" and not np.isfinite(found).all():
        raise ValueError(f"{name}: a value that is not finite")
    if name == "value" and np.abs(found).max() > _LARGEST:
        raise ValueError(f"{name}: neither metres nor log odds")
    if kind.kind == "i" and (found.min() < _LEAF or found.max() > _MOST):
        raise ValueError(f"{name}: a number from {_LEAF} to {_MOST} is meant")
    return found.astype(kind)
