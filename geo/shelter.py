"""Places to flee to (指定緊急避難場所), as the national list gives them."""

from __future__ import annotations

from dataclasses import dataclass

# Column of the national list → hazard. Older lists spell two of them differently.
COLUMNS = {
    "洪水": "flood",
    "崖崩れ、土石流及び地滑り": "landslide",
    "崖崩、土石流及び地滑": "landslide",
    "高潮": "storm_surge",
    "地震": "earthquake",
    "津波": "tsunami",
    "大規模な火事": "fire",
    "大規模火災": "fire",
    "内水氾濫": "inland_flood",
    "火山現象": "volcano",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelter:
    """One place, the hazards it is designated for, and the limits that people must be told (``note``)."""

    code: str  # 共通ID
    name: str
    address: str
    lon: float
    lat: float
    hazards: frozenset[str]
    note: str = ""
