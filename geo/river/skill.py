"""How good forecasts were: contingency, Brier and quantile scores, coverage; alike for the model and its baselines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.river.levels import Array

Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Scores of one forecaster at one lead. None: it cannot be said, for want of events, of warnings or of hours."""

    pod: float | None
    far: float | None
    csi: float | None
    bss: float | None
    crpss: float | None
    coverage80: float | None

    def told(self) -> dict[str, Any]:
        """As JSON, four decimals."""
        return {name: None if value is None else round(value, 4) for name, value in asdict(self).items()}


def contingency(happened: Truths, warned: Truths) -> tuple[float | None, float | None, float | None]:
    """POD, FAR and CSI."""
    hits, misses, false = (
        int((happened & warned).sum()),
        int((happened & ~warned).sum()),
        int((~happened & warned).sum()),
    )
    return _share(hits, hits + misses), _share(false, hits + false), _share(hits, hits + misses + false)


def brier_skill(happened: Truths, chances: Array) -> float | None:
    """1 − Brier / (ō(1 − ō)) with ō of these very rows."""
    rate = float(happened.mean()) if len(happened) else 0.0
    if not 0 < rate < 1:
        return None
    return 1 - float(np.mean((chances - happened) ** 2)) / (rate * (1 - rate))


def skill_against(score: Array, baseline: Array) -> float | None:
    """1 − mean score / mean score of the baseline; of scores that are better when smaller."""
    if not len(score) or float(baseline.mean()) == 0:
        return None
    return 1 - float(score.mean()) / float(baseline.mean())


def best_threshold(happened: Truths, chances: Array) -> float:
    """The chance from which warning gives the highest CSI; the middle of those that are as good."""
    tried = np.linspace(0.05, 0.9, 86)
    scores = [contingency(happened, chances >= one)[2] or 0.0 for one in tried]
    good = tried[np.array(scores) >= max(scores) - 0.005]
    return round(float(np.median(good)), 3)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
