"""Weather warnings of the forecaster as hazards of the city.

A telegram is a full snapshot of its office and type. The new types (one per hazard, since 2026) are the truth; the old
all-in-one telegrams speak only for a hazard of which no new telegram of the same office stands, so that the same
warning never counts twice and the telegram of one hazard never clears another. Two bulletins run ahead of both: what
they say counts until a snapshot of the same hazard is as new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from feeds.records import Telegram, TelegramArea
from geo.area import Area
from geo.hazard import Hazard
from geo.model import Ground, Inputs
from geo.telegrams import codes_of_city, evidence, facts, is_over, issuer, said, standing

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
LANDSLIDE = "VXWW50"  # 土砂災害警戒情報: level 4, which the old all-in-one never tells
SPECIAL = "VPNO50"  # 気象特別警報報知: a special warning is out, ahead of the warning itself

# Kinds without a 警戒レベル; the figure only orders them among the others.
_PLAIN_LEVELS = {
    **dict.fromkeys(("32", "35", "36", "37"), 5),
    **dict.fromkeys(("02", "05", "06", "07"), 3),
    **dict.fromkeys(("12", "13", "15", "16"), 2),
}
_SNOWSTORM = {"02", "13", "32"}  # 暴風雪 and 風雪 stand beside 暴風 and 強風, in the same telegram
_OLD_RAIN = {"土砂": "landslide", "浸水": "heavy_rain"}  # what an old 大雨警報 says in brackets

Types = Mapping[str, Telegram]  # type → the telegram that stands, of one office


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
            for telegram, entry in _in_force(types, ground):
                hazard = self._hazard(telegram, entry, city, inputs)
                known = found.get(hazard.key)
                if known is None or known.level < hazard.level:  # parts of a divided city: the strongest counts
                    found[hazard.key] = hazard
        return [found[key] for key in sorted(found)]

    def _offices(self, inputs: Inputs) -> dict[str, dict[str, Telegram]]:
        """Office → type → the telegram that stands."""
        offices: dict[str, dict[str, Telegram]] = defaultdict(dict)
        for telegram in standing(inputs, _series, self.stands).values():
            offices[issuer(telegram)][telegram.telegram or ""] = telegram
        return offices

    def _hazard(self, telegram: Telegram, entry: TelegramArea, city: Area, inputs: Inputs) -> Hazard:
        name = _name(telegram, entry)
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


def _series(telegram: Telegram) -> str | None:
    kind = telegram.telegram or ""
    ours = kind in NEW or kind in (*ALL_IN_ONE, LANDSLIDE, SPECIAL)
    return f"{issuer(telegram)}|{kind}" if ours else None


def _in_force(types: Types, ground: Ground) -> Iterator[tuple[Telegram, TelegramArea]]:
    """What one office says is in force for the city, each hazard by the telegram that speaks for it."""
    spoken = {hazard for kind, hazard in NEW.items() if kind in types}
    for telegram in (types[kind] for kind in NEW if kind in types):
        yield from _of_city(telegram, ground)
    old = _newest_all_in_one(types)
    if old is not None:
        for telegram, entry in _of_city(old, ground):
            yield from ((telegram, one) for one in _unspoken(entry, spoken))
    for bulletin in (types[kind] for kind in (LANDSLIDE, SPECIAL) if kind in types):
        yield from (told for told in _of_city(bulletin, ground) if _ahead(*told, types, ground))


def _of_city(telegram: Telegram, ground: Ground) -> Iterator[tuple[Telegram, TelegramArea]]:
    codes = codes_of_city(telegram, ground)
    yield from ((telegram, entry) for entry in telegram.areas if entry.code in codes and not is_over(entry))


def _newest_all_in_one(types: Types) -> Telegram | None:
    both = [types[kind] for kind in reversed(ALL_IN_ONE) if kind in types]
    return max(both, key=lambda one: one.measured_at, default=None)


def _unspoken(entry: TelegramArea, spoken: set[str]) -> Iterator[TelegramArea]:
    """The old warning in the new ones' hazards, less what new telegrams speak for.

    大雨警報（土砂災害、浸水害） is two of the new ones. Told so from the start, the event keeps its name when the new
    telegram comes a minute later.
    """
    words = entry.condition or ""
    means = {hazard for word, hazard in _OLD_RAIN.items() if word in words and entry.hazard == "heavy_rain"}
    for hazard in sorted((means or {entry.hazard}) - spoken):
        name = f"{entry.kind_name}（{words}）" if means else entry.kind_name
        yield replace(entry, hazard=hazard, kind_name=name)


def _ahead(bulletin: Telegram, entry: TelegramArea, types: Types, ground: Ground) -> bool:
    """True where no snapshot of the hazard is as new.

    大雨特別警報 announced may be of either hazard of rain: a snapshot of one, issued in the same minute and without a
    level 5, leaves it standing, for that of the other is still to come.
    """
    either = bulletin.telegram == SPECIAL and entry.hazard == "heavy_rain"
    hazards = {"heavy_rain", "landslide"} if either else {entry.hazard}
    fresh = [
        one
        for kind, one in types.items()
        if one.measured_at >= bulletin.measured_at
        and (NEW.get(kind) in hazards or (kind in ALL_IN_ONE and bulletin.telegram == SPECIAL))
    ]
    if not either or len(fresh) != 1 or fresh[0].telegram in ALL_IN_ONE:
        return not fresh
    said_so = any(told.alert_level == 5 for _, told in _of_city(fresh[0], ground))
    return not said_so and fresh[0].measured_at == bulletin.measured_at


def _name(telegram: Telegram, entry: TelegramArea) -> str:
    """The bulletin itself only says 警戒; since 2026 its title carries the name that people know."""
    if telegram.telegram != LANDSLIDE:
        return entry.kind_name or entry.hazard
    return "レベル４土砂災害危険警報" if "危険警報" in telegram.head_title else "土砂災害警戒情報"


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
