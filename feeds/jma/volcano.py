"""Volcanoes: VFVO50 to 56. 噴火警戒レベル 1–5 is a scale of its own and never a 警戒レベル."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from feeds.jma.blocks import Named, items
from feeds.jma.content import Content
from feeds.jma.frame import EB, Frame, child, children, number, text
from feeds.records import Observation, TelegramArea

VOLCANO = "火山名"
_PLUME = ("PlumeHeightAboveCrater", "PlumeHeightAboveSeaLevel")
_LEVELS = {"11": 1, "12": 2, "13": 3, "14": 4, "15": 5}  # 21–23 and 35, 36: volcanoes without levels


def volcano(frame: Frame, hazard: str) -> Content:
    """The volcano, then the municipalities, one entry per kind; from the Body, else from the Headline.

    The level is told only where the telegram speaks of one volcano: a monthly survey of all has none of its own.
    """
    blocks: Iterable[etree._Element] = list(children(frame.body, "VolcanoInfo")) or frame.information
    listed = [
        (kind, _entry(kind, place.code, place.name, place.code_type, hazard))
        for block in blocks
        for kinds, places in items(block)
        for kind in kinds
        for place in places
    ]
    of_volcanoes = [(kind, area) for kind, area in listed if area.code_type == VOLCANO]
    alone = len({area.code for _, area in of_volcanoes}) == 1
    one = next((kind for kind, _ in of_volcanoes if kind.code in _LEVELS), None) if alone else None
    return Content(
        hazard=hazard,
        areas=(*(area for _, area in of_volcanoes), *(area for _, area in listed if area.code_type != VOLCANO)),
        observations=tuple(_plume(frame.body, of_volcanoes[0][1])) if alone else (),
        volcanic_alert_level=_LEVELS.get(one.code or "") if one else None,
        volcanic_alert_level_last=_LEVELS.get(one.last_code or "") if one else None,
    )


def _plume(body: etree._Element | None, volcano: TelegramArea) -> Iterator[Observation]:
    """How high the plume was seen to rise; 不明 has no figure."""
    seen = child(body, "VolcanoObservation")
    at = text(seen, "EventTime", "EventDateTime") or text(
        next(children(child(body, "VolcanoInfo"), "Item"), None), "EventTime", "EventDateTime"
    )
    heights = () if seen is None else seen.iter(*(f"{{{EB}}}{name}" for name in _PLUME))
    for height in heights:
        value = number(height)
        if value is not None:
            yield Observation(
                station=volcano.name,
                station_code=volcano.code,
                element=height.get("type", ""),
                value=value,
                unit=height.get("unit", ""),
                time=at,
            )


def _entry(kind: Named, code: str, name: str, code_type: str, hazard: str) -> TelegramArea:
    return TelegramArea(
        code=code,
        name=name,
        hazard=hazard,
        code_type=code_type,
        kind_code=kind.code,
        kind_name=kind.name,
        condition=kind.condition,
        last_code=kind.last_code,
    )
