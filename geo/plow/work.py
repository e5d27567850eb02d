"""From a vehicle's raw fixes to what it did: cleaned, split, fenced, matched, told as passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from geo.plow.cleaning import PRACTICE as CLEANING
from geo.plow.cleaning import CleaningConfig, Dropped, clean
from geo.plow.fences import Fences
from geo.plow.matching import PRACTICE as MATCHING
from geo.plow.matching import MatchingConfig
from geo.plow.network import Network
from geo.plow.passes import PRACTICE as PASSES
from geo.plow.passes import Pass, PassConfig, passes
from geo.plow.track import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that turns fixes into passes, and that a city may set."""

    cleaning: CleaningConfig = CLEANING
    matching: MatchingConfig = MATCHING
    passes: PassConfig = PASSES
    fences: Fences = field(default_factory=Fences)
    within: BaseGeometry | None = None  # degrees; fixes elsewhere are not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What came of a trace."""

    passes: tuple[Pass, ...]  # by time
    kept: int  # fixes that were clean
    dropped: Mapping[Dropped, int]


def work(raw: Track, network: Network, rules: Rules, now: float | None = None) -> Work:
    """A pure function of the set of fixes: in whatever order they came, the same passes come out.

    ``now`` in seconds since 1970: fixes later than that are not believed.
    """
    cleaned = clean(raw, config=rules.cleaning, now=now, within=rules.within)
    found = [
        one
        for piece in cleaned.pieces
        for part in rules.fences.outside(piece)
        for one in passes(part, network, rules.passes, rules.matching)
    ]
    return Work(passes=tuple(sorted(found)), kept=cleaned.kept, dropped=cleaned.dropped)
