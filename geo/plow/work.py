"""From a vehicle's raw fixes to what it did: cleaned, split, fenced, matched, told as passes and as spells of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from geo.plow.cleaning import PRACTICE as CLEANING
from geo.plow.cleaning import CleaningConfig, Dropped, clean
from geo.plow.fences import Fences
from geo.plow.matching import PRACTICE as MATCHING
from geo.plow.matching import MatchingConfig, match
from geo.plow.network import Network
from geo.plow.passes import PRACTICE as PASSES
from geo.plow.passes import Pass, PassConfig, runs
from geo.plow.spells import Spell, spells
from geo.plow.strokes import paths
from geo.plow.track import Track

_EVERY_S = 5.0  # oftener a phone tells its own error: a metre forth and a metre back is no way that was driven


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
    spells: tuple[Spell, ...]  # by time: all of it while the vehicle was seen
    kept: int  # fixes that were clean
    dropped: Mapping[Dropped, int]


def work(raw: Track, network: Network, rules: Rules, now: float | None = None) -> Work:
    """A pure function of the set of fixes: in whatever order they came, the same passes come out.

    ``now`` in seconds since 1970: fixes later than that are not believed.
    """
    cleaned = clean(raw, config=rules.cleaning, now=now, within=rules.within)
    found: list[Pass] = []
    times: list[Spell] = []
    for whole in cleaned.pieces:
        piece = whole.thinned(_EVERY_S)
        driven = [
            path
            for part in rules.fences.outside(piece)
            for path in paths(part, match(part, network, rules.matching), network, rules.passes.transfer_kmh)
        ]
        found += runs(driven, network, rules.passes)
        times += spells(piece, driven, network, rules.fences, rules.passes.transfer_kmh)
    return Work(passes=tuple(sorted(found)), spells=tuple(times), kept=cleaned.kept, dropped=cleaned.dropped)
