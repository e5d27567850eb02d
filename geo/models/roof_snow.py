"""Snow on roofs: its weight, beside what roofs at that height are built for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from feeds.japan import JAPAN, clock
from geo.finding import Finding, placed
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.rain.fallen import QUANTITIES as RAIN
from geo.rain.fallen import rain_24h
from geo.snow.melt import HELD
from geo.snow.pack import SnowPack, pack_now
from geo.snow.roof_load import MORIOKA, SIGNAL, DesignRule, signal
from geo.snow.snowfall import depth_now
from geo.station import Station

_ADVICE = {1: "屋根雪に注意", 2: "雪下ろしを検討", 3: "倒壊のおそれ、雪下ろしを急ぐ"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoofConfig:
    """What a city may set: its design rule, and the shares of the design load from which levels 1, 2 and 3 hold."""

    rule: DesignRule = MORIOKA
    shares: tuple[float, float, float] = (0.5, 0.7, 1.0)
    stale: timedelta = timedelta(hours=12)  # a load does not go away because the gauge is silent


@dataclass(frozen=True, slots=True)
class _Load:
    pack: SnowPack
    rain_mm: float  # that the pack holds
    design_kg_m2: float | None

    @property
    def kg_m2(self) -> float:
        return self.pack.swe_mm + self.rain_mm

    @property
    def share(self) -> float | None:
        return self.kg_m2 / self.design_kg_m2 if self.design_kg_m2 else None


class RoofSnow:
    """One hazard per plow section and snow gauge: the load on a flat roof that nobody has cleared this winter."""

    name = "roof_snow"
    version = "1"
    quantities = RAIN | {"snow_depth"}
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: RoofConfig | None = None) -> None:
        self.config = config or RoofConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every section where the load reaches half of the design load, or the public signal's yellow."""
        hazards = []
        for code, station in sorted(ground.stations.items()):
            newest = depth_now(inputs.series.get((code, "snow_depth"), ()), inputs.now, self.config.stale)
            if newest is None or not newest.value:
                continue
            load, rain_refs = self._load(newest, station, inputs)
            if level := self._level(load):
                finding = self._finding(load, level, newest, rain_refs)
                hazards += placed(finding, f"{self.name}@{self.version}", station, inputs, ground)
        return hazards

    def _load(self, newest: Sample, station: Station, inputs: Inputs) -> tuple[_Load, tuple[str, ...]]:
        pack = pack_now(inputs.season.get((station.code, "snow_depth"), ()), newest, inputs.now)
        rain, refs = rain_24h({name: inputs.series.get((station.code, name), ()) for name in RAIN}, inputs.now)
        design = None if station.elevation_m is None else self.config.rule.load_kg_m2(station.elevation_m)
        return _Load(pack, min(rain, HELD * pack.swe_mm), design), refs

    def _level(self, load: _Load) -> int:
        by_signal = sum(load.kg_m2 >= least for least, _ in SIGNAL)
        by_share = 0 if load.share is None else sum(load.share >= one for one in self.config.shares)
        return max(by_signal, by_share)

    def _finding(self, load: _Load, level: int, newest: Sample, rain_refs: tuple[str, ...]) -> Finding:
        text = f"屋根の雪 約 {load.kg_m2:.0f} kg/m2（積雪 {newest.value:.0f} cm、{clock(newest.at)}）"
        if load.share is not None:
            text += f"、設計荷重 {load.design_kg_m2:.0f} kg/m2 の {100 * load.share:.0f}％"
        how = "冬の初めからの積雪深から計算" if load.pack.followed else "冬の初めからの積雪深がなく、重めに見積もった値"
        detail = f"{text}。{how}（少なくとも {load.pack.low_mm:.0f} kg/m2）。雪下ろしをしていない平らな屋根の値"
        if load.rain_mm >= 1:
            detail += f"。雨 {load.rain_mm:.0f} mm を含む"
        return Finding(
            kind="roof_snow",
            level=level,
            observed=True,
            since=newest.at,
            until=newest.at + self.config.stale,
            headline=f"{text}：{_ADVICE[level]}",
            evidence=(Evidence(ref=newest.ref, text=detail), *(Evidence(ref=one, text="雨量") for one in rain_refs)),
            facts=_facts(load, newest),
            late=newest.late,
        )


def _facts(load: _Load, newest: Sample) -> dict[str, str | float | int | bool]:
    facts: dict[str, str | float | int | bool] = {
        "load_kg_m2": round(load.kg_m2),
        "low_kg_m2": round(load.pack.low_mm),
        "depth_cm": round(newest.value, 1),
        "followed": load.pack.followed,
        "signal": signal(load.kg_m2),
        "measured_at": newest.at.astimezone(JAPAN).isoformat("T", "minutes"),
    }
    if load.design_kg_m2 is not None and load.share is not None:
        facts |= {"design_kg_m2": round(load.design_kg_m2), "share": round(load.share, 2)}
    return facts
