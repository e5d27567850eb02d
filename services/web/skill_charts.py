"""Two pictures as figures for the template: reliability, and how long before. What they show stands in tables too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from geo.verification.account import LEAD_BINS, lead_histogram
from geo.verification.tally import BINS, Bin

SIDE = 240.0  # of the square in which chances are drawn
_LARGEST, _SMALLEST = 9.0, 3.5  # radius of a dot
_TALL = 180.0  # the highest bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One tenth of the chances, in the units of the square; ``y`` grows downwards."""

    x: float
    y: float
    radius: float
    said: float
    came: float
    bin: Bin


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: how many, how tall, and what it is of."""

    label: str
    count: int
    height: float
    missed: bool


def reliability(bins: Sequence[Bin]) -> list[Dot]:
    """A dot for each tenth in which there was a forecast; its area tells how many."""
    most = max((one.n for one in bins), default=0)
    found = []
    for one in bins:
        if one.n:
            said, came = one.chance / one.n, one.events / one.n
            radius = max(_SMALLEST, _LARGEST * sqrt(one.n / most))
            dot = Dot(x=SIDE * said, y=SIDE * (1 - came), radius=radius, said=said, came=came, bin=one)
            found.append(dot)
    return found


def tenth_words(tenth: int) -> str:
    """The chances of a tenth, in per cent."""
    return f"{100 * tenth // BINS}～{100 * (tenth + 1) // BINS}％"


def lead_bars(leads: Sequence[float], misses: int) -> list[Bar]:
    """The misses first, then the lead times from the shortest on."""
    counts = [misses, *lead_histogram(leads)]
    most = max(counts) or 1
    ends = [*(f"{end:g}" for end in LEAD_BINS[1:]), ""]
    labels = ["なし", *(f"{begin:g}–{end}" for begin, end in zip(LEAD_BINS, ends, strict=True))]
    return [
        Bar(label=label, count=count, height=_TALL * count / most, missed=place == 0)
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]
