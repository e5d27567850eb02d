"""警報等情報要素コード: which hazard a weather warning is of, and the 警戒レベル it stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from feeds.jma.frame import plain

# code → (hazard, 警戒レベル since May 2026; None: the hazard keeps the plain three steps)
WARNINGS: dict[str, tuple[str, int | None]] = {
    "33": ("heavy_rain", 5),
    "43": ("heavy_rain", 4),
    "03": ("heavy_rain", 3),
    "10": ("heavy_rain", 2),
    "39": ("landslide", 5),
    "49": ("landslide", 4),
    "09": ("landslide", 3),
    "29": ("landslide", 2),
    "38": ("storm_surge", 5),
    "48": ("storm_surge", 4),
    "08": ("storm_surge", 3),
    "19": ("storm_surge", 2),
    "04": ("flood", 3),  # 洪水警報, old system only
    "18": ("flood", 2),  # 洪水注意報, old system only
    **dict.fromkeys(("02", "05", "13", "15", "32", "35"), ("wind_storm", None)),
    **dict.fromkeys(("06", "12", "36"), ("heavy_snow", None)),
    **dict.fromkeys(("07", "16", "37"), ("wave", None)),
    **dict.fromkeys(("14", "17", "20", "21", "22", "23", "24", "25", "26", "27"), ("advisory", None)),
}
LEVELLED = frozenset({"heavy_rain", "landslide", "storm_surge", "flood"})

# Until then 高潮特別警報 and 高潮警報 both stood for level 4; the others meant what their codes mean now.
NEW_LEVELS_SINCE = datetime(2026, 4, 30, 15, tzinfo=UTC)  # midnight of 1 May 2026 in Japan
_BEFORE = {"38": 4, "08": 4}

RIVERS = {"10": 0, "20": 2, "21": 2, "22": 2, "30": 3, "31": 3, "40": 4, "41": 4, "51": 5, "52": 5, "53": 5}

_LEVEL = re.compile(r"レベル([1-5])")
# Where neither a level nor a known code is written the name decides, by the first word that it holds.
_HAZARD_WORDS = (
    *(("大雨", "heavy_rain"), ("浸水", "heavy_rain"), ("土砂", "landslide"), ("高潮", "storm_surge")),
    *(("洪水", "flood"), ("氾濫", "flood"), ("風", "wind_storm"), ("大雪", "heavy_snow"), ("波", "wave")),
)
_STEPS = (("特別警報", 5), ("危険警報", 4), ("警報", 3), ("注意報", 2))
_RIVER_STEPS = (("発生情報", 5), ("危険情報", 4), ("警戒情報", 3), ("注意情報", 2), *_STEPS)  # names until May 2026 too


def named_level(name: str | None) -> int | None:
    """The 警戒レベル written in a name (レベル４大雨危険警報 → 4), full-width or not; None where none is written."""
    found = _LEVEL.search(plain(name))
    return int(found[1]) if found else None


def hazard_of(code: str | None, name: str | None, of_type: str) -> str:
    """The hazard of a warning code; of one that is not in the table that of its telegram, else what its name says."""
    known = WARNINGS.get(code or "")
    if known or of_type != "other":
        return known[0] if known else of_type
    return next((hazard for word, hazard in _HAZARD_WORDS if word in (name or "")), of_type)


def warning_level(code: str | None, name: str | None, hazard: str, issued: datetime) -> int | None:
    """警戒レベル of a weather warning in force: what its name says, else the code table, and for a code that is not in
    it the step that the name tells (大雨警報); None where it has none."""
    written = named_level(name)
    if written or hazard not in LEVELLED:
        return written
    if code not in WARNINGS:
        return _step(name, _STEPS)
    return _BEFORE.get(code, WARNINGS[code][1]) if issued < NEW_LEVELS_SINCE else WARNINGS[code][1]


def _step(name: str | None, steps: Sequence[tuple[str, int]]) -> int | None:
    return next((level for word, level in steps if word in (name or "")), None)


def river_level(code: str | None, name: str | None) -> int | None:
    """警戒レベル of a flood forecast. The code rules: a release is called レベル２氾濫注意報解除 and is no level 2.
    Where it is not known the name does, without what stands in brackets: 氾濫注意情報（警戒情報解除） is level 2."""
    if code in RIVERS:
        return RIVERS[code]
    told = plain(name).partition("(")[0]
    return 0 if "解除" in told else named_level(told) or _step(told, _RIVER_STEPS)
