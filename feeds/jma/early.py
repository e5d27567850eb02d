"""VPFD61 早期注意情報: how likely each area is to come under a warning until the day after tomorrow. 警戒レベル１."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.jma.blocks import Place
from feeds.jma.codes import LEVELLED
from feeds.jma.content import Content
from feeds.jma.frame import EB, Frame, children, text
from feeds.jma.time_series import Times, gathered
from feeds.records import Period, TelegramArea

# What 「…の警報級の可能性」 speaks of; the first match decides, so that 風（風雪） is wind.
_WORDS = (
    ("雨", "heavy_rain"),
    ("土砂", "landslide"),
    ("潮", "storm_surge"),
    ("風", "wind_storm"),
    ("雪", "heavy_snow"),
    ("波", "wave"),
)
_RANKS = ("高", "中")  # likely, possible; なし and 値なし are neither


def early_notice(frame: Frame, hazard: str) -> Content:
    """One entry per (area, phenomenon) that is likely or possible in any of the periods; the rank is its condition."""
    listed, found = gathered(frame, _periods)
    areas = tuple(_entry(place, name, periods) for (place, name), periods in found.items())
    reached = {area.code for area in areas}
    strongest = min(areas, key=lambda area: _RANKS.index(area.condition or "中"), default=None)
    return Content(
        hazard=strongest.hazard if strongest else hazard,
        areas=areas,
        areas_without_warning=tuple(code for code in listed if code not in reached),
    )


def _periods(item: etree._Element, times: Times) -> Iterator[tuple[str, Period]]:
    for kind in children(item, "Kind"):
        for block in children(kind, "Property"):
            name = text(block, "Type") or ""
            for one in block.iter(f"{{{EB}}}PossibilityRankOfWarning"):
                rank, when = (one.text or "").strip(), times.get(one.get("refID"))
                if rank in _RANKS:
                    yield name, Period(text(when, "DateTime") or "", text(when, "Duration"), None, rank)


def _entry(place: Place, name: str, periods: list[Period]) -> TelegramArea:
    hazard = next((hazard for word, hazard in _WORDS if word in name), "other")
    return TelegramArea(
        code=place.code,
        name=place.name,
        hazard=hazard,
        code_type=place.code_type,
        kind_name=name,
        condition=min((period.name for period in periods), key=_RANKS.index),
        alert_level=1 if hazard in LEVELLED else None,
        periods=tuple(periods),
    )
