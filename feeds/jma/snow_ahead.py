"""Amounts of snow that a weather telegram foresees, wherever it has them as data: one reader for every type.

They stand in warnings (１２時間最大降雪量, without hours), in the tables of 府県気象解説情報, in 警報級の可能性
（明日まで） and in the time series of VPWP50 and VPWW54. What was measured looks alike and stands beside them: it is
told apart by the block (観測実況), by its station, and by the clock. An amount that cannot be true is left away, for
the rest of the telegram may be a warning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lxml import etree

from feeds.instant import instant
from feeds.jma.frame import EB, METEOROLOGY, Frame, child, children, number, text
from feeds.snow_ahead import SnowAhead, SnowSpan, span, terrain_of

TYPES = ("VPWW5", "VPWW6", "VPWP5", "VPFD6", "VPFJ5", "VPCJ5", "VPZJ5")  # that may carry amounts, by how they begin
_DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?")
_HOURS = re.compile(r"(\d{1,3})時間")
_LOW, _HIGH = "範囲の下端", "範囲の上端"
_MEASURED = ("実況", "観測")
_AT_MOST, _UPWARDS = ("以下", "未満"), ("以上",)
_OUTSIDE = "海上"
_PARTS = (f"{{{METEOROLOGY}}}Local", f"{{{METEOROLOGY}}}SubArea")
_UNITS = {"cm", ""}

Window = tuple[datetime, datetime | None]  # without an end: as long as the amount's own hours
Windows = dict[str | None, Window]  # by the reference of a step


@dataclass
class _Amounts:
    """Of one part of an area in one window: a figure, or the two ends of a range."""

    low: float | None = None
    high: float | None = None
    at_most: bool = False


_Found = dict[tuple[str, Window, float | None], _Amounts]  # part of the area, window, hours that the amount is of


def snow_ahead(frame: Frame) -> tuple[SnowAhead, ...]:
    """Per area and part of it what is foreseen, in the order of the telegram; empty where nothing is, or it is a
    withdrawal."""
    if frame.body is None or frame.info_type == "取消" or etree.QName(frame.body).namespace != METEOROLOGY:
        return ()
    found: dict[tuple[tuple[str, ...], str, str], dict[SnowSpan, None]] = {}
    for item, windows in _items(frame):
        codes, name = _area(item)
        if codes:
            for part, one in _spans(item, windows, frame.reported_at):
                found.setdefault((codes, name, part), {})[one] = None
    return tuple(
        SnowAhead(
            codes=codes,
            place=name if part in name else f"{name} {part}",
            terrain=terrain_of(part, name),
            spans=tuple(_without_calm(list(spans))),
        )
        for (codes, name, part), spans in found.items()
        if _OUTSIDE not in part
    )


def _items(frame: Frame) -> Iterator[tuple[etree._Element, Windows]]:
    """Items that may foresee something, with the windows that their amounts refer to; None: without a reference."""
    for warning in children(frame.body, "Warning"):
        for item in children(warning, "Item"):
            yield item, {None: (frame.reported_at, None)}
    for infos in children(frame.body, "MeteorologicalInfos"):
        if any(word in infos.get("type", "") for word in _MEASURED):
            continue
        for info in children(infos, "MeteorologicalInfo"):
            window = _window(info)
            for item in children(info, "Item"):
                yield item, {None: window} if window else {}
        for series in children(infos, "TimeSeriesInfo"):
            defines = children(child(series, "TimeDefines"), "TimeDefine")
            windows = {one.get("timeId"): window for one in defines if (window := _window(one)) is not None}
            for item in children(series, "Item"):
                yield item, dict(windows)


def _window(element: etree._Element) -> Window | None:
    match = _DURATION.fullmatch(text(element, "Duration") or "")
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    length = timedelta(days=days, hours=hours, minutes=minutes)
    try:
        start = instant(text(element, "DateTime") or "")
        return start, start + length if length else None
    except (ValueError, OverflowError):
        return None


def _area(item: etree._Element) -> tuple[tuple[str, ...], str]:
    """The codes of the item's areas, by Code or, of a part of an area, by CodeList; a station has none."""
    codes, names = dict[str, None](), []
    for area in [*children(item, "Area"), *children(child(item, "Areas"), "Area")]:
        own = text(area, "Code")
        codes |= dict.fromkeys([own] if own else (text(area, "CodeList") or "").split())
        names.append(text(area, "Name") or "")
    return tuple(codes), "・".join(names)


def _spans(item: etree._Element, windows: Windows, reported: datetime) -> Iterator[tuple[str, SnowSpan]]:
    amounts: _Found = {}
    for kind in children(item, "Kind"):
        for block in children(kind, "Property"):
            if text(kind, "Status") != "解除" and not any(word in (text(block, "Type") or "") for word in _MEASURED):
                for part, element in _elements(block):
                    _take(part, element, windows, amounts)
    for (part, (start, end), over_h), told in amounts.items():
        low, high = told.low if told.low is not None else told.high, told.high if told.high is not None else told.low
        try:
            until = end or start + timedelta(hours=over_h or 0)
            if low is not None and high is not None and until > reported:
                one = span(start, until, low, high, over_h)
                yield part, replace(one, assumed=end is None, at_most=told.at_most)
        except (ValueError, OverflowError):
            continue  # no sky lets so much fall, and no calendar goes so far


def _elements(block: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Every amount in the block, with the part of the area that it is for."""
    for element in block.iter(f"{{{EB}}}SnowfallDepth"):
        around = element.iterancestors(*_PARTS)
        yield next((name for one in around if (name := text(one, "AreaName")) is not None), ""), element


def _take(
    part: str,
    element: etree._Element,
    windows: Windows,
    amounts: _Found,
) -> None:
    value, what = number(element), unicodedata.normalize("NFKC", element.get("type", ""))
    window = windows.get(_reference(element))
    unit = unicodedata.normalize("NFKC", element.get("unit", "")).strip().lower()
    condition = element.get("condition", "")
    if value is None or window is None or unit not in _UNITS or "なし" in condition:
        return
    hours = _HOURS.search(what)
    over_h = float(hours[1]) if hours and int(hours[1]) else None
    told = amounts.setdefault((part, window, over_h), _Amounts())
    if _LOW in what:
        told.low = value
    elif _HIGH in what:
        told.high = value
    elif any(word in condition for word in _AT_MOST):
        told.low, told.high, told.at_most = 0.0, value, True
    else:  # 以上 names no upper end: what is named is all that is known
        told.low = told.high = value


def _reference(element: etree._Element) -> str | None:
    """The step that an amount is for: told by itself, or by the part around it."""
    around = (element, *element.iterancestors())
    return next((found for one in around if (found := one.get("refID")) is not None), None)


def _without_calm(spans: list[SnowSpan]) -> Iterator[SnowSpan]:
    """The spans by their times; hours without snow that follow each other are one."""
    calm: SnowSpan | None = None
    for one in sorted(spans, key=lambda each: (each.over_h, each.start)):
        if calm and not one.high_cm and calm.until == one.start and calm.over_h == one.over_h:
            calm = replace(calm, until=one.until)
            continue
        if calm:
            yield calm
        calm = one if not one.high_cm else None
        if calm is None:
            yield one
    if calm:
        yield calm
