"""Flood forecasts for rivers (指定河川洪水予報, 水位周知河川) as hazards of the city.

The telegram speaks of a section of a river, not of municipalities. It concerns the city where it names the city among
the places that would be flooded, or where the profile says that the section runs through it.
"""

from __future__ import annotations

from datetime import timedelta

from feeds.records import Telegram, TelegramArea
from geo.area import Area
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.official.telegrams import evidence, facts, is_over, said, standing

_TYPES = ("VXKO", "VXSU")
TITLES = ("指定河川洪水予報", "水位周知河川に関する情報")  # by which they are known where no type code came along


class RiverForecast:
    """One hazard per river section with a forecast in force; its level, 2 to 5, is a 警戒レベル, its area the city."""

    name = "river_forecast"
    version = "1"
    quantities = frozenset[str]()
    telegrams = True
    reports = frozenset[str]()

    def __init__(self, stands: timedelta = timedelta(hours=72)) -> None:
        self.stands = self.window = stands  # a forecast that was not renewed for so long is not believed any more

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every forecast that is in force for a river of the city at ``inputs.now``."""
        city = next(iter(ground.areas.of_kind("city")), None)
        if city is None:
            return []
        found: dict[str, Hazard] = {}
        for telegram in standing(inputs, series, self.stands).values():
            for entry in telegram.areas:
                if entry.alert_level and not is_over(entry) and _concerns(telegram, entry, ground):
                    hazard = self._hazard(telegram, entry, city, inputs)
                    known = found.get(hazard.key)
                    if known is None or known.level < hazard.level:
                        found[hazard.key] = hazard
        return [found[key] for key in sorted(found)]

    def _hazard(self, telegram: Telegram, entry: TelegramArea, city: Area, inputs: Inputs) -> Hazard:
        kind = entry.kind_name or "洪水予報"
        name = kind if entry.name in kind else f"{entry.name} {kind}"
        return Hazard(
            kind="flood",
            area=city.code,
            area_name=city.name,
            level=entry.alert_level or 0,
            alert_level=True,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=telegram.measured_at,
            valid_until=telegram.measured_at + self.stands,
            headline=f"{name}（{said(telegram)}）",
            source=entry.code,
            evidence=evidence(telegram, entry, name),
            facts=facts(telegram, entry, name) | {"river": entry.name, "section": entry.code},
        )


def series(telegram: Telegram) -> str | None:
    """The section's code; by it a forecast follows another, whatever way each came."""
    known = telegram.telegram.startswith(_TYPES) if telegram.telegram else telegram.control_title in TITLES
    if telegram.hazard != "flood" or not known:
        return None
    return telegram.event_id or telegram.subject


def _concerns(telegram: Telegram, entry: TelegramArea, ground: Ground) -> bool:
    named = any(code[:5] == ground.city for code in telegram.municipalities)
    return named or entry.code in ground.river_sections
