"""Earthquakes: VXSE51 to 53, 61, 62 (observed) and the early warnings VXSE43 to 45 (forecast), VYSE60 (readiness)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from feeds.jma.blocks import Named, Place, entry, items
from feeds.jma.content import Content
from feeds.jma.frame import EB, Frame, child, children, need, number, plain, text
from feeds.records import Hypocenter, Observation, TelegramArea

DISTRICT = "地震情報／細分区域"
MUNICIPALITY = "気象・地震・火山情報／市町村等"
_OF_DISTRICTS = ("震度速報", "（細分区域）")  # blocks of the Headline
INTENSITIES = ("1", "2", "3", "4", "5-", "5+", "6-", "6+", "7")

_COORDINATE = re.compile(r"([+-][0-9.]+)([+-][0-9.]+)([+-][0-9.]+)?/")


def earthquake(frame: Frame, hazard: str) -> Content:
    """Districts, then the municipalities where given. An area that is not listed is unknown, never zero."""
    intensity = child(frame.body, "Intensity")
    observed, forecast = child(intensity, "Observation"), child(intensity, "Forecast")
    districts = [*_districts(observed, hazard), *_districts(forecast, hazard)] or [
        replace(entry(kind, place, hazard, None), max_intensity=_class(kind.name)) for kind, place in _announced(frame)
    ]
    areas = (*districts, *_municipalities(observed, hazard))
    told = [area.max_intensity for area in areas if area.max_intensity]
    return Content(
        hazard=hazard,
        areas=areas,
        observations=tuple(_stations(observed)),
        max_intensity=_intensity(observed) or _foreseen(forecast) or max(told, key=INTENSITIES.index, default=None),
        **source(frame.body),
    )


def source(body: etree._Element | None) -> dict[str, Any]:
    """Magnitude, depth_km and hypocenter of the first Earthquake; None each where the telegram does not know."""
    quake = child(body, "Earthquake")
    if quake is None:
        return {}
    area = child(quake, "Hypocenter", "Area")
    lat, lon, depth_km = _coordinate(area)
    name = text(area, "Name")
    return {
        "magnitude": number(quake.find(f"{{{EB}}}Magnitude")),  # NaN: Ｍ８を超える巨大地震, no figure known
        "depth_km": depth_km,
        "hypocenter": None if name is None else Hypocenter(name=name, code=text(area, "Code"), lat=lat, lon=lon),
    }


def _coordinate(area: etree._Element | None) -> tuple[float | None, float | None, float | None]:
    """Latitude, longitude, depth in km of ``+40.2+141.2-10000/`` (metres, downwards negative)."""
    for element in [] if area is None else area.iterfind(f"{{{EB}}}Coordinate"):
        found = _COORDINATE.fullmatch((element.text or "").strip())
        if found is None or "度分" in element.get("type", ""):  # the same place again, in degrees and minutes
            continue
        try:
            lat, lon, height = (float(part) for part in (found[1], found[2], found[3] or "0"))
        except ValueError:
            continue
        unknown = "不明" in element.get("description", "")  # else an absent depth means very shallow
        return lat, lon, None if unknown else abs(height) / 1000
    return None, None, None


def _districts(block: etree._Element | None, hazard: str) -> Iterator[TelegramArea]:
    for prefecture in children(block, "Pref"):
        for area in children(prefecture, "Area"):
            kind = child(area, "Category", "Kind")
            yield TelegramArea(
                code=need(area, "Code"),
                name=text(area, "Name") or "",
                hazard=hazard,
                code_type=DISTRICT,
                kind_code=text(kind, "Code"),
                kind_name=text(kind, "Name"),
                condition=text(area, "Condition"),
                last_code=text(area, "Category", "LastKind", "Code"),
                max_intensity=_intensity(area) or _foreseen(area),
            )


def _announced(frame: Frame) -> Iterator[tuple[Named, Place]]:
    """The districts of the Headline, for want of any in the Body: 震度５弱 is the name of their kind."""
    blocks = [block for block in frame.information if block.get("type", "").endswith(_OF_DISTRICTS)]
    for kinds, places in items(blocks if frame.info_type != "取消" else ()):
        yield from ((kind, place) for kind in kinds for place in places)


def _municipalities(block: etree._Element | None, hazard: str) -> Iterator[TelegramArea]:
    for prefecture in children(block, "Pref"):
        for area in children(prefecture, "Area"):
            for city in children(area, "City"):
                yield TelegramArea(
                    code=need(city, "Code"),
                    name=text(city, "Name") or "",
                    hazard=hazard,
                    code_type=MUNICIPALITY,
                    condition=text(city, "Condition"),
                    max_intensity=_intensity(city),
                )


def _stations(block: etree._Element | None) -> Iterator[Observation]:
    """At each station 震度 as the class JMA gives, and what VXSE62 adds of long-period motion; no time is told."""
    for station in [] if block is None else block.iter(f"{{{etree.QName(block).namespace}}}IntensityStation"):
        told: tuple[tuple[str, float | str | None, str], ...] = (
            ("震度", _class(text(station, "Int")), ""),
            ("長周期地震動階級", number(child(station, "LgInt")), ""),
            ("絶対速度応答", number(child(station, "Sva")), "cm/s"),
        )
        for element, value, unit in told:
            if value is not None:
                yield Observation(
                    station=text(station, "Name") or "",
                    station_code=text(station, "Code"),
                    element=element,
                    value=value,
                    unit=unit,
                    time=None,
                )


def _intensity(block: etree._Element | None) -> str | None:
    """MaxInt; None where it is absent or not received (５弱以上未入電)."""
    return _class(text(block, "MaxInt"))


def _class(told: str | None) -> str | None:
    """One of INTENSITIES, however it is written: 5-, ５－, 震度５弱."""
    value = plain(told).removeprefix("震度").replace("弱", "-").replace("強", "+")
    return value if value in INTENSITIES else None


def _foreseen(block: etree._Element | None) -> str | None:
    """The upper end of ForecastInt, or the lower one where the upper is open (over)."""
    return _class(text(block, "ForecastInt", "To")) or _class(text(block, "ForecastInt", "From"))
