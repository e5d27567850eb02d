"""From what is measured and reported to the picture of each plow section that a city's rules decide about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from geo.air.temperature_outlook import chance_of_reaching, outlook
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs
from geo.sections import sections_of
from geo.series.lately import newest
from geo.series.season import last_hours
from geo.snow.foretold import Foretold, of_section
from geo.snow.gauge import gauge_state
from geo.station import Station
from rules.orders.ahead import noted, snow_ahead
from rules.orders.decision import Ahead, Expected, Gauge, Picture, Reason
from rules.orders.rules import OrderRules, PlowRule

QUANTITIES = frozenset({"snow_depth", "air_temperature", "wind_speed", "rain_1h"})
_HOUR = timedelta(hours=1)
_TREND_H = 6.0  # further ahead a trend says nothing
_DRIFT_MS, _DRIFT_C = 8.5, -2.0  # from this wind, below this air temperature (Matsuzawa and Takeuchi 2002)
_RAIN_C = 1.0  # above it what a rain gauge counts is taken for rain
_CALLED_BY = {"packed_snow": Reason.THAW_AHEAD, "road_ice": Reason.ICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people and other parts of the hub tell beside the readings, by section."""

    hazards: Sequence[Hazard] = ()  # of the models, of the same status
    expected: Mapping[str, Expected] = field(default_factory=dict)  # noted by hand; "" stands for every section
    foretold: Sequence[Foretold] = ()  # by the forecaster and by providers, of the same status
    rut_cm: Mapping[str, float] = field(default_factory=dict)
    reports: Mapping[str, Mapping[Reason, tuple[Evidence, ...]]] = field(default_factory=dict)
    finished: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)  # rule → when its round was done


NOTHING = Told()


def pictures(inputs: Inputs, ground: Ground, rules: OrderRules, told: Told = NOTHING) -> list[Picture]:
    """A picture of every plow section, by code. ``inputs.series`` reaches back as long as the rules count, and an hour;
    of ``inputs.season`` the last day of ``air_temperature`` is used."""
    stations: defaultdict[str, list[Station]] = defaultdict(list)
    for _, station in sorted(ground.stations.items()):
        if station.quantities & QUANTITIES:
            for area in sections_of(station, ground):
                stations[area.code].append(station)
    extras = _extras(told.hazards)
    packed = _packed(told.hazards)
    foretold = [*told.foretold, *(noted(one, section) for section, one in told.expected.items())]
    found = []
    for area in sorted(ground.areas.of_kind("plow_section"), key=lambda one: one.code):
        here = stations[area.code]
        passed = inputs.passes.get(area.code)
        done = told.finished.get(area.code, {})
        gauges = [one for station in here if (one := _gauge(station, inputs, rules, passed, done)) is not None]
        speaking = {one.station for one in gauges}
        found.append(
            Picture(
                at=inputs.now,
                status=inputs.status,
                section=area.code,
                section_name=area.name,
                section_name_en=area.name_en,
                gauges=tuple(gauges),
                silent=tuple(s.name for s in here if "snow_depth" in s.quantities and s.code not in speaking),
                passed_at=passed,
                ahead=_ahead(here, inputs, rules, _snow(area.code, foretold, inputs.now, rules, gauges)),
                rut_cm=told.rut_cm.get(area.code),
                drifting=any(_drifts(station, inputs) for station in here),
                finished=done,
                packed_cm=packed.get(area.code),
                extras={**extras.get(area.code, {}), **told.reports.get(area.code, {})},
            )
        )
    return found


def _gauge(
    station: Station, inputs: Inputs, rules: OrderRules, passed: datetime | None, finished: Mapping[str, datetime]
) -> Gauge | None:
    samples = inputs.series.get((station.code, "snow_depth"), ())
    state = gauge_state(samples, inputs.now, passed, rules.counting) if samples else None
    if state is None:
        return None
    counted = {}
    for rule in rules.plow:
        since = _counts_from(rule, passed, finished)
        if since != passed and (own := gauge_state(samples, inputs.now, since, rules.counting)) is not None:
            counted[rule.id] = (own.new.cm, own.passed_at or own.since)
    return Gauge(
        station=station.code,
        name=station.name,
        depth_cm=state.depth_cm,
        new_cm=state.new.cm,
        at_least=state.new.at_least,
        lies=state.lies(rules.counting.lying),
        rate_cm_h=state.last_3h_cm / 3,
        since=state.passed_at or state.since,
        began_at=state.began_at,
        at=state.newest.at,
        ref=state.newest.ref,
        counted=counted,
    )


def _counts_from(rule: PlowRule, passed: datetime | None, finished: Mapping[str, datetime]) -> datetime | None:
    """The last pass, or the end of the rule's own last round where that is later: it may be for some roads only, and
    contractors without receivers tell it by hand. A person's own order, for no rule, counts for every rule."""
    ends = [finished.get(rule.id), finished.get(""), None if rule.storm else passed]
    return max((one for one in ends if one is not None), default=None)


def _snow(
    section: str, foretold: Sequence[Foretold], now: datetime, rules: OrderRules, gauges: Sequence[Gauge]
) -> Ahead:
    """What is foreseen; where nobody foresees anything what the last three hours would come to."""
    finish = rules.timing.finish_at(now)
    snow = snow_ahead(of_section(foretold, section), section, rules.forecast, (now, finish))
    if snow is None:
        hours = min((finish - now) / _HOUR, _TREND_H)
        return Ahead(snow_cm=round(max(one.rate_cm_h for one in gauges) * hours, 1) if gauges else None)
    return Ahead(
        snow_cm=round(snow.cm, 1),
        source="、".join(snow.sources),
        low_cm=round(snow.low_cm, 1),
        high_cm=round(snow.high_cm, 1),
        until=snow.until,
        refs=tuple(snow.refs),
    )


def _ahead(here: Sequence[Station], inputs: Inputs, rules: OrderRules, snow: Ahead) -> Ahead:
    """The snow with what the air does until then."""
    hours = (rules.timing.finish_at(inputs.now) - inputs.now) / _HOUR
    expected = [_air(station, inputs, hours) for station in here if "air_temperature" in station.quantities]
    known = [values for values in expected if len(values) and not np.isnan(values).all()]
    warmest = max(known, key=lambda values: float(np.nanmax(values)), default=None)
    return replace(
        snow,
        warmest_c=None if warmest is None else round(float(np.nanmax(warmest)), 1),
        thaw_chance=(
            None
            if warmest is None or rules.veto.thaw_c is None
            else round(chance_of_reaching(warmest, rules.veto.thaw_c), 2)
        ),
        rain_mm=max((_rain(station, inputs) for station in here), default=0.0),
    )


def _air(station: Station, inputs: Inputs, hours: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    past = last_hours(inputs.season.get((station.code, "air_temperature"), ()), inputs.now, 25)
    return outlook(past, min(36, max(1, round(hours))))


def _rain(station: Station, inputs: Inputs) -> float:
    rain = newest(inputs.series.get((station.code, "rain_1h"), ()), inputs.now, _HOUR)
    air = newest(inputs.series.get((station.code, "air_temperature"), ()), inputs.now, 2 * _HOUR)
    return rain.value if rain is not None and air is not None and air.value > _RAIN_C else 0.0


def _drifts(station: Station, inputs: Inputs) -> bool:
    wind = newest(inputs.series.get((station.code, "wind_speed"), ()), inputs.now, _HOUR)
    air = newest(inputs.series.get((station.code, "air_temperature"), ()), inputs.now, 2 * _HOUR)
    return wind is not None and air is not None and wind.value >= _DRIFT_MS and air.value < _DRIFT_C


def _packed(hazards: Iterable[Hazard]) -> dict[str, float]:
    """Section → the thickest packed snow that softens."""
    found: dict[str, float] = {}
    for hazard in hazards:
        thick = hazard.facts.get("packed_cm") if hazard.kind == "packed_snow" else None
        if isinstance(thick, int | float):
            found[hazard.area] = max(found.get(hazard.area, 0.0), float(thick))
    return found


def _extras(hazards: Iterable[Hazard]) -> dict[str, dict[Reason, tuple[Evidence, ...]]]:
    found: defaultdict[str, dict[Reason, tuple[Evidence, ...]]] = defaultdict(dict)
    for hazard in hazards:
        if (reason := _CALLED_BY.get(hazard.kind)) is not None:
            text = Evidence(ref=hazard.evidence[0].ref if hazard.evidence else hazard.key, text=hazard.headline)
            found[hazard.area][reason] = (*found[hazard.area].get(reason, ()), text)
    return found
