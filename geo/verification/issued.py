"""What was foretold of a gauge, as it is kept for judging: the outlook that was given, and what the baselines said.

Persistence says that the level stays, so it never foretells that a threshold is reached. Extrapolation is the damped
slope of :mod:`geo.river.damped`, whatever the outlook itself was made by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.status import Status
from geo.model import Ground, Inputs, Sample
from geo.river.damped import rise
from geo.river.gauge import LEVELS, GaugeConfig, GaugeState, possible
from geo.river.outlook import Outlook, watched
from geo.series.believed import plausible, without_spikes
from geo.station import Station

_HOUR = timedelta(hours=1)
_MOVES = 0.3  # metres between the highest and the lowest level …
_LATELY = timedelta(hours=24)  # … of so long before


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One threshold that was not reached yet when the outlook was given."""

    metres: float
    chance: float
    warned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One lead of one outlook. Levels in metres."""

    station: str
    made_at: datetime  # from here the lead counts
    method: str  # learned or extrapolated
    lead: int  # hours
    level: float  # when it was made; what persistence says
    q10: float
    q50: float
    q90: float
    extrapolated: float  # what the damped slope says
    moving: bool  # the river is on the move: only then the level itself is scored
    limits: Mapping[str, Limit]  # by the names of thresholds
    hour: datetime  # for which it is kept: one of a gauge and lead each hour
    status: Status = Status.ACTUAL
    version: str = ""  # name@version of the model that warns by it

    @property
    def until(self) -> datetime:
        return self.made_at + self.lead * _HOUR


def issued(inputs: Inputs, ground: Ground, version: str, config: GaugeConfig | None = None) -> list[Issued]:
    """Every lead of every gauge for which something is foretold at ``inputs.now``."""
    config = config or GaugeConfig()
    found: list[Issued] = []
    for code, (state, outlook) in watched(inputs, ground, config).items():
        samples = inputs.series.get((code, "water_level"), ())
        moving = moves(believable(samples, state.station, inputs.now, config), inputs.now)
        leads = _leads(outlook, state, moving, inputs.now)
        found += [replace(one, status=inputs.status, version=_version(version, one, ground)) for one in leads]
    return found


def _version(version: str, one: Issued, ground: Ground) -> str:
    """Of what was learned, by the rows that it was learned from, so that two of them are never taken for one."""
    known = ground.river_model.provenance if ground.river_model else None
    return f"{version}/{known.digest[:8]}" if known and one.method == "learned" else version


def believable(samples: Sequence[Sample], station: Station, now: datetime, config: GaugeConfig) -> list[Sample]:
    """Reports up to ``now`` that the gauge can have, without isolated ones far from both neighbours."""
    bounds = possible(station, config)
    kept = plausible(samples, now, *bounds) if bounds else []
    return without_spikes(kept, config.spike_m, config.neighbours)


def moves(samples: Sequence[Sample], now: datetime) -> bool:
    """Whether the level has moved by 0.3 m in the last 24 hours. A river at rest is foretold by anybody."""
    lately = [one.value for one in samples if one.at >= now - _LATELY]
    return bool(lately) and max(lately) - min(lately) >= _MOVES


def _leads(outlook: Outlook, state: GaugeState, moving: bool, now: datetime) -> list[Issued]:
    thresholds = {name: metres for name, metres in state.station.thresholds.items() if name in LEVELS}
    ahead = {name: metres for name, metres in thresholds.items() if metres > outlook.level}
    return [
        Issued(
            station=outlook.station,
            made_at=outlook.made_at,
            method=outlook.method,
            lead=one.hours,
            level=outlook.level,
            q10=one.q10,
            q50=one.q50,
            q90=one.q90,
            extrapolated=outlook.level + rise(state.slope or 0.0, one.hours + _age(outlook)),
            moving=moving,
            hour=now.replace(minute=0, second=0, microsecond=0),
            limits={
                name: Limit(metres=metres, chance=one.chances[name], warned=name in one.warned)
                for name, metres in ahead.items()
            },
        )
        for one in outlook.ahead
    ]


def _age(outlook: Outlook) -> float:
    """Hours since the newest report."""
    return (outlook.made_at - outlook.measured_at) / _HOUR
