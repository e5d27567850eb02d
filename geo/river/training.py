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
from geo.river.trial import Trial
from geo.river.weeks import Week, of_weeks, shortfall, weeks, with_normals


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Levels whose ordinary levels are known, and their weeks: enough of them to learn from."""

    levels: Levels
    weeks: Sequence[Week]

    @classmethod
    def of(cls, levels: Levels) -> Past:
        """Raises TooLittleError with what is missing."""
        whole = with_normals(levels)
        some = weeks(whole)
        if missing := shortfall(whole, some):
            raise TooLittleError(missing)
        return cls(levels=whole, weeks=some)


def learned_from(past: Past, trial: Trial, now: datetime, version: str) -> RiverModel:
    """The model itself, out of all weeks. ``trial`` says how good such a model is on weeks it has not seen."""
    crps, brier = trial.ratios
    return RiverModel(
        leads={lead: learned(of_weeks(past.weeks, lead)) for lead in LEADS},
        normals={gauge.code: gauge.normal for gauge in past.levels.gauges if not isnan(gauge.normal)},
        provenance=Provenance(
            trained_at=now,
            version=version,
            stations=tuple(gauge.code for gauge in past.levels.gauges),
            since=past.levels.begin,
            until=past.levels.time(len(past.levels.values) - 1),
            rows=sum(len(week.rows[lead]) for week in past.weeks for lead in LEADS),
            digest=_digest(past.weeks),
            scores={f"crps_of_{trial.against}": round(crps, 4), f"brier_of_{trial.against}": round(brier, 4)},
        ),
    )


def _digest(past: Sequence[Week]) -> str:
    """SHA-256 of all that was learned from: the same past has the same."""
    whole = hashlib.sha256()
    for week in past:
        for lead in LEADS:
            data = week.rows[lead]
            for values in (data.signs, data.highest, data.end, data.weight):
                whole.update(values.tobytes())
    return whole.hexdigest()
