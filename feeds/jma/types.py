"""The telegram types that are read. The XML does not tell its type code, so the Control/Title is the key."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.jma.content import Reader
from feeds.jma.frame import plain
from feeds.jma.warnings import special_warning, weather_warnings


@dataclass(frozen=True, slots=True)
class TelegramType:
    """One row: the code that the title implies (None: the title is shared by many), hazard, and reader."""

    title: str
    code: str | None
    hazard: str
    read: Reader


TYPES = (
    TelegramType("気象特別警報・警報・注意報", "VPWW53", "all", weather_warnings),
    TelegramType("気象警報・注意報（Ｈ２７）", "VPWW54", "all", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（大雨）", "VPWW55", "heavy_rain", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（土砂）", "VPWW56", "landslide", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（土砂災害）", "VPWW56", "landslide", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（高潮）", "VPWW57", "storm_surge", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（暴風）", "VPWW58", "wind_storm", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（波浪）", "VPWW59", "wave", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（大雪）", "VPWW60", "heavy_snow", weather_warnings),
    TelegramType("気象警報・注意報（Ｒ０６）（その他注意報）", "VPWW61", "advisory", weather_warnings),
    TelegramType("気象特別警報報知", "VPNO50", "all", special_warning),
)
_BY_TITLE = {plain(row.title): row for row in TYPES}


def type_of_title(title: str) -> TelegramType | None:
    """The type of a telegram with this Control/Title, None where it is not read."""
    return _BY_TITLE.get(plain(title))
