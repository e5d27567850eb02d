"""Underpasses: water on the road where a sensor in it says so, and before that where rain of its own limits falls."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from feeds.japan import JAPAN, clock
from geo.area import Area
from geo.flooding.places import Underpass as Place
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.rain.bursts import bursts
from geo.rain.nearby import nearest_gauge, newest_ref, rain_of
from geo.series.believed import Believed, believe, plausible

_RAIN, _CAUTION, _CLOSED = 1, 2, 3
_DEEPEST_CM = 1000.0
_MINUTE = timedelta(minutes=1)
_Facts: TypeAlias = dict[str, str | float | int | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderpassConfig:
    """What a city may set."""

    step_cm: float = 20.0  # an unconfirmed rise counts only up to this
    neighbours: timedelta = timedelta(hours=1)  # reports this near can confirm each other
    stale: timedelta = timedelta(minutes=30)
    keep: timedelta = timedelta(hours=3)  # the last depth of a silent sensor stands for this long, marked
    reach_m: float = 10_000.0  # a rain gauge speaks for no underpass farther away
    holds: timedelta = timedelta(minutes=30)  # after the rain its water is still running in


@dataclass(frozen=True, slots=True)
class _Found:
    """What an underpass shows."""

    level: int
    since: datetime
    until: datetime
    headline: str
    evidence: Evidence
    facts: _Facts
    late: bool


class Underpass:
    """One hazard per underpass of the profile: observed by its sensor, else foreseen by rain."""

    name = "underpass"
    version = "1"
    quantities = frozenset({"inundation_depth", "rain_10min", "rain_1h"})
    local = frozenset({"inundation_depth"})
    window = timedelta(hours=4)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: UnderpassConfig | None = None) -> None:
        self.config = config or UnderpassConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every underpass under water, or where it rains as it did when it flooded."""
        return self._of(ground.underpasses, inputs, ground)

    def run_at(self, stations: Collection[str], inputs: Inputs, ground: Ground) -> tuple[list[Hazard], frozenset[str]]:
        """Those with one of these sensors."""
        places = [place for place in ground.underpasses if place.sensor in stations]
        return self._of(places, inputs, ground), frozenset(place.code for place in places)

    def _of(self, places: Iterable[Place], inputs: Inputs, ground: Ground) -> list[Hazard]:
        hazards = []
        for place in places:
            measured = self._measured(place, inputs)
            found = measured or self._by_rain(place, inputs, ground)
            if found:
                for area in _areas(place, ground):
                    hazards.append(self._hazard(place, found, area, inputs, observed=measured is not None))
        return hazards

    def _measured(self, place: Place, inputs: Inputs) -> _Found | None:
        samples = plausible(inputs.series.get((place.sensor, "inundation_depth"), ()), inputs.now, 0.0, _DEEPEST_CM)
        newest = believe(samples, self.config.step_cm, self.config.neighbours)
        if newest is None or inputs.now - newest.at > self.config.keep:
            return None
        level, limit = _reached(place, newest.value)
        if not level:
            return None
        stale = inputs.now - newest.at > self.config.stale
        if newest.alone:
            level = min(level, _CAUTION)  # no road is told to be closed on one report alone
        return _Found(
            level=level,
            since=newest.at,
            until=newest.at + (self.config.keep if stale else self.config.stale),
            headline=_headline(place, newest, limit, stale),
            evidence=Evidence(ref=newest.ref, text=_reading(place, newest)),
            facts={
                "depth_cm": round(newest.value, 1),
                "measured_at": newest.at.astimezone(JAPAN).isoformat("T", "minutes"),
                "confirmed": newest.confirmed,
                "stale": stale,
                "closed": level == _CLOSED,
                **({"closed_cm": place.closed_cm} if place.closed_cm is not None else {}),
            },
            late=newest.late,
        )

    def _by_rain(self, place: Place, inputs: Inputs, ground: Ground) -> _Found | None:
        gauge = nearest_gauge(place.geometry, inputs, ground, self.config.reach_m)
        newest = newest_ref(gauge, inputs, inputs.now) if gauge else None
        if gauge is None or newest is None:
            return None
        ten, sixty = bursts(rain_of(gauge, inputs)[0], inputs.now, self.config.holds)
        limits = (("10分間", ten, place.rain_10min_mm), ("60分間", sixty, place.rain_60min_mm))
        reached = [f"{over}に {mm:g} mm（目安 {limit:g} mm）" for over, mm, limit in limits if limit and mm >= limit]
        if not reached:
            return None
        text = f"{gauge.name} {'、'.join(reached)}。この{self.config.holds // _MINUTE}分の最大"
        sensor = "水位計は目安に達していないか、届いていない" if place.sensor else "水位計はない"
        return _Found(
            level=_RAIN,
            since=newest.at,
            until=inputs.now + self.config.holds,
            headline=f"{place.name} 冠水のおそれ：{gauge.name} {reached[0]}",
            evidence=Evidence(ref=newest.ref, text=f"{text}。雨の目安による見込みで、{sensor}"),
            facts={"gauge": gauge.name, "rain_10min_mm": ten, "rain_60min_mm": sixty},
            late=newest.late,
        )

    def _hazard(self, place: Place, found: _Found, area: Area, inputs: Inputs, *, observed: bool) -> Hazard:
        return Hazard(
            kind="underpass",
            area=area.code,
            area_name=area.name,
            level=found.level,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=observed,
            since=found.since,
            valid_until=found.until,
            headline=found.headline,
            late=found.late,
            source=place.code if observed else f"{place.code}:foreseen",
            evidence=(found.evidence,),
            facts={"underpass": place.name, "underpass_en": place.name_en or place.name, **found.facts},
        )


@lru_cache(maxsize=4096)  # a ground is equal to itself alone: where it is replaced everything is looked for anew
def _areas(place: Place, ground: Ground) -> tuple[Area, ...]:
    """The district that the middle of it lies in; else the city."""
    middle = place.geometry.interpolate(0.5, normalized=True) if place.geometry.length else place.geometry
    return tuple(ground.areas.at(middle.x, middle.y, "district")[:1] or ground.areas.of_kind("city")[:1])


def _reached(place: Place, depth_cm: float) -> tuple[int, str]:
    """The level of a depth, and the limit it has reached in words; limits that the city does not know reach nothing."""
    if place.closed_cm is not None and depth_cm >= place.closed_cm:
        return _CLOSED, f"通行止めの目安 {place.closed_cm:g} cm 以上"
    if place.caution_cm is not None and depth_cm >= place.caution_cm:
        return _CAUTION, f"注意の目安 {place.caution_cm:g} cm 以上"
    return 0, ""


def _headline(place: Place, newest: Believed, limit: str, stale: bool) -> str:
    at = clock(newest.at)
    if stale:
        return f"{place.name} 冠水 {newest.value:.0f} cm（{at}）を最後に値が届いていない"
    doubt = "" if newest.confirmed else f"。未確認：報告値 {newest.reported:.0f} cm"
    return f"{place.name} 冠水 {newest.value:.0f} cm（{at}、{limit}{doubt}）"


def _reading(place: Place, newest: Believed) -> str:
    text = f"{place.name}の水位計 {newest.value:.0f} cm（{clock(newest.at)}）"
    if not newest.confirmed:
        text += f"。報告値 {newest.reported:.0f} cm は次の報告まで未確認"
    return text + ("。遅れて届いた値" if newest.late else "")
