"""River gauges over inundation layers: which districts are in danger now, and which will be within three hours.

Observed and foreseen stand side by side as hazards of their own (``source`` is the gauge, or the gauge and
``:foreseen``), so that a rule can ask for either. docs/models.md tells the reasoning and the limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from feeds.japan import JAPAN, clock, near
from feeds.status import Status
from geo.area import Area
from geo.exposure import Exposure, exposure
from geo.flooding.districts import districts_of
from geo.flooding.telling import depth_facts, layer_evidence
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.river.gauge import LEVELS, GaugeConfig, GaugeState
from geo.river.observed import MEMORY, QUANTITIES
from geo.river.outlook import Outlook, watched
from geo.river.saying import WHYS, chance_told, expectation, means
from geo.station import Station

_LOWER = 1  # official bulletins put what is foreseen one level below what has happened (氾濫警戒情報: 危険水位 is near)
_LIKELY = 0.5
_Facts: TypeAlias = dict[str, str | float | int | bool]


class Flood:
    """One hazard per district and gauge, observed or foreseen. Wants ``water_level`` in the unit of the thresholds."""

    name = "flood"
    version = "2"
    quantities = QUANTITIES
    window = MEMORY
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: GaugeConfig | None = None, reach_m: float = 3000.0) -> None:
        self.config = config or GaugeConfig()
        self.reach_m = reach_m  # a gauge without districts of its own speaks for flooded ones this near

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every (district, gauge) whose gauge has reached a level, and every one whose gauge soon will."""
        hazards: list[Hazard] = []
        for state, outlook in watched(inputs, ground, self.config).values():
            reaches = _reaches(state, outlook, self.config.horizon)
            if not (state.level or reaches):
                continue
            for area in districts_of(state.station, ground, self.reach_m):
                observed = self._observed(state, outlook, area, exposure(ground, area), inputs.status)
                if state.level:
                    hazards.append(observed)
                if reaches:
                    hazards.append(_foreseen(observed, state, outlook, reaches, inputs.now))
        return hazards

    def _observed(self, state: GaugeState, outlook: Outlook, area: Area, exposed: Exposure, status: Status) -> Hazard:
        blind = outlook.method == "thresholds"
        kept = self.config.keep if state.stale else self.config.stale
        return Hazard(
            kind="flood",
            area=area.code,
            area_name=area.name,
            level=state.level,
            alert_level=state.level > 1,
            model=f"{self.name}@{self.version}",
            status=status,
            observed=True,
            since=state.since,
            valid_until=state.newest.at + kept,
            headline=_headline(state),
            late=state.newest.late,
            source=state.station.code,
            evidence=(_gauge_evidence(state), layer_evidence(exposed), *(_means(state, outlook) if blind else ())),
            facts=_facts(state, exposed) | _means_facts(outlook),
        )


@dataclass(frozen=True, slots=True)
class _Reach:
    """A threshold that will be reached."""

    threshold: str
    level: int
    at: datetime
    probability: float


def _reaches(state: GaugeState, outlook: Outlook, extrapolated: timedelta) -> list[_Reach]:
    """Thresholds above the level that will be reached, lowest first."""
    leads = outlook.within(extrapolated)
    found = []
    for name, _ in sorted(state.station.thresholds.items(), key=lambda item: item[1]):
        level = LEVELS[name][0] if name in LEVELS else 0
        if level > max(state.level, 1) and any(name in lead.warned for lead in leads):
            chance = chance_told(outlook, leads[-1].chances[name])
            found.append(_Reach(name, level, outlook.expected[name], chance))
    return found


def _foreseen(
    observed: Hazard, state: GaugeState, outlook: Outlook, reaches: Sequence[_Reach], now: datetime
) -> Hazard:
    """The hazard of the highest threshold that will be reached, made from the one that is observed."""
    station, top = state.station, reaches[-1]
    name, value = LEVELS[top.threshold][1], station.thresholds[top.threshold]
    when, likely = f"{near(top.at, now)}ごろ", "見込み" if top.probability >= _LIKELY else "おそれ"
    times = {f"{reach.threshold}_at": _iso(reach.at) for reach in reaches}
    chances = {f"{reach.threshold}_chance": reach.probability for reach in reaches}
    reached: _Facts = {"threshold": name, "threshold_m": value, "reached_at": _iso(top.at)}
    rising = f"この1時間の変化 {state.slope:+.2f} m/時。" if state.slope is not None else ""
    if outlook.method == "learned":
        text = f"{rising}{when}{name} {value:.2f} m に達する{likely}。{expectation(outlook, top.threshold)}"
    else:
        text = f"{rising}このまま上がると{when}{name} {value:.2f} m に達する{likely}"
    return replace(
        observed,
        level=top.level - _LOWER,
        alert_level=top.level - _LOWER > 1,
        observed=False,
        since=state.newest.at,
        headline=f"{_gauge(station)} {when}{name}に達する{likely}（今 {state.newest.value:.2f} m）",
        probability=top.probability,
        source=f"{station.code}:foreseen",
        evidence=(*observed.evidence, Evidence(ref=state.newest.ref, text=text), *_means(state, outlook)),
        facts={**observed.facts, **times, **chances, **reached},
    )


def _means(state: GaugeState, outlook: Outlook) -> tuple[Evidence, ...]:
    return (Evidence(ref=state.newest.ref, text=means(outlook)),)


def _means_facts(outlook: Outlook) -> _Facts:
    facts: _Facts = {"method": outlook.method}
    if outlook.why:
        facts["method_why"] = WHYS[outlook.why][1]
    return facts


def _facts(state: GaugeState, exposed: Exposure) -> _Facts:
    """What the wording may quote. Times are ISO 8601 in Japanese time."""
    station, newest = state.station, state.newest
    facts: _Facts = {
        "gauge": station.name,
        "gauge_en": station.name_en or station.name,
        "river": station.river,
        "level_m": round(newest.value, 2),
        "measured_at": _iso(newest.at),
        "confirmed": newest.confirmed,
        "stale": state.stale,
        "verify": station.verify,
        "depth_rank": exposed.deepest.rank,
        "shelters_inside": len(exposed.shelters_inside),
    }
    if state.threshold:
        facts["threshold"] = LEVELS[state.threshold][1]
        facts["threshold_m"] = station.thresholds[state.threshold]
    if state.slope is not None:
        facts["rise_m_per_h"] = round(state.slope, 2)
    if exposed.depths:
        facts |= depth_facts(exposed.deepest)
    return facts


def _headline(state: GaugeState) -> str:
    value = f"{_gauge(state.station)} {state.newest.value:.2f} m"
    if not state.threshold:
        return value
    name = LEVELS[state.threshold][1]
    if state.stale:
        return f"{value}（{clock(state.newest.at)}）を最後に水位が届いていない。そのとき{name}以上"
    if not state.newest.confirmed:
        return f"{value}、{name}以上（未確認：報告値 {state.newest.reported:.2f} m）"
    return f"{value}、{name} {state.station.thresholds[state.threshold]:.2f} m 以上"


def _gauge(station: Station) -> str:
    named = not station.river or station.name.startswith(station.river)
    return station.name if named else f"{station.river} {station.name}"


def _gauge_evidence(state: GaugeState) -> Evidence:
    station, newest = state.station, state.newest
    limit = ""
    if state.threshold:
        limit = f"、{LEVELS[state.threshold][1]} {station.thresholds[state.threshold]:.2f} m"
    text = f"{_gauge(station)} {newest.value:.2f} m（{clock(newest.at)}{limit}）"
    if not newest.confirmed:
        text += f"。報告値 {newest.reported:.2f} m は次の報告まで未確認"
    if newest.late:
        text += "。遅れて届いた値"
    if station.verify:
        text += "。基準値は要確認"
    return Evidence(ref=newest.ref, text=text)


def _iso(at: datetime) -> str:
    return at.astimezone(JAPAN).isoformat("T", "minutes")
