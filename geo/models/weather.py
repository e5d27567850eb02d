"""Weather warnings of the forecaster as hazards of the city.

A telegram is a full snapshot of its office and type. The new types (one per hazard, since 2026) are the truth; the old
all-in-one telegrams speak only for a hazard of which no new telegram of the same office stands, so that the same
warning never counts twice and the telegram of one hazard never clears another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from feeds.records import Telegram, TelegramArea
from geo.area import Area
from geo.hazard import Evidence, Hazard
from geo.model import Ground, Inputs

_JAPAN = ZoneInfo("Asia/Tokyo")

NEW: Mapping[str, str] = {
    "VPWW55": "heavy_rain",
    "VPWW56": "landslide",
    "VPWW57": "storm_surge",
    "VPWW58": "wind_storm",
    "VPWW59": "wave",
    "VPWW60": "heavy_snow",
    "VPWW61": "advisory",
}
ALL_IN_ONE = ("VPWW53", "VPWW54")  # where both stand the newest speaks; of equals the later in this list
LANDSLIDE = "VXWW50"  # 土砂災害警戒情報, beside the all-in-one

# Kinds without a 警戒レベル; the figure only orders them among the others.
_PLAIN_LEVELS = {
    **dict.fromkeys(("32", "35", "36", "37"), 5),
    **dict.fromkeys(("02", "05", "06", "07"), 3),
    **dict.fromkeys(("12", "13", "15", "16"), 2),
}
_SNOWSTORM = {"02", "13", "32"}  # 暴風雪 and 風雪 stand beside 暴風 and 強風, in the same telegram
_OVER = {"解除", "なし", "発表警報・注意報はなし"}


class Weather:
    """One hazard per kind of warning in force for the city; its area is the city."""

    name = "weather"
    version = "1"
    quantities = frozenset[str]()
    telegrams = True
    reports = frozenset[str]()

    def __init__(self, stands: timedelta = timedelta(hours=72)) -> None:
        self.stands = self.window = stands  # a telegram that was not renewed for so long is not believed any more

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every warning that is in force for the city at ``inputs.now``."""
        city = next(iter(ground.areas.of_kind("city")), None)
        if city is None:
            return []
        found: dict[str, Hazard] = {}
        for telegram, entry in _in_force(self._standing(inputs), ground):
            hazard = self._hazard(telegram, entry, city, inputs)
            known = found.get(hazard.key)
            if known is None or known.level < hazard.level:  # parts of a divided city: the strongest counts
                found[hazard.key] = hazard
        return [found[key] for key in sorted(found)]

    def _standing(self, inputs: Inputs) -> dict[str, dict[str, Telegram]]:
        """Office → type → its newest telegram that is neither withdrawn, of the future, nor too old."""
        newest: dict[tuple[str, str], Telegram] = {}
        for telegram in inputs.telegrams:
            kind = telegram.telegram or ""
            if (kind in NEW or kind in (*ALL_IN_ONE, LANDSLIDE)) and telegram.measured_at <= inputs.now:
                series = (telegram.editorial_office, kind)
                if series not in newest or _order(newest[series]) <= _order(telegram):
                    newest[series] = telegram
        standing: dict[str, dict[str, Telegram]] = defaultdict(dict)
        for (office, kind), telegram in sorted(newest.items()):
            if telegram.info_type != "取消" and inputs.now - telegram.measured_at < self.stands:
                standing[office][kind] = telegram
        return standing

    def _hazard(self, telegram: Telegram, entry: TelegramArea, city: Area, inputs: Inputs) -> Hazard:
        issued = telegram.measured_at.astimezone(_JAPAN)
        name = entry.kind_name or entry.hazard
        said = f"{telegram.editorial_office} {issued.month}月{issued.day}日{issued:%H:%M} 発表"
        return Hazard(
            kind=entry.hazard,
            area=city.code,
            area_name=city.name,
            level=_level(entry),
            alert_level=entry.alert_level is not None,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,  # that the warning is in force is a fact, whatever it warns of
            since=telegram.measured_at,
            valid_until=telegram.measured_at + self.stands,
            headline=f"{name}（{said}）",
            source=_source(entry),
            evidence=(Evidence(ref=telegram.key, text=f"{name} {entry.status or ''}（{entry.name}、{said}）"),),
            facts={
                "kind_name": name,
                "kind_code": entry.kind_code or "",
                "change": entry.status or "",
                "office": telegram.editorial_office,
                "issued_at": issued.isoformat("T", "minutes"),
                "telegram": telegram.telegram or "",
            },
        )


def _in_force(
    standing: Mapping[str, Mapping[str, Telegram]], ground: Ground
) -> Iterable[tuple[Telegram, TelegramArea]]:
    """What each office says is in force for the city, each hazard by the telegram that speaks for it."""
    for types in standing.values():
        spoken = {NEW[kind] for kind in types if kind in NEW}
        for kind, telegram in types.items():
            if kind in ALL_IN_ONE and telegram is not _newest_all_in_one(types):
                continue
            codes = _codes_of_city(telegram, ground)
            for entry in telegram.areas:
                old = kind not in NEW
                if entry.code in codes and not _is_over(entry) and not (old and entry.hazard in spoken):
                    yield telegram, entry


def _newest_all_in_one(types: Mapping[str, Telegram]) -> Telegram:
    return max((types[kind] for kind in reversed(ALL_IN_ONE) if kind in types), key=lambda one: one.measured_at)


def _codes_of_city(telegram: Telegram, ground: Ground) -> set[str]:
    """The codes under which this telegram speaks of the city: its municipality or parts of it (the first five of
    seven digits), else the finest forecast area that the telegram has."""
    listed = {entry.code for entry in telegram.areas} | set(telegram.areas_without_warning)
    municipalities = {code for code in listed if len(code) == 7}
    if municipalities:
        return {code for code in municipalities if code[:5] == ground.city}
    return set([code for code in ground.forecast_areas if code in listed][:1])


def _is_over(entry: TelegramArea) -> bool:
    return entry.alert_level == 0 or entry.kind_code == "00" or entry.status in _OVER


def _level(entry: TelegramArea) -> int:
    if entry.alert_level is not None:
        return entry.alert_level
    if entry.kind_code in _PLAIN_LEVELS:
        return _PLAIN_LEVELS[entry.kind_code]
    name = entry.kind_name or ""
    return 5 if name.endswith("特別警報") else 3 if name.endswith("警報") else 2


def _source(entry: TelegramArea) -> str:
    """What keeps two warnings of one hazard apart, and stays the same while their strength changes."""
    if entry.hazard == "wind_storm":
        return "snow_storm" if entry.kind_code in _SNOWSTORM else "wind_storm"
    return entry.kind_code or "" if entry.hazard in {"advisory", "other"} else entry.hazard


def _order(telegram: Telegram) -> tuple[object, ...]:
    serial = telegram.serial or ""
    return telegram.measured_at, telegram.control_datetime, int(serial) if serial.isdecimal() else 0
