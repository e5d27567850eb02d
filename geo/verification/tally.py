"""Sums over many forecasts of one gauge, lead and threshold. They add, so a day can be kept and a year be read at once.

Every score is made of the same sums for the outlook that was given and for damped extrapolation; persistence needs none
of its own, for it never foretells an event and its error of level is how far the level moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from geo.river.forecast import quantile_score
from geo.river.skill import Skill
from geo.verification.came import Came
from geo.verification.issued import Issued

BINS = 10
LEVEL = ""  # the name under which the level itself is tallied, beside those of the thresholds
_SHOWN = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """``n`` forecasts of an event that had not begun, and ``levels`` forecasts of a level on the move."""

    n: int = 0
    unknown: int = 0  # could not be judged: reports are missing
    events: int = 0
    hits: int = 0
    false_alarms: int = 0
    brier: float = 0.0  # sum of (chance − came)²
    extrapolated_hits: int = 0
    extrapolated_alarms: int = 0  # false ones
    levels: int = 0
    score: float = 0.0  # sums in metres: of the quantiles
    damped: float = 0.0  # of extrapolation
    stays: float = 0.0  # and of persistence
    inside: int = 0  # the interval of 80 % held

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)})

    def outlook(self) -> Skill:
        """Of what was given."""
        pod, far, csi = self._contingency(self.hits, self.false_alarms)
        return Skill(
            pod=pod,
            far=far,
            csi=csi,
            bss=self._brier_skill(self.brier),
            crpss=_skill(self.score, self.stays),
            coverage80=self.inside / self.levels if self.levels else None,
        )

    def extrapolation(self) -> Skill:
        """Of the damped slope: a threshold is foretold where it stands above it at the end."""
        pod, far, csi = self._contingency(self.extrapolated_hits, self.extrapolated_alarms)
        wrong = self.events - self.extrapolated_hits + self.extrapolated_alarms
        bss, crpss = self._brier_skill(wrong), _skill(self.damped, self.stays)
        return Skill(pod=pod, far=far, csi=csi, bss=bss, crpss=crpss, coverage80=None)

    def persistence(self) -> Skill:
        """All stays as it is: no threshold is ever reached."""
        pod, far, csi = self._contingency(0, 0)
        crpss = 0.0 if self.stays else None
        return Skill(pod=pod, far=far, csi=csi, bss=self._brier_skill(self.events), crpss=crpss, coverage80=None)

    def _contingency(self, hits: int, false: int) -> tuple[float | None, float | None, float | None]:
        warned = hits + false
        return _share(hits, self.events), _share(false, warned), _share(hits, self.events + false)

    def _brier_skill(self, total: float) -> float | None:
        """1 − Brier / (ō(1 − ō)), ō of these very forecasts."""
        if not 0 < self.events < self.n:
            return None
        rate = self.events / self.n
        return 1 - total / self.n / (rate * (1 - rate))


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts whose chance lay in one tenth: how many, how often it came, and the sum of the chances."""

    n: int
    events: int
    chance: float

    def __add__(self, other: Bin) -> Bin:
        return Bin(self.n + other.n, self.events + other.events, self.chance + other.chance)


def judged(issued: Issued, seen: Came | None) -> dict[str, tuple[Tally, Mapping[int, Bin]]]:
    """What one forecast adds, by threshold, and under LEVEL that of the level; with the tenth its chance lay in."""
    found: dict[str, tuple[Tally, Mapping[int, Bin]]] = {}
    for name, limit in issued.limits.items():
        if seen is None:
            found[name] = Tally(unknown=1), {}
            continue
        happened, extrapolated = seen.highest >= limit.metres, issued.extrapolated >= limit.metres
        tally = Tally(
            n=1,
            events=int(happened),
            hits=int(happened and limit.warned),
            false_alarms=int(limit.warned and not happened),
            brier=(limit.chance - happened) ** 2,
            extrapolated_hits=int(happened and extrapolated),
            extrapolated_alarms=int(extrapolated and not happened),
        )
        found[name] = tally, {tenth(limit.chance): Bin(1, int(happened), limit.chance)}
    if issued.moving:
        found[LEVEL] = _level(issued, seen), {}
    return found


def tenth(chance: float) -> int:
    """0 for chances below 0.1, …, 9 for those from 0.9 on."""
    return min(BINS - 1, int(chance * BINS + 1e-9))


def _level(issued: Issued, seen: Came | None) -> Tally:
    if seen is None or seen.end is None:
        return Tally(unknown=1)
    foretold = np.array([[issued.q10, issued.q50, issued.q90]])
    return Tally(
        levels=1,
        score=float(quantile_score(np.array([seen.end]), foretold, _SHOWN)[0]),
        damped=abs(seen.end - issued.extrapolated),
        stays=abs(seen.end - issued.level),
        inside=int(issued.q10 <= seen.end <= issued.q90),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _skill(total: float, baseline: float) -> float | None:
    return 1 - total / baseline if baseline else None
