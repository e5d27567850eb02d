"""What each gauge will do within six hours, by the best means there is for it, and by which means that was.

*Learned* where a model is at hand and the gauge has what the model asks for; else *extrapolated*; else *thresholds*
alone: nothing is foreseen, and only what has happened is told. Pure: values after ``inputs.now`` change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, TypeAlias

from geo.model import Ground, Inputs
from geo.river.damped import exceeding, hours_until, quantiles, rise
from geo.river.forecast import LEADS
from geo.river.gauge import LEVELS, GaugeConfig, GaugeState, judge
from geo.river.live import Foretelling, foretell
from geo.river.observed import MEMORY, observed
from geo.station import Station

Method: TypeAlias = Literal["learned", "extrapolated", "thresholds"]
Why: TypeAlias = Literal["", "no_model", "no_normal", "gaps", "silent", "no_slope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """One lead. Levels in metres on the gauge's own zero; ``chances`` and ``warned`` by the names of thresholds."""

    hours: int
    q10: float  # of the level at the end
    q50: float
    q90: float
    chances: Mapping[str, float]  # that the threshold is reached on the way; 1 where it is reached already
    warned: frozenset[str]  # not reached yet, and worth a warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One gauge at one time. ``ahead`` has a place for each of LEADS, ascending, and none with ``thresholds``."""

    station: str
    made_at: datetime  # the leads count from here; learned: the full ten minutes up to now
    measured_at: datetime  # of the newest report
    level: float  # metres, as far as that report is believed
    method: Method
    why: Why = ""  # what a better method lacked, empty for the best
    ahead: tuple[Ahead, ...] = ()
    expected: Mapping[str, datetime]  # when a threshold will be reached, if it is; of those not reached yet

    def within(self, extrapolated: timedelta) -> tuple[Ahead, ...]:
        """The leads that a warning may rest on: what was learned is as good at six hours as a slope is at three."""
        if self.method == "learned":
            return self.ahead
        return tuple(lead for lead in self.ahead if timedelta(hours=lead.hours) <= extrapolated)


def outlooks(inputs: Inputs, ground: Ground, config: GaugeConfig | None = None) -> dict[str, Outlook]:
    """The outlook of every gauge that says anything at ``inputs.now``, by station code."""
    return {code: outlook for code, (_, outlook) in watched(inputs, ground, config or GaugeConfig()).items()}


@lru_cache(maxsize=1)  # several models ask for the same gauges one after the other: a learned outlook is work
def watched(inputs: Inputs, ground: Ground, config: GaugeConfig) -> Mapping[str, tuple[GaugeState, Outlook]]:
    """Every gauge that says anything at ``inputs.now``, by station code: how it stands, and what it will do."""
    states = _judged(inputs, ground, config)
    ahead = _foreseen(states, inputs, ground)
    return MappingProxyType({code: (state, ahead[code]) for code, state in states.items()})


def _judged(inputs: Inputs, ground: Ground, config: GaugeConfig) -> dict[str, GaugeState]:
    """Every gauge that says anything, by station code, in their order."""
    found = {}
    for code, station in sorted(ground.stations.items()):
        state = judge(station, inputs.series.get((code, "water_level"), ()), inputs.now, config)
        if state is not None:
            found[code] = state
    return found


def _foreseen(states: Mapping[str, GaugeState], inputs: Inputs, ground: Ground) -> dict[str, Outlook]:
    """The outlook of each of the gauges, by the best means there is for it."""
    model = ground.river_model
    # A silent gauge is not asked for: what it will do is not known by what it did.
    limits = {code: _limits(state.station) for code, state in states.items() if not state.stale}
    if model is None or not limits:
        return {code: _without_model(state, inputs.now, "no_model") for code, state in states.items()}
    span = (inputs.now - MEMORY, inputs.now)
    levels = observed(inputs.series, ground.stations.values(), span, model.normals)
    assert levels is not None, "a gauge that was judged is a gauge"
    told = foretell(model, levels, limits)
    return {
        code: _learned(state, told)
        if code in told.gauges
        else _without_model(state, inputs.now, told.lacking.get(code, "no_model"))
        for code, state in states.items()
    }


def _learned(state: GaugeState, told: Foretelling) -> Outlook:
    leads = told.gauges[state.station.code]
    farthest = leads[max(leads)]
    ahead = []
    for hours, lead in leads.items():
        q10, q50, q90 = lead.quantiles
        ahead.append(Ahead(hours=hours, q10=q10, q50=q50, q90=q90, chances=lead.chances, warned=lead.warned))
    warned = frozenset[str]().union(*(lead.warned for lead in leads.values()))
    halves = {name: _half({hours: lead.chances[name] for hours, lead in leads.items()}) for name in farthest.chances}
    return Outlook(
        station=state.station.code,
        made_at=told.at,
        measured_at=state.newest.at,
        level=state.newest.value,
        method="learned",
        ahead=tuple(ahead),
        expected={name: told.at + timedelta(hours=halves[name]) for name in sorted(warned)},
    )


def _half(chances: Mapping[int, float]) -> float:
    """The hour by which half of the chance of the longest lead is used up; evenly between two leads."""
    half = chances[max(chances)] / 2
    before, passed = 0, 0.0
    for hours, chance in sorted(chances.items()):
        if chance >= half > passed:
            return before + (hours - before) * (half - passed) / (chance - passed)
        before, passed = hours, chance
    return 0.0


def _without_model(state: GaugeState, now: datetime, why: Why) -> Outlook:
    if state.stale:
        return _thresholds_alone(state, now, "silent")
    if state.slope is None:
        return _thresholds_alone(state, now, "no_slope")
    return _extrapolated(state, state.slope, now, why)


def _thresholds_alone(state: GaugeState, now: datetime, why: Why) -> Outlook:
    newest = state.newest
    return Outlook(
        station=state.station.code,
        made_at=now,
        measured_at=newest.at,
        level=newest.value,
        method="thresholds",
        why=why,
        expected={},
    )


def _extrapolated(state: GaugeState, slope: float, now: datetime, why: Why) -> Outlook:
    newest = state.newest
    gaps = {name: limit - newest.value for name, limit in _limits(state.station).items()}
    age = (now - newest.at) / timedelta(hours=1)
    closed = {name: hours_until(gap, slope) for name, gap in gaps.items()}
    ahead = []
    least = dict.fromkeys(gaps, 0.0)
    for lead in LEADS:
        hours = lead + age
        q10, q50, q90 = quantiles(newest.value + rise(slope, hours), hours)
        least = {
            name: 1.0 if gap <= 0 else max(least[name], exceeding(gap - rise(slope, hours), hours))
            for name, gap in gaps.items()
        }
        warned = frozenset(name for name, when in closed.items() if when is not None and 0 < when <= hours)
        ahead.append(Ahead(hours=lead, q10=q10, q50=q50, q90=q90, chances=least, warned=warned))
    return Outlook(
        station=state.station.code,
        made_at=now,
        measured_at=newest.at,
        level=newest.value,
        method="extrapolated",
        why=why,
        ahead=tuple(ahead),
        expected={
            name: newest.at + timedelta(hours=when)
            for name, when in closed.items()
            if when is not None and 0 < when <= LEADS[-1] + age
        },
    )


def _limits(station: Station) -> dict[str, float]:
    """The thresholds that have a meaning, in metres."""
    return {name: limit for name, limit in station.thresholds.items() if name in LEVELS}
