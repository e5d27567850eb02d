"""Small streams without a gauge: a proxy of their runoff from rain, named as a proxy wherever it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from geo.area import Area
from geo.flooding.places import Stream
from geo.flooding.proxy import Proxy, proxy
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs, Sample
from geo.rain.nearby import nearest_gauge, newest_ref, rain_of
from geo.rain.soil_history import QUANTITIES
from geo.station import Station

_CAUTION, _DANGER = 2, 3
_LOWER = 1  # what is ahead counts one below what is there
_PROXY = "代用指数：1か所の雨から計算した流出で、水位でも気象庁の流域雨量指数でもない。警戒レベルには使わない"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """What a city may set."""

    reach_m: float = 10_000.0  # a rain gauge speaks for no catchment farther away
    ahead: timedelta = timedelta(hours=1)
    lasts: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Seen:
    stream: Stream
    index: Proxy
    station: Station
    newest: Sample
    inputs: Inputs


class SmallStream:
    """One hazard per district along a stream of the profile whose proxy is, or will be, at its limits."""

    name = "small_stream"
    version = "1"
    quantities = QUANTITIES
    window = timedelta(hours=25)
    telegrams = False
    reports = frozenset[str]()

    def __init__(self, config: StreamConfig | None = None) -> None:
        self.config = config or StreamConfig()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Nothing for a stream without a rain gauge in reach that speaks: silence is no dry weather."""
        hazards = []
        for stream in ground.streams:
            seen = self._seen(stream, inputs, ground)
            areas = [area for code in stream.areas if (area := ground.areas.get(code)) is not None]
            if seen is None:
                continue
            now = _level(stream, seen.index.now)
            later = max(0, _level(stream, seen.index.ahead) - _LOWER)
            for area in areas:
                if now:
                    hazards.append(self._hazard(seen, area, now))
                if later and later >= now:
                    hazards.append(self._hazard(seen, area, later, ahead=True))
        return hazards

    def _seen(self, stream: Stream, inputs: Inputs, ground: Ground) -> _Seen | None:
        station = nearest_gauge(stream.geometry, inputs, ground, self.config.reach_m)
        newest = newest_ref(station, inputs, inputs.now) if station else None
        if station is None or newest is None:
            return None
        travel = timedelta(minutes=stream.travel_minutes)
        index = proxy(*rain_of(station, inputs), inputs.now, travel, self.config.ahead)
        return _Seen(stream, index, station, newest, inputs)

    def _hazard(self, seen: _Seen, area: Area, level: int, *, ahead: bool = False) -> Hazard:
        stream, index, now = seen.stream, seen.index, seen.inputs.now
        value = index.ahead if ahead else index.now
        limit = stream.danger_mm_h if value >= stream.danger_mm_h else stream.caution_mm_h
        when = "この1時間の雨が続くと" if ahead else ""
        gap = f"。{index.missing * 10} 分間の雨が届いておらず、実際はもっと多いおそれ" if index.missing else ""
        text = f"{seen.station.name}の雨による{stream.name}の流出 {value:.1f} mm/時（目安 {limit:g}）。{_PROXY}"
        headline = f"{stream.name}（代用指数）：{when}雨から見た流出が目安 {limit:g} mm/時 以上。水位は測っていない"
        return Hazard(
            kind="small_stream",
            area=area.code,
            area_name=area.name,
            level=level,
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=seen.inputs.status,
            observed=False,  # rain was; the stream was not
            since=now,
            valid_until=now + self.config.lasts,
            headline=headline,
            late=seen.newest.late,
            source=f"{stream.code}:foreseen" if ahead else stream.code,
            evidence=(Evidence(ref=seen.newest.ref, text=text + gap),),
            facts={
                "stream": stream.name,
                "stream_en": stream.name_en or stream.name,
                "gauge": seen.station.name,
                "proxy": True,
                "lead_h": self.config.ahead / timedelta(hours=1) if ahead else 0.0,
                "runoff_mm_h": round(value, 2),
                "limit_mm_h": limit,
                "at_least": index.missing > 0,
            },
        )


def _level(stream: Stream, value: float) -> int:
    if value >= stream.danger_mm_h:
        return _DANGER
    return _CAUTION if value >= stream.caution_mm_h else 0
