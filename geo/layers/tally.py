"""What becomes of the features of a map: each to its zones, or to the reason why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.layers.attributes import UnreadableError, text
from geo.layers.repair import zones_of
from geo.layers.schema import Facts, Fitted


@dataclass(slots=True)
class Tally:
    """The zones of a layer in the making, and the account of all features read."""

    schema: Fitted | None = None
    facts: list[Facts] = field(default_factory=list)
    zones: list[BaseGeometry] = field(default_factory=list)
    sets: int = 0  # data sets
    read: int = 0
    outside: int = 0  # not on the land that was asked for
    repaired: int = 0
    respelled: int = 0  # codes that had lost their leading zeros, or bore a check digit
    refused: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    crs: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def note(self, *findings: Iterable[str]) -> None:
        """What is worth knowing of a data set, each thing once."""
        self.findings += [one for group in findings for one in group if one not in self.findings]

    def sort_out(self, geometries: Any, rows: list[dict[str, Any]], wanted: NDArray[np.bool_]) -> None:
        """The wanted features of a data set by ``schema``. All are counted from 1, on through all data sets."""
        assert self.schema is not None
        self.sets += 1
        for geometry, row, want in zip(geometries, rows, wanted, strict=True):
            self.read += 1
            if want:
                self._take(geometry, row, self.schema)

    def _take(self, geometry: BaseGeometry | None, row: dict[str, Any], schema: Fitted) -> None:
        try:
            facts = schema.facts(row)
            zones, repaired = zones_of(geometry, schema.kind.shape)
        except UnreadableError as error:
            self.refused[str(error)].append(self.read)
            return
        self.repaired += repaired
        self.respelled += "code" in facts and facts["code"] != text(row.get(schema.columns.get("code", "")))
        self.zones += zones
        self.facts += [facts] * len(zones)
