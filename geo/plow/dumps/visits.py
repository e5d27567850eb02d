"""Visits to snow dumps: the time that a vehicle was inside the fence, put together from the spells of its trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from feeds.japan import JAPAN
from geo.plow.spells import Spell

GAP_S = 600  # not seen for so long, it may still be the same load: receivers are silent between walls of snow
AT_LEAST_S = 60  # whoever is quicker has turned at the gate and left nothing


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """One vehicle inside one dump, in seconds since 1970."""

    began: int
    ended: int
    dump: str

    @property
    def seconds(self) -> int:
        """How long it has lasted."""
        return self.ended - self.began

    @property
    def day(self) -> date:
        """The day in Japan on which it began: a load counts once, also over midnight."""
        return datetime.fromtimestamp(self.began, UTC).astimezone(JAPAN).date()


def visits(spells: Iterable[Spell]) -> list[Visit]:
    """The visits of one vehicle, by time. Spells are cut at quarters of an hour, and at silences; visits are not."""
    return [one for one in _joined(spells) if one.seconds >= AT_LEAST_S]


def by_day(some: Iterable[Visit]) -> dict[str, dict[date, int]]:
    """How many visits began in each dump on each of Japan's days; days without any are not named."""
    counted: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for one in some:
        counted[one.dump][one.day] += 1
    return {dump: dict(days) for dump, days in counted.items()}


def _joined(spells: Iterable[Spell]) -> Iterator[Visit]:
    standing: Visit | None = None
    for one in sorted(spells):
        if not one.place:
            continue
        if standing and standing.dump == one.place and one.began - standing.ended <= GAP_S:
            standing = Visit(standing.began, max(standing.ended, one.ended), one.place)
            continue
        if standing:
            yield standing
        standing = Visit(one.began, one.ended, one.place)
    if standing:
        yield standing
