"""The area of a report: the finest that may be told of it."""

from __future__ import annotations

import re
import unicodedata

from feeds.records import Report
from geo.area import Area, Areas
from geo.model import Ground


def area_of(report: Report, ground: Ground) -> Area | None:
    """The district at the point (of two that share the point the first), else the city; None outside the city."""
    if report.lon is None or report.lat is None:
        return _told_area(report, ground)
    for kind in ("district", "city"):
        at = ground.areas.at(report.lon, report.lat, kind)
        if at:
            return min(at, key=lambda area: area.code)
    return None


def _told_area(report: Report, ground: Ground) -> Area | None:
    """Of a report without a point: the city, or the district that a notice names; None where it names another city."""
    city = next(iter(ground.areas.of_kind("city")), None)
    if city is None or report.crime is None or not report.crime.municipality:
        return city
    if report.crime.municipality != city.name:
        return None
    return district_named(report.crime.town or report.place, ground.areas) or city


def district_named(words: str, areas: Areas) -> Area | None:
    """The district whose name stands in the words, of several the longest; None where none does."""
    told = counted_name(words)
    named = [area for area in areas.of_kind("district") if counted_name(area.name) in told]
    return max(named, key=lambda area: (len(area.name), area.code), default=None)


def counted_name(words: str) -> str:
    """With the numbers of 丁目 as the maps write them: ３丁目 and 3丁目 are 三丁目."""
    plain = unicodedata.normalize("NFKC", words)
    return re.sub(r"(?<!\d)([1-9])(?=丁目)", lambda found: "一二三四五六七八九"[int(found[1]) - 1], plain)
