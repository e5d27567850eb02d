"""Notices that hold for an hour or a few: record rain, rain bands, heavy snow within hours, tornadoes.

Nobody releases them; they run out. The same notice comes by an old type and by 府県気象防災速報 (VPBS50): the newest of
each notice speaks, so the two are one hazard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.instant import instant
from feeds.records import Telegram, TelegramArea
from geo.area import Area
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.official.telegrams import codes_of_city, evidence, facts, is_over, order, said, standing


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notice. ``level`` is no 警戒レベル: it only orders the notices among the other hazards."""

    source: str
    kind: str
    level: int
    name: str
    lasts: timedelta  # where the telegram does not tell


_RAIN_BAND = timedelta(hours=3)
_TYPES: Mapping[str, Notice] = {
    "VPOA50": Notice("record_rain", "heavy_rain", 4, "記録的短時間大雨情報", timedelta(hours=3)),
    "VPHW50": Notice("tornado", "tornado", 2, "竜巻注意情報", timedelta(hours=1)),
    "VPHW51": Notice("tornado", "tornado", 3, "竜巻注意情報（目撃情報付き）", timedelta(hours=1)),
}
# VPBS50 tells by its tags what it is; the first word that a tag holds decides.
_TAGS: Mapping[str, Notice] = {
    "線状降水帯直前": Notice("rain_band_soon", "heavy_rain", 3, "線状降水帯の直前予測", _RAIN_BAND),
    "線状降水帯予測": Notice("rain_band_soon", "heavy_rain", 3, "線状降水帯の直前予測", _RAIN_BAND),
    "線状降水帯": Notice("rain_band", "heavy_rain", 4, "線状降水帯の発生", _RAIN_BAND),
    "短時間大雪": Notice("short_heavy_snow", "heavy_snow", 3, "短時間の大雪", timedelta(hours=6)),
    "記録": _TYPES["VPOA50"],
    "竜巻目撃": _TYPES["VPHW51"],
    "竜巻": _TYPES["VPHW50"],
}
_BETWEEN = re.compile(r"[\s・、,]+")  # tags


class ShortNotice:
    """One hazard per notice that still holds for the city; its area is the city."""

    name = "short_notice"
    version = "1"
    quantities = frozenset[str]()
    window = timedelta(hours=12)
    telegrams = True
    reports = frozenset[str]()

    def run(self, inputs: Inputs, ground: Ground) -> list[Hazard]:
        """Every notice that holds at ``inputs.now``; of several of one kind the newest."""
        city = next(iter(ground.areas.of_kind("city")), None)
        if city is None:
            return []
        found: dict[str, Hazard] = {}
        for telegram in sorted(standing(inputs, series, self.window).values(), key=order):
            codes = codes_of_city(telegram, ground)
            for entry in telegram.areas:
                if entry.code not in codes or is_over(entry):
                    continue
                for notice in notices(telegram, entry):
                    until = valid_until(telegram, notice)
                    if until > inputs.now:
                        hazard = self._hazard((telegram, entry, notice, until), city, inputs)
                        found[hazard.key] = hazard
        return [found[key] for key in sorted(found)]

    def _hazard(self, told: tuple[Telegram, TelegramArea, Notice, datetime], city: Area, inputs: Inputs) -> Hazard:
        telegram, entry, notice, until = told
        return Hazard(
            kind=notice.kind,
            area=city.code,
            area_name=city.name,
            level=_level(telegram, notice, city),
            alert_level=False,
            model=f"{self.name}@{self.version}",
            status=inputs.status,
            observed=True,
            since=telegram.measured_at,
            valid_until=until,
            headline=f"{notice.name}（{entry.name}、{said(telegram)}）",
            source=notice.source,
            evidence=evidence(telegram, entry, notice.name),
            facts=facts(telegram, entry, notice.name) | {"notice": notice.source, "where": entry.name},
        )


def series(telegram: Telegram) -> str | None:
    """Each notice is a series of its own; None for what is no notice."""
    return telegram.subject if telegram.telegram in {*_TYPES, "VPBS50"} else None


def notices(telegram: Telegram, entry: TelegramArea) -> Iterator[Notice]:
    """What an entry gives notice of: by the type, or by each of its tags."""
    by_type = _TYPES.get(telegram.telegram or "")
    if by_type is not None:
        yield by_type
        return
    tags = _BETWEEN.split(entry.condition or telegram.head_title)
    known = [notice for tag in tags for notice in [_known(tag)] if notice]
    yield from known or ([_unknown(entry)] if entry.hazard != "other" else [])


def _known(tag: str) -> Notice | None:
    return next((notice for word, notice in _TAGS.items() if word in tag), None)


def _unknown(entry: TelegramArea) -> Notice:
    """A tag of a later year, of which only the hazard is understood."""
    return Notice(f"notice_{entry.hazard}", entry.hazard, 2, entry.condition or "気象防災速報", timedelta(hours=3))


def _level(telegram: Telegram, notice: Notice, city: Area) -> int:
    """Record rain is told for a whole area, but its text names the places: far from the city it is one step of news."""
    text = telegram.headline or ""
    elsewhere = notice.source == "record_rain" and "付近" in text and city.name not in text
    return 2 if elsewhere else notice.level


def valid_until(telegram: Telegram, notice: Notice) -> datetime:
    """As the telegram says (竜巻注意情報), else as long as such a notice usually matters."""
    try:
        return instant(telegram.valid_datetime or "")
    except ValueError:
        return telegram.measured_at + notice.lasts
