"""Weather warnings of the forecaster as hazards of the city.

Which of the telegrams of an office speaks for a hazard is told by ``geo.official.speaking``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from feeds.records import Telegram, TelegramArea
from geo.area import Area
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.official.speaking import in_force, name_of, series
from geo.official.telegrams import codes_of_city, evidence, facts, is_over, issuer, said, standing

# Kinds without a 警戒レベル; the figure only orders them among the others.
_PLAIN_LEVELS = {
    **dict.fromkeys(("32", "35", "36", "37"), 5),
    **dict.fromkeys(("02", "05", "06", "07"), 3),
    **dict.fromkeys(("12", "13", "15", "16"), 2),
}
_SNOWSTORM = {"02", "13", "32"}  # 暴風雪 and 風雪 stand beside 暴風 and 強風, in the same telegram


class Weather:
    """One hazard per kind of warning in force for the city; its area is the city."""

    name = "weather"
    version = "2"
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
        for types in self._offices(inputs).values():
            for telegram, entry in in_force(types, lambda one: _of_city(one, ground)):
                hazard = self._hazard(telegram, entry, city, inputs)
                known = found.get(hazard.key)
                if known is None or known.level < hazard.level:  # parts of a divided city: the strongest counts
                    found[hazard.key] = hazard
        return [found[key] for key in sorted(found)]

    def _offices(self, inputs: Inputs) -> dict[str, dict[str, Telegram]]:
        """Office → type → the telegram that stands."""
        offices: dict[str, dict[str, Telegram]] = defaultdict(dict)
        for telegram in standing(inputs, series, self.stands).values():
            offices[issuer(telegram)][telegram.telegram or ""] = telegram
        return offices

    def _hazard(self, telegram: Telegram, entry: TelegramArea, city: Area, inputs: Inputs) -> Hazard:
        name = name_of(telegram, entry)
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
            headline=f"{name}（{said(telegram)}）",
            source=_source(entry),
            evidence=evidence(telegram, entry, name),
            facts=facts(telegram, entry, name),
        )


def _of_city(telegram: Telegram, ground: Ground) -> Iterator[TelegramArea]:
    codes = codes_of_city(telegram, ground)
    yield from (entry for entry in telegram.areas if entry.code in codes and not is_over(entry))


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
