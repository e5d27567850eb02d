"""Boosted trees as plain tables of numbers: what was learned, for anybody to read and nothing to execute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.river.levels import Array

_LEAF = -1


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
        """(rows,) of ``signs`` (rows, signs): what all trees come to."""
        total = np.full(len(signs), self.base)
        rows = np.arange(len(signs))
        for root in self.roots:
            total += self.value[self._leaves(int(root), signs, rows)]
        return total

    def _leaves(self, root: int, signs: Array, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int32]:
        at = np.full(len(signs), root, dtype=np.int32)
        going = rows[self.sign[at] != _LEAF]
        while len(going):
            node = at[going]
            asked = signs[going, self.sign[node]]
            left = np.where(np.isnan(asked), self.unknown_left[node], asked <= self.limit[node])
            at[going] = np.where(left, self.left[node], self.right[node])
            going = going[self.sign[at[going]] != _LEAF]
        return at

    def table(self) -> dict[str, Any]:
        """As JSON; :func:`from_table` reads it."""
        names = ("roots", "sign", "limit", "unknown_left", "left", "right", "value")
        return {"base": self.base, **{name: getattr(self, name).tolist() for name in names}}


def from_table(told: dict[str, Any]) -> Trees:
    """Raises ValueError with what is wrong: a file may come from anywhere, and a loop in it would never end."""
    try:
        trees = Trees(
            base=float(told["base"]),
            roots=np.asarray(told["roots"], dtype=np.int32),
            sign=np.asarray(told["sign"], dtype=np.int32),
            limit=np.asarray(told["limit"], dtype=np.float64),
            unknown_left=np.asarray(told["unknown_left"], dtype=np.bool_),
            left=np.asarray(told["left"], dtype=np.int32),
            right=np.asarray(told["right"], dtype=np.int32),
            value=np.asarray(told["value"], dtype=np.float64),
        )
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"trees: {error!r}") from None
    columns = (trees.sign, trees.limit, trees.unknown_left, trees.left, trees.right, trees.value)
    if len({column.shape for column in columns}) != 1 or trees.sign.ndim != 1:
        raise ValueError("trees: the columns are not of one length")
    inner = trees.sign != _LEAF
    here = np.arange(len(trees.sign))
    for child in (trees.left, trees.right):
        if np.any(child[inner] <= here[inner]) or np.any(child[inner] >= len(here)):
            raise ValueError("trees: a branch that leads back, or nowhere")
    if np.any(trees.sign < _LEAF) or np.any((trees.roots < 0) | (trees.roots >= len(here))):
        raise ValueError("trees: a root or a sign that does not exist")
    if not (np.isfinite(trees.value).all() and np.isfinite(trees.base)):
        raise ValueError("trees: a value that is not finite")
    return trees
