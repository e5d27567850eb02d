"""Is a new model better than what is in use? Both foretell weeks that neither has learned from.

The new one is learned several times, each time without some of the weeks, and tried on those; what is in use is tried
on the same weeks, all newer than what it was learned from. Beside both stand the damped slope and persistence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from geo.river.damped import SPREAD, exceeding, rise
from geo.river.forecast import LEADS, QUANTILES, RiverModel, quantile_score
from geo.river.learning import TooLittleError, learned
from geo.river.levels import Array
from geo.river.rows import Rows
from geo.river.signs import OWN_SLOPE
from geo.river.weeks import LEAST_FLOODS, Week, of_weeks

_FOLDS, _LEAST_NEW = 3, 2
_GAPS = (0.1, 0.3, 1.0)  # metres: how likely is a rise by so much?
_NORMAL = np.array([-1.2816, -0.6745, 0.0, 0.6745, 1.2816])  # the five quantiles, in standard deviations
Forecast: TypeAlias = Callable[[Rows, int], tuple[Array, Array]]  # quantiles (rows, 5) and chances (rows, gaps)


@dataclass(frozen=True, slots=True)
class Score:
    """Of one forecaster at one lead, while rivers move: less is better."""

    crps_m: float  # quantile score of the rise, metres
    brier: float  # of the chances of a rise by 0.1, 0.3 and 1 m


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Scores by lead and forecaster: ``candidate``, ``extrapolation``, ``persistence``, and ``in_use`` if any is."""

    rows: Mapping[int, int]
    scores: Mapping[int, Mapping[str, Score]]
    against: str  # whom the candidate has to beat

    @property
    def ratios(self) -> tuple[float, float]:
        """CRPS and Brier score of the candidate as shares of the other's, means over the leads."""
        pairs = [(one["candidate"], one[self.against]) for one in self.scores.values()]
        crps = np.mean([new.crps_m / max(old.crps_m, 1e-9) for new, old in pairs])
        return float(crps), float(np.mean([new.brier / max(old.brier, 1e-9) for new, old in pairs]))

    @property
    def worse(self) -> bool:
        """True where the candidate is worse by either score."""
        return max(self.ratios) > 1


def tried(weeks: Sequence[Week], in_use: RiverModel | None) -> Trial:
    """Try a candidate on the weeks that are newer than ``in_use``. Raises TooLittleError where too few have floods."""
    until = in_use.provenance.until if in_use and in_use.provenance else None
    newer = [week for week in weeks if until is None or week.begin >= until]
    folds = _folds(newer, _LEAST_NEW if until else LEAST_FLOODS, until)
    kept: dict[int, list[tuple[Rows, Mapping[str, Forecast]]]] = {lead: [] for lead in LEADS}
    others: dict[str, Forecast] = {"extrapolation": _extrapolation, "persistence": _persistence}
    if in_use is not None:
        others["in_use"] = _of_model(in_use)
    for fold in folds:
        rest = [week for week in weeks if week not in fold]
        for lead in LEADS:
            candidate = RiverModel(leads={lead: learned(of_weeks(rest, lead))})
            data = of_weeks(fold, lead)
            kept[lead].append((data.where(data.busy), {"candidate": _of_model(candidate), **others}))
    return Trial(
        rows={lead: sum(len(data) for data, _ in parts) for lead, parts in kept.items()},
        scores={lead: _scores(parts, lead) for lead, parts in kept.items()},
        against="in_use" if in_use else "extrapolation",
    )


def _folds(newer: Sequence[Week], least: int, until: datetime | None) -> list[list[Week]]:
    """Weeks to try on; those with floods dealt evenly."""
    floods = sum(week.flood for week in newer)
    if floods < least:
        since = f"since {until.date()}, until when the model in use has learned, " if until else ""
        raise TooLittleError(f"{since}there were floods in {floods} weeks; {least} are needed to try a new one")
    ranked = sorted(newer, key=lambda week: (-week.up, week.begin))
    count = min(_FOLDS, floods)
    return [ranked[fold::count] for fold in range(count)]


def _scores(parts: Sequence[tuple[Rows, Mapping[str, Forecast]]], lead: int) -> dict[str, Score]:
    found = {}
    for name in parts[0][1]:
        crps, brier = [], []
        for data, forecasts in parts:
            quantiles, chances = forecasts[name](data, lead)
            happened = data.highest[:, None] >= np.array(_GAPS)
            crps.append(quantile_score(data.end, quantiles))
            brier.append(((chances - happened) ** 2).mean(axis=1))
        found[name] = Score(float(np.concatenate(crps).mean()), float(np.concatenate(brier).mean()))
    return found


def _of_model(model: RiverModel) -> Forecast:
    def forecast(data: Rows, lead: int) -> tuple[Array, Array]:
        one = RiverModel(leads={lead: model.leads[lead]})
        chances = [one.chances(data.signs, np.full(len(data), gap))[lead] for gap in _GAPS]
        return one.rises(data.signs, lead), np.stack(chances, axis=1)

    return forecast


def _extrapolation(data: Rows, lead: int) -> tuple[Array, Array]:
    expected = rise(np.nan_to_num(data.signs[:, OWN_SLOPE]), lead)[:, None]
    chances = np.vectorize(exceeding)(np.array(_GAPS) - expected, lead)
    return expected + _NORMAL * SPREAD * lead, chances


def _persistence(data: Rows, _: int) -> tuple[Array, Array]:
    return np.zeros((len(data), len(QUANTILES))), np.zeros((len(data), len(_GAPS)))
