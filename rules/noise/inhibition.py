"""Inhibition: what people have been told may keep something lesser at the same place from being said on top of it.

Only what was issued and still holds counts: a draft that waits for people stands in for nothing. The lesser is always
strictly lower, so two alerts can never silence each other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from geo.hazard import Hazard
from rules.alert import GRAVE

Around = Callable[[str], Collection[str]]  # the areas in which one lies, itself among them


@dataclass(frozen=True, slots=True)
class Selector:
    """Which hazards of which rules; empty means any."""

    rules: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    lowest: int = 0
    highest: int = 5

    def fits(self, rule: str, kind: str, level: int) -> bool:
        of_rule = not self.rules or rule in self.rules
        return of_rule and (not self.kinds or kind in self.kinds) and self.lowest <= level <= self.highest

    def may_fit(self, rule: str, kinds: frozenset[str]) -> bool:
        """Whether it can ever fit a rule that speaks of these kinds (none: of any)."""
        return (not self.rules or rule in self.rules) and not (self.kinds and kinds and self.kinds.isdisjoint(kinds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """One row of the table. A family has one selector for both sides: of its members the higher one speaks."""

    id: str
    title: Mapping[str, str]
    by: Selector
    quiets: Selector
    family: bool = False
    repeats_only: bool = False  # the first word is said all the same, only not again and again


@dataclass(frozen=True, slots=True)
class Told:
    """What an issued alert says of one place, as far as it still holds now."""

    rule: str
    kind: str
    area: str
    level: int
    alert_level: bool
    series: str


@dataclass(frozen=True, slots=True)
class Cover:
    """Why a hazard need not be told on top of what stands: a sentence, and whether that goes for its first word too."""

    detail: str
    wholly: bool


@dataclass(frozen=True, slots=True)
class Overheard:
    """Everything that people have been told, by the place it was told of: a night of snow tells of thousands."""

    by_area: Mapping[str, tuple[Told, ...]]

    @classmethod
    def of(cls, told: Iterable[Told]) -> Overheard:
        """The same again is one."""
        areas: dict[str, dict[Told, None]] = {}
        for one in told:
            areas.setdefault(one.area, {})[one] = None
        return cls({area: tuple(some) for area, some in areas.items()})

    def near(self, areas: Iterable[str]) -> Iterator[Told]:
        """What was told of any of these areas."""
        return (one for area in areas for one in self.by_area.get(area, ()))


def itself(area: str) -> frozenset[str]:
    """For those who know no map: an area lies in itself only."""
    return frozenset((area,))


def covered(
    rows: Sequence[Inhibition], rule: str, hazards: Iterable[Hazard], told: Overheard, around: Around
) -> dict[str, Cover]:
    """The hazards of a rule for which a graver alert stands, by key. Never one of level 4 or above."""
    found: dict[str, Cover] = {}
    for hazard in hazards:
        mine = [row for row in rows if row.quiets.fits(rule, hazard.kind, hazard.level)]
        if not mine or hazard.level >= GRAVE:
            continue
        graver = [one for one in told.near(around(hazard.area)) if _graver(one, hazard)]
        covers = [
            Cover(f"{row.title['ja']}（{one.series}）", not row.repeats_only)
            for row in mine
            for one in graver
            if row.by.fits(one.rule, one.kind, one.level)
        ]
        if covers:
            found[hazard.key] = min(covers, key=lambda cover: (not cover.wholly, cover.detail))
    return found


def _graver(told: Told, hazard: Hazard) -> bool:
    """Strictly higher, and on the same scale: a 警戒レベル and the grades of other kinds cannot be compared."""
    return told.level > hazard.level and told.alert_level == hazard.alert_level
