"""Street crime as counts that single nobody out: block by month and act, never fewer than three in a cell.

What is published is a partition: every case stands in one cell at most, and no totals are told, so that no cell is the
difference of two others. Blocks with fewer than three cases of an act in a month are told together as the rest of the
city; where even those are too few, together with other acts and months of the year; what is left of that is not told at
all. Counts are told in steps of three, so that a table of next month, or a corrected one, does not show the one
case that came in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST = 3  # cases, below which a cell is not told of; and the step in which counts are told


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Cases of an act in a month (2026-04) and block. Empty ``act``: several acts; ``town``: the rest of the city; a
    ``period`` of four digits is the rest of a year."""

    period: str
    act: str
    town: str
    at_least: int

    @property
    def at_most(self) -> int:
        """The last number of the step."""
        return self.at_least + LEAST - 1


Counts = Mapping[tuple[str, str, str], int]  # (month, act, town) → cases; an unknown town is ""


def published(counts: Counts) -> list[Cell]:
    """The cells that may be told, in order."""
    told: list[Cell] = []
    rest: Counter[tuple[str, str]] = Counter()
    for (month, act, town), many in counts.items():
        if town and many >= LEAST:
            told.append(Cell(month, act, town, _step(many)))
        else:
            rest[month, act] += many
    years: Counter[str] = Counter()
    for (month, act), many in rest.items():
        if many >= LEAST:
            told.append(Cell(month, act, "", _step(many)))
        else:
            years[month[:4]] += many
    told += [Cell(year, "", "", _step(many)) for year, many in years.items() if many >= LEAST]
    return sorted(told)


def added(cases: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    """Cases, each as month, act and town, counted."""
    return dict(Counter(cases))


def _step(many: int) -> int:
    return many - many % LEAST
