"""A model out of a city's own past: is there enough to learn from, is the result better, and what is it made of?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan

from geo.river.forecast import LEADS, Provenance, RiverModel
from geo.river.learning import TooLittleError, learned
from geo.river.levels import Levels
from geo.river.trial import Trial, tried
from geo.river.weeks import Week, of_weeks, shortfall, weeks, with_normals


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A candidate, learned from everything, and how good models learned in the same way were on weeks left out."""

    model: RiverModel
    trial: Trial


def trained(levels: Levels, in_use: RiverModel | None, now: datetime, version: str) -> Trained:
    """Learn from ``levels`` and try against ``in_use``. Some minutes for a year of ten gauges.

    Raises TooLittleError with what is missing.
    """
    whole = with_normals(levels)
    past = weeks(whole)
    if missing := shortfall(whole, past):
        raise TooLittleError(missing)
    trial = tried(past, in_use)
    crps, brier = trial.ratios
    model = RiverModel(
        leads={lead: learned(of_weeks(past, lead)) for lead in LEADS},
        normals={gauge.code: gauge.normal for gauge in whole.gauges if not isnan(gauge.normal)},
        provenance=Provenance(
            trained_at=now,
            version=version,
            stations=tuple(gauge.code for gauge in whole.gauges),
            since=whole.begin,
            until=whole.time(len(whole.values) - 1),
            rows=sum(len(week.rows[lead]) for week in past for lead in LEADS),
            digest=_digest(past),
            scores={f"crps_of_{trial.against}": round(crps, 4), f"brier_of_{trial.against}": round(brier, 4)},
        ),
    )
    return Trained(model=model, trial=trial)


def _digest(past: Sequence[Week]) -> str:
    """SHA-256 of all that was learned from: the same past has the same."""
    whole = hashlib.sha256()
    for week in past:
        for lead in LEADS:
            data = week.rows[lead]
            for values in (data.signs, data.highest, data.end, data.weight):
                whole.update(values.tobytes())
    return whole.hexdigest()
