"""Flood forecasts: VXKO50–89 指定河川洪水予報 and VXSU50– 水位周知河川に関する情報.

The Headline carries the level, for the forecast section; the Body may be missing. What the Body adds is kept beside it:
the municipalities that the flood would reach, the gauges' levels now, and their thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.jma.blocks import Blocks, entry, finest, items
from feeds.jma.codes import named_level, river_level
from feeds.jma.content import Content
from feeds.jma.frame import EB, BadTelegram, Frame, child, children, number, text
from feeds.records import Criterion, Observation, TelegramArea

_SECTION = ("（予報区域）", "（発表区間）")  # VXKO, VXSU
_RIVER = "（河川）"  # the next coarser, where a telegram has no section; then whatever the Headline has
_MEASURED = {"水位": "m", "流量": "m3/s"}  # what gauges tell, and the unit where it is not written


def flood_forecast(frame: Frame, hazard: str) -> Content:
    """One entry per forecast section and kind; a withdrawal has none. BadTelegram where the level cannot be told."""
    sections = _blocks(frame, _SECTION) or _blocks(frame, (_RIVER,)) or finest(frame.information)
    if not sections and frame.info_type != "取消":
        raise BadTelegram("bad_telegram", "no Information of the forecast section", "/Report/Head/Headline")
    return Content(
        hazard=hazard,
        areas=tuple(_entries(sections, hazard)),
        municipalities=tuple(dict.fromkeys(_municipalities(frame.body))),
        observations=tuple(_water_levels(frame.body)),
        criteria=tuple(_criteria(frame.body)),
    )


def _blocks(frame: Frame, endings: tuple[str, ...]) -> Blocks:
    return finest(block for block in frame.information if block.get("type", "").endswith(endings))


def _entries(sections: Blocks, hazard: str) -> Iterator[TelegramArea]:
    for kinds, places in items(sections):
        for kind in kinds:
            level = river_level(kind.code, kind.name)
            if level is None:
                what = f"kind {kind.code!r} {kind.name!r} tells no level"
                raise BadTelegram("bad_telegram", what, "/Report/Head/Headline/Information")
            for place in places:
                yield entry(kind, place, hazard, None, level)


def _municipalities(body: etree._Element | None) -> Iterator[str]:
    """CityCode of the districts expected under water, in the order of the telegram."""
    for warning in children(body, "Warning"):
        for item in children(warning, "Item"):
            for area in children(child(item, "Areas"), "Area"):
                code = text(area, "CityCode")
                if code:
                    yield code


def _water_levels(body: etree._Element | None) -> Iterator[Observation]:
    """Gauge levels at the first time defined, 現況; the later ones are forecasts, and 欠測 has no value."""
    for infos in children(body, "MeteorologicalInfos"):
        if infos.get("type") != "水位・流量情報":
            continue
        for series in children(infos, "TimeSeriesInfo"):
            now = next(children(child(series, "TimeDefines"), "TimeDefine"), None)
            ref = None if now is None else now.get("timeId")
            for item in children(series, "Item"):
                yield from _levels_at(item, ref, text(now, "DateTime"))


def _levels_at(item: etree._Element, ref: str | None, time: str | None) -> Iterator[Observation]:
    station = child(item, "Station")
    for level in item.iter(f"{{{EB}}}WaterLevel", f"{{{EB}}}Discharge"):
        value, element = number(level), level.get("type", "")
        if element in _MEASURED and level.get("refID") == ref and value is not None:
            yield Observation(
                station=text(station, "Name") or "",
                station_code=text(station, "Code"),
                element=element,
                value=value,
                unit=level.get("unit", _MEASURED[element]),
                time=time,
            )


def _criteria(body: etree._Element | None) -> Iterator[Criterion]:
    addition = child(body, "AdditionalInfo", "FloodForecastAddition")
    for part in children(addition, "HydrometricStationPart"):
        area = child(part, "Area")
        for level in part.iterfind(f".//{{{EB}}}WaterLevel"):
            value, name = number(level), level.get("type", "")
            if value is not None and level.get("condition", "有効") == "有効":
                yield Criterion(
                    station=text(area, "Name") or "",
                    station_code=text(area, "Code"),
                    name=name,
                    level=named_level(name),
                    value=value,
                    unit=level.get("unit", "m"),
                )
