"""Earthquakes: how strongly the city was shaken, as the agency says and as the city's own seismometers feel it.

Seconds count for none of this: early warnings go by other ways, and no slow channel posts an earthquake. It tells staff
where to look first, and that the ground bears less rain from now on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from feeds.records import Telegram
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.official.telegrams import codes_of_city, said, standing
from geo.sections import districts_of
from geo.seismic import CLASSES, shindo, truncated
from geo.series.believed import plausible

_JAPAN = ZoneInfo("Asia/Tokyo")
_TYPES = frozenset({"VXSE51", "VXSE53"})  # 震度速報 by district, 震源・震度に関する情報 by municipality
_WORDS = {"5-": "5弱", "5+": "5強", "6-": "6弱", "6+": "6強"}
_LEVELS: Mapping[str, int] = {"3": 1, "4": 2, "5-": 3, "5+": 3, "6-": 4, "6+": 4, "7": 5}
_TOGETHER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuakeConfig:
    """What a city may set. After 5+ the agency usually lowers the rain criteria to 80 %, after 6- to 70 %: by area, and
    by its own announcement, which is what counts."""

    lasts: timedelta = timedelta(hours=24)
    rain_factors: Mapping[str, float] | None = None

    def rain_factor(self, felt: str) -> float:
        """By how much to lower the rain that is taken as dangerous, until the agency says; 1: not at all."""
        known = self.rain_factors or {"5+": 0.8, "6-": 0.7, "6+": 0.7, "7": 0.7}
        return known.get(felt, 1.0)


class Quake:
    """One hazard per earthquake for the city, and one per seismometer for its districts; levels are no 警戒レベル.

    A single instrument may have been hit by a lorry: it counts one level lower until another, or the agency, agrees.
    """

    name = "quake"
    version = "1"
    quantities = frozenset({"seismic_intensity"})
    window = timedelta(hours=24)
    telegrams = True
    reports = frozenset[str]()

    def __init__(self, config: QuakeConfig | None = None) -> None:
        self.config = config or QuakeConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every earthquake of the last day that was felt as 3 and more."""
        official = list(self._official(inputs, ground))
        return [*(hazard for _, hazard in official), *self._felt(inputs, ground, [at for at, _ in official])]

    def _official(self, inputs: Inputs, ground: Ground) -> Iterator[tuple[datetime, Hazard]]:
        city = next(iter(ground.areas.of_kind("city")), None)
        for event, telegram in standing(inputs, _event, self.config.lasts).items():
            codes = codes_of_city(telegram, ground)
            here = [area for area in telegram.areas if area.code in codes and area.max_intensity in _LEVELS]
            if city is None or not here:
                continue
            strongest = max(here, key=lambda area: CLASSES.index(area.max_intensity or "0"))
            felt = strongest.max_intensity or ""
            text = f"震度{_WORDS.get(felt, felt)}（{strongest.name}、{said(telegram)}）"
            where = telegram.hypocenter.name if telegram.hypocenter else ""
            hazard = self._hazard(city, felt, Sample(telegram.measured_at, 0.0, telegram.key), text, inputs)
            facts = {**hazard.facts, "official": True, "hypocenter": where}
            yield telegram.measured_at, replace(hazard, source=event, facts=facts)

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
            text = f"{station.name} 震度{_WORDS.get(felt, felt)} 相当（計測震度 {truncated(sample.value):.1f}"
            text += f"、{sample.at.astimezone(_JAPAN):%H:%M}）" + ("" if agreed else "、ほかの計器・発表では未確認")
            for area in districts_of(station, ground):
                hazard = self._hazard(area, felt, sample, text, inputs)
                facts = {**hazard.facts, "official": False, "confirmed": agreed}
                yield replace(hazard, level=hazard.level - (not agreed), source=code, facts=facts)

    def _hazard(self, area: Area, felt: str, told: Sample, text: str, inputs: Inputs) -> Hazard:
        factor = self.config.rain_factor(felt)
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
            valid_until=told.at + self.config.lasts,
            headline=text + advice,
            late=told.late,
            evidence=(Evidence(ref=told.ref, text=text),),
            facts={"intensity": felt, "rain_factor": factor},
        )


def _event(telegram: Telegram) -> str | None:
    """The later telegrams of an earthquake replace the earlier ones, whatever their type."""
    return telegram.event_id or telegram.subject if telegram.telegram in _TYPES else None


def _strongest(inputs: Inputs) -> dict[str, Sample]:
    """Each instrument's highest value of the day."""
    found = {}
    for (code, quantity), samples in inputs.series.items():
        usable = plausible(samples, inputs.now, -3.0, 8.0) if quantity == "seismic_intensity" else []
        recent = [sample for sample in usable if inputs.now - sample.at < timedelta(hours=24)]
        if recent:
            found[code] = max(recent, key=lambda sample: sample.value)
    return found
