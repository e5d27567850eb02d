"""Volcanoes: VFVO50 to 56. 噴火警戒レベル 1–5 is a scale of its own and never a 警戒レベル."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from lxml import etree

from feeds.instant import instant
from feeds.jma.blocks import Named, items, listing
from feeds.jma.content import Content
from feeds.jma.frame import EB, Frame, child, children, number, text
from feeds.records import Observation, Period, TelegramArea

VOLCANO = "火山名"
_PLUME = ("PlumeHeightAboveCrater", "PlumeHeightAboveSeaLevel")
_LEVELS = {"11": 1, "12": 2, "13": 3, "14": 4, "15": 5}  # 21–23 and 35, 36: volcanoes without levels


def volcano(frame: Frame, hazard: str) -> Content:
    """The volcano, then the municipalities, one entry per kind; from the Body, else from the Headline.

    The level is told only where the telegram speaks of one volcano: a monthly survey of all has none of its own.
    An ash forecast tells of each municipality when what will fall, as the periods of its entry.
    """
    told = [block for block in children(frame.body, "VolcanoInfo") if child(block, "Item") is not None]
    blocks = listing(frame, told)
    listed = [
        (kind, _entry(kind, place.code, place.name, place.code_type, hazard))
        for kinds, places in items(blocks)
        for kind in kinds
        for place in places
    ]
    listed = _timed(listed, dict(_ash(frame.body, hazard)))
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


_Key: TypeAlias = tuple[str, str | None]  # area, kind
_Listed: TypeAlias = list[tuple[Named, TelegramArea]]


def _timed(listed: _Listed, ash: Mapping[_Key, tuple[Named, TelegramArea]]) -> _Listed:
    """What is listed, with its periods where the forecast by time tells them, then what only that names."""
    known = {(area.code, area.kind_code) for _, area in listed}
    told = [
        (kind, replace(area, periods=ash[area.code, area.kind_code][1].periods))
        if (area.code, area.kind_code) in ash
        else (kind, area)
        for kind, area in listed
    ]
    return told + [one for key, one in ash.items() if key not in known]


def _ash(body: etree._Element | None, hazard: str) -> Iterator[tuple[_Key, tuple[Named, TelegramArea]]]:
    """(area, kind) → the entry of it, with a period for each step of the forecast that names it."""
    found: dict[_Key, tuple[Named, TelegramArea]] = {}
    for block in children(child(body, "AshInfos"), "AshInfo"):
        for kinds, places in items([block]):
            for kind, place in ((kind, place) for kind in kinds for place in places):
                key = place.code, kind.code
                before = found.get(key)
                area = before[1] if before else _entry(kind, place.code, place.name, place.code_type, hazard)
                found[key] = kind, replace(area, periods=(*area.periods, _period(block, kind)))
    yield from found.items()


def _period(block: etree._Element, kind: Named) -> Period:
    """A step of the forecast; its length is left open where one of its ends cannot be read."""
    start, end = text(block, "StartTime") or "", text(block, "EndTime") or ""
    try:
        minutes = int((instant(end) - instant(start)).total_seconds() // 60)
    except ValueError:
        return Period(start, None, kind.code, kind.name or "")
    return Period(start, f"PT{minutes}M" if minutes > 0 else None, kind.code, kind.name or "")


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
