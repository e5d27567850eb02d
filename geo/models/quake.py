"""Earthquakes: how strongly the city was shaken, as the agency says and as the city's own seismometers feel it.

Seconds count for none of this: early warnings go by other ways, and no slow channel posts an earthquake. It tells staff
where to look first, and that the ground bears less rain from now on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.japan import clock
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.official.earthquakes import Felt, felt_in_city, lowered_now
from geo.official.telegrams import said
from geo.rain.shaken_ground import WORDS
from geo.sections import districts_of
from geo.seismic import shindo, truncated
from geo.series.believed import plausible

_LEVELS: Mapping[str, int] = {"3": 1, "4": 2, "5-": 3, "5+": 3, "6-": 4, "6+": 4, "7": 5}
_TOGETHER = timedelta(minutes=2)


class Quake:
    """One hazard per earthquake for the city, and one per seismometer for its districts; levels are no 警戒レベル.

    A single instrument may have been hit by a lorry: it counts one level lower until another, or the agency, agrees.
    """

    name = "quake"
    version = "2"
    quantities = frozenset({"seismic_intensity"})
    window = timedelta(hours=24)
    telegrams = True
    reports = frozenset[str]()

    def __init__(self, lasts: timedelta = timedelta(hours=24)) -> None:
        self.lasts = self.window = lasts

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every earthquake of the last day that was felt as 3 and more, and for months what one means for rain."""
        felt = felt_in_city(inputs, ground, self.lasts)
        told = [one.telegram.measured_at for one in felt.values()]
        return [*self._official(felt, inputs, ground), *self._felt(inputs, ground, told), *self._rain(inputs, ground)]

    def _official(self, felt: Mapping[str, Felt], inputs: Inputs, ground: Ground) -> Iterator[Hazard]:
        """The city, and the districts of those of the agency's stations that the profile knows by their code."""
        city = next(iter(ground.areas.of_kind("city")), None)
        if city is None:
            return
        for event, one in felt.items():
            telegram, where = one.telegram, one.telegram.hypocenter.name if one.telegram.hypocenter else ""
            places = [(city, one.area.name, one.intensity, event)]
            for seen in telegram.observations:
                station = ground.stations.get(seen.station_code or "")
                if station is not None and seen.element == "震度":
                    name, source = station.name, f"{event}:{station.code}"
                    places += [(area, name, str(seen.value), source) for area in districts_of(station, ground)]
            for area, name, intensity, source in places:
                if intensity in _LEVELS:
                    text = f"震度{_words(intensity)}（{name}、{said(telegram)}）"
                    sample = Sample(telegram.measured_at, 0.0, telegram.key)
                    hazard = self._hazard(area, intensity, sample, text, (inputs, ground))
                    yield replace(hazard, source=source, facts={**hazard.facts, "official": True, "hypocenter": where})

    def _rain(self, inputs: Inputs, ground: Ground) -> Iterator[Hazard]:
        """That criteria are lowered, so that nobody wonders months later why so little rain is told of."""
        city, lowered = next(iter(ground.areas.of_kind("city")), None), lowered_now(inputs, ground)
        if city is None or lowered is None:
            return
        soon = inputs.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        yield Hazard(
            kind="earthquake",
            area=city.code,
            area_name=city.name,
            level=1,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=lowered.since,
            valid_until=min(soon, lowered.until or soon),
            headline=lowered.why,
            source="rain",
            evidence=(Evidence(ref=lowered.ref, text=lowered.why),),
            facts={"rain_factor": lowered.factor},
        )

    def _felt(self, inputs: Inputs, ground: Ground, told: list[datetime]) -> Iterator[Hazard]:
        strongest = _strongest(inputs)
        for code, (station, sample) in sorted(
            (code, (ground.stations[code], sample)) for code, sample in strongest.items() if code in ground.stations
        ):
            felt = shindo(truncated(sample.value))
            others = [one for other, one in strongest.items() if other != code and one.value >= sample.value - 1]
            agreed = any(abs(one.at - sample.at) <= _TOGETHER for one in others)
            agreed = agreed or any(timedelta(0) <= at - sample.at <= timedelta(minutes=30) for at in told)
            if felt not in _LEVELS or (not agreed and _LEVELS[felt] == 1):
                continue
            text = f"{station.name} 震度{_words(felt)} 相当（計測震度 {truncated(sample.value):.1f}"
            text += f"、{clock(sample.at)}）" + ("" if agreed else "、ほかの計器・発表では未確認")
            for area in districts_of(station, ground):
                hazard = self._hazard(area, felt, sample, text, (inputs, ground))
                facts = {**hazard.facts, "official": False, "confirmed": agreed}
                yield replace(hazard, level=hazard.level - (not agreed), source=code, facts=facts)

    def _hazard(self, area: Area, felt: str, told: Sample, text: str, seen: tuple[Inputs, Ground]) -> Hazard:
        inputs, ground = seen
        factor = ground.lowering.factor(felt)
        advice = f"。雨の基準を {100 * factor:.0f}％ に下げて見る" if factor < 1 else ""
        return Hazard(
            kind="earthquake",
            area=area.code,
            area_name=area.name,
            level=_LEVELS[felt],
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=told.at,
            valid_until=told.at + self.lasts,
            headline=text + advice,
            late=told.late,
            evidence=(Evidence(ref=told.ref, text=text),),
            facts={"intensity": felt, "rain_factor": factor},
        )


def _words(felt: str) -> str:
    return WORDS.get(felt, felt)


def _strongest(inputs: Inputs) -> dict[str, Sample]:
    """Each instrument's highest value of the day."""
    found = {}
    for (code, quantity), samples in inputs.series.items():
        usable = plausible(samples, inputs.now, -3.0, 8.0) if quantity == "seismic_intensity" else []
        recent = [sample for sample in usable if inputs.now - sample.at < timedelta(hours=24)]
        if recent:
            found[code] = max(recent, key=lambda sample: sample.value)
    return found
