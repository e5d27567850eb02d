"""Which of an office's weather telegrams speaks for a hazard.

A telegram is a full snapshot of its office and type. The new types (one per hazard, since 2026) are the truth; the old
all-in-one telegrams speak only for a hazard of which no new telegram of the same office stands, so that the same
warning never counts twice and the telegram of one hazard never clears another. Two bulletins run ahead of both: what
they say counts until a snapshot of the same hazard is as new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from feeds.records import Telegram, TelegramArea
from geo.official.telegrams import issuer

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

_OLD_RAIN = {"土砂": "landslide", "浸水": "heavy_rain"}  # what an old 大雨警報 says in brackets

Types = Mapping[str, Telegram]  # type → the telegram that stands, of one office
Told = Callable[[Telegram], Iterable[TelegramArea]]  # what a telegram says is in force at the place that is asked of


def series(telegram: Telegram) -> str | None:
    """Office and type of a weather telegram, of which the newest speaks; None for any other."""
    kind = telegram.telegram or ""
    ours = kind in NEW or kind in (*ALL_IN_ONE, LANDSLIDE, SPECIAL)
    return f"{issuer(telegram)}|{kind}" if ours else None


def in_force(types: Types, told: Told) -> Iterator[tuple[Telegram, TelegramArea]]:
    """What one office says is in force at a place, each hazard by the telegram that speaks for it."""
    spoken = {hazard for kind, hazard in NEW.items() if kind in types}
    for telegram in (types[kind] for kind in NEW if kind in types):
        yield from ((telegram, entry) for entry in told(telegram))
    old = _newest_all_in_one(types)
    if old is not None:
        for entry in told(old):
            yield from ((old, one) for one in _unspoken(entry, spoken))
    for bulletin in (types[kind] for kind in (LANDSLIDE, SPECIAL) if kind in types):
        yield from ((bulletin, entry) for entry in told(bulletin) if _ahead(bulletin, entry, types, told))


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


def _ahead(bulletin: Telegram, entry: TelegramArea, types: Types, told: Told) -> bool:
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
    said_so = any(one.alert_level == 5 for one in told(fresh[0]))
    return not said_so and fresh[0].measured_at == bulletin.measured_at


def name_of(telegram: Telegram, entry: TelegramArea) -> str:
    """The bulletin itself only says 警戒; since 2026 its title carries the name that people know."""
    if telegram.telegram != LANDSLIDE:
        return entry.kind_name or entry.hazard
    return "レベル４土砂災害危険警報" if "危険警報" in telegram.head_title else "土砂災害警戒情報"
