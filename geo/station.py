"""A sensor's place and thresholds, from the city's profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feeds.quantities import FOR_STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where a sensor stands and what its values mean. Degrees WGS 84; thresholds in the quantity's own unit."""

    code: str
    name: str
    lon: float
    lat: float
    quantities: frozenset[str]
    name_en: str = ""
    river: str = ""
    unit: str = "m"
    # 水防団待機 standby, 氾濫注意 caution (level 2), 避難判断 judgement (3), 氾濫危険 danger (4), overflow (5);
    # small gauges (危機管理型水位計): 観測開始 start, 危険 warn (4), 氾濫開始 flood (5).
    # A level that is not configured is simply not reached; a gauge is never given a guess.
    thresholds: Mapping[str, float] = field(default_factory=dict)
    # planned, maximum or 1/30 → the level at this gauge at which that design flood passes, where the city knows it
    scenario_levels: Mapping[str, float] = field(default_factory=dict)
    areas: tuple[str, ...] = ()  # districts it speaks for
    # Of a river gauge, for the forecast: gauges (and dams, by their discharge) whose water comes by here, the rain
    # gauges of its catchment, its level in ordinary times. Empty: all others of the river, all of the city, learned.
    upstream: tuple[str, ...] = ()
    rain_gauges: tuple[str, ...] = ()
    normal_m: float | None = None
    elevation_m: float | None = None  # above the sea; roofs are built for the snow of their height
    source: str = ""  # where the figures come from
    verify: bool = False  # the figures are old or second-hand: people are told so
    demonstration: bool = False  # stands only in the exercise
    owner: str = ""  # whose it is, and who goes there: for staff

    @property
    def for_staff(self) -> bool:
        """True where nobody else may know where it stands."""
        return bool(self.quantities & FOR_STAFF)
