"""What one station's model found, and the hazards it becomes: one for each area the station speaks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.sections import sections_of
from geo.station import Station

Areas: TypeAlias = Callable[[Station, Ground], list[Area]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A danger as one station shows it, without a place yet. Its level is no 警戒レベル."""

    kind: str
    level: int
    observed: bool
    since: datetime
    until: datetime
    headline: str
    evidence: tuple[Evidence, ...]
    facts: Mapping[str, str | float | int | bool] = field(default_factory=dict)
    probability: float | None = None
    late: bool = False


def placed(
    finding: Finding, model: str, station: Station, inputs: Inputs, ground: Ground, areas: Areas = sections_of
) -> list[Hazard]:
    """One hazard per area of the station; ``model`` is name@version. What is foreseen has a source of its own."""
    return [
        Hazard(
            kind=finding.kind,
            area=area.code,
            area_name=area.name,
            level=finding.level,
            alert_level=False,
            model=model,
            status=inputs.status,
            observed=finding.observed,
            since=finding.since,
            valid_until=finding.until,
            headline=finding.headline,
            probability=finding.probability,
            late=finding.late,
            source=station.code if finding.observed else f"{station.code}:foreseen",
            evidence=finding.evidence,
            facts={"gauge": station.name, "gauge_en": station.name_en or station.name, **finding.facts},
        )
        for area in areas(station, ground)
    ]


def tenths(probability: float) -> float:
    """A probability as it is told: in tenths, never none and never sure."""
    return min(0.9, max(0.1, round(probability, 1)))
