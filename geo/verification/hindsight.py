"""Forecasts of past floods beside what came: reliability, and flood by flood how long before each was told of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo.river.levels import Levels
from geo.river.runs import told
from geo.river.verification import Issued, Tried, scores, tried
from geo.verification.account import lead_histogram
from geo.verification.tally import BINS, Bin, tenth


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindsight:
    """Of one lead. ``scores`` is the line that ``shirase verify river`` prints."""

    scores: dict[str, Any]
    reliability: tuple[Bin, ...]  # ten tenths
    leads: tuple[float, ...]  # hours of warning before each flood that was told of, ascending
    missed: int  # floods before which no warning stood
    false_runs: int

    @property
    def histogram(self) -> list[int]:
        return lead_histogram(self.leads)


def hindsight(issued: Issued, levels: Levels) -> Hindsight:
    """All forecasts of one lead together."""
    one = tried(issued, levels)
    floods = told(issued, levels)
    hours = sorted(lead for gauge in floods for lead in gauge.leads)
    return Hindsight(
        scores=scores([one]),
        reliability=_reliability(one),
        leads=tuple(lead for lead in hours if lead > 0),
        missed=sum(lead <= 0 for lead in hours),
        false_runs=sum(gauge.false_runs for gauge in floods),
    )


def _reliability(one: Tried) -> tuple[Bin, ...]:
    found = [Bin(0, 0, 0.0)] * BINS
    for chance, happened in zip(one.chance.tolist(), one.happened.tolist(), strict=True):
        place = tenth(chance)
        found[place] = found[place] + Bin(1, int(happened), chance)
    return tuple(found)
