"""Tsunami: VTSE41 warnings, VTSE51 and VTSE52 observations. No 警戒レベル: evacuation by tsunami has no five steps."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.jma.blocks import Named, Place, entry, items, listing, places
from feeds.jma.content import Content
from feeds.jma.frame import EB, Frame, child, children, number, text
from feeds.jma.quake import source
from feeds.records import Observation, TelegramArea

FORECAST_AREA = "津波予報区"
COAST = "沿岸地域"  # for which VTSE52 reckons from what was measured offshore; it has no kind
_NOTHING = "00"  # 津波なし


def tsunami(frame: Frame, hazard: str) -> Content:
    """One entry per 津波予報区, and what tide gauges measured. The earthquake's own figures stand beside.

    Where the Body tells nothing, not even what was measured, the Headline's wider areas; BadTelegram where that does
    not either.
    """
    block = child(frame.body, "Tsunami")
    parts = (("Forecast", FORECAST_AREA), ("Estimation", COAST))
    listed = [
        area
        for name, code_type in parts
        for item in children(child(block, name), "Item")
        for area in _entries(item, hazard, code_type)
    ]
    if not listed and child(block, "Observation") is None and frame.info_type != "取消":
        listed = [entry(kind, place, hazard, None) for kind, place in _announced(frame)]
    return Content(
        hazard=hazard,
        areas=tuple(area for area in listed if area.kind_code != _NOTHING),
        areas_without_warning=tuple(area.code for area in listed if area.kind_code == _NOTHING),
        observations=tuple(_heights(child(block, "Observation"))),
        **source(frame.body),
    )


def _announced(frame: Frame) -> Iterator[tuple[Named, Place]]:
    for kinds, listed in items(listing(frame)):
        yield from ((kind, place) for kind in kinds for place in listed)


def _entries(item: etree._Element, hazard: str, code_type: str) -> Iterator[TelegramArea]:
    category, first = child(item, "Category"), child(item, "FirstHeight")
    for place in places(item):
        yield TelegramArea(
            code=place.code,
            name=place.name,
            hazard=hazard,
            code_type=place.code_type or code_type,
            kind_code=text(category, "Kind", "Code"),
            kind_name=text(category, "Kind", "Name"),
            condition=text(first, "Condition"),
            last_code=text(category, "LastKind", "Code"),
            height=_foretold(child(item, "MaxHeight")),
            arrival=text(first, "ArrivalTime") or text(first, "Condition"),
        )


def _foretold(highest: etree._Element | None) -> str | None:
    """How high, in the words that people are told: right after a great earthquake 巨大 and 高い stand for figures."""
    height = None if highest is None else highest.find(f"{{{EB}}}TsunamiHeight")
    if height is None:
        return text(highest, "Condition")
    value = number(height)
    figure = None if value is None else f"{value:g}{height.get('unit', 'm')}"
    return height.get("description") or figure or text(highest, "Condition")


def _heights(observation: etree._Element | None) -> Iterator[Observation]:
    """The highest wave so far of each gauge that has a figure; 観測中 and 微弱 have none."""
    for item in children(observation, "Item"):
        for station in children(item, "Station"):
            highest = child(station, "MaxHeight")
            height = None if highest is None else highest.find(f"{{{EB}}}TsunamiHeight")
            value = None if height is None else number(height)
            if height is not None and value is not None:
                yield Observation(
                    station=text(station, "Name") or "",
                    station_code=text(station, "Code"),
                    element=height.get("type", "津波の高さ"),
                    value=value,
                    unit=height.get("unit", "m"),
                    time=text(highest, "DateTime"),
                )
