"""VPFD61 早期注意情報: how likely each area is to come under a warning until the day after tomorrow. 警戒レベル１."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.jma.blocks import Place, places
from feeds.jma.codes import LEVELLED
from feeds.jma.content import Content
from feeds.jma.frame import EB, BadTelegram, Frame, children, text
from feeds.records import TelegramArea

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
    if frame.body is None and frame.info_type != "取消":
        raise BadTelegram("bad_telegram", "the Body is empty", "/Report/Body")
    areas: list[TelegramArea] = []
    listed: dict[str, None] = {}
    for infos in children(frame.body, "MeteorologicalInfos"):
        for series in children(infos, "TimeSeriesInfo"):
            for item in children(series, "Item"):
                for place in places(item):
                    listed[place.code] = None
                    areas.extend(_entries(item, place))
    found = {area.code for area in areas}
    strongest = min(areas, key=lambda area: _RANKS.index(area.condition or "中"), default=None)
    return Content(
        hazard=strongest.hazard if strongest else hazard,
        areas=tuple(areas),
        areas_without_warning=tuple(code for code in listed if code not in found),
    )


def _entries(item: etree._Element, place: Place) -> Iterator[TelegramArea]:
    for kind in children(item, "Kind"):
        for block in children(kind, "Property"):
            ranks = {(one.text or "").strip() for one in block.iter(f"{{{EB}}}PossibilityRankOfWarning")}
            rank = next((rank for rank in _RANKS if rank in ranks), None)
            if rank is None:
                continue
            name = text(block, "Type")
            hazard = next((hazard for word, hazard in _WORDS if word in (name or "")), "other")
            yield TelegramArea(
                code=place.code,
                name=place.name,
                hazard=hazard,
                code_type=place.code_type,
                kind_name=name,
                condition=rank,
                alert_level=1 if hazard in LEVELLED else None,
            )
