"""What a request asks for. Every parameter is known and readable, or a 400 says which is not and how to write it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import hdrs, web

from feeds.instant import instant
from feeds.japan import JAPAN
from services.web.api.paging import Page, page_of
from services.web.ogc.collection import Collection
from services.web.ogc.item import Box, Item
from services.web.public.links import CHOSEN
from services.web.security import WebError

LIMIT, MOST = 100, 1000
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_PAGED = frozenset({"limit", "cursor", "bbox", "bbox-crs", "crs", "datetime", "f"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which features of a collection, and which page of them."""

    page: Page
    boxes: tuple[Box, ...]  # empty: anywhere; two where the box crosses the antimeridian
    span: tuple[datetime, datetime] | None  # None: ever
    wanted: Mapping[str, str]  # property → value

    def takes(self, one: Item, times: tuple[str, str]) -> bool:
        """Whether the feature meets all but the box. One that has no time is of every time, as the standard has it."""
        told = one.properties
        if any(not _is(told.get(name), text) for name, text in self.wanted.items()):
            return False
        return self.span is None or not times[0] or _meets(self.span, told.get(times[0]), told.get(times[1]))


def asked_of(request: web.Request, one: Collection) -> Asked:
    """The question about items of a collection."""
    only(request, _PAGED | set(one.filters))
    in_crs84(request, "crs")
    in_crs84(request, "bbox-crs")
    wanted = {name: request.query[name] for name in one.filters if name in request.query}
    page = page_of(request, str, default=LIMIT)
    return Asked(page, _boxes(request.query.get("bbox")), _span(request.query.get("datetime")), wanted)


def only(request: web.Request, known: Iterable[str]) -> None:
    """Parameters that nobody knows are refused, as the standard demands: a typing error must not read as an answer.
    Pages for people have those of their frame besides."""
    of_frame = CHOSEN if wants_html(request) else ()
    strangers = sorted(set(request.query) - {*known, *of_frame})
    if strangers:
        raise WebError(
            400, "unknown_parameter", f"unknown: {', '.join(strangers)[:200]}; known: {', '.join(sorted(known))}"
        )
    for name in request.query:
        if len(request.query.getall(name)) > 1:
            raise WebError(400, f"bad_{name}", f"{name} is given more than once")


def in_crs84(request: web.Request, name: str) -> None:
    """Part 2 of the standard: degrees, longitude first, are all there is; GDAL asks for them by name."""
    if request.query.get(name, CRS84) != CRS84:
        raise WebError(400, f"bad_{name}", f"{name} must be {CRS84}")


def wants_html(request: web.Request) -> bool:
    """By ``f``, else by what the client takes; JSON unless it is a browser."""
    form = request.query.get("f")
    if form not in {None, "json", "html"}:
        raise WebError(400, "bad_f", "f must be json or html")
    return form == "html" or (form is None and "text/html" in request.headers.get(hdrs.ACCEPT, ""))


def _boxes(text: str | None) -> tuple[Box, ...]:
    if text is None:
        return ()
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:  # with heights, which nothing here has
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise _bad_box()
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise _bad_box()
    if west <= east:
        return ((west, south, east, north),)
    return (west, south, 180.0, north), (-180.0, south, east, north)


def _bad_box() -> WebError:
    return WebError(400, "bad_bbox", "bbox must be west,south,east,north in degrees, as in 141.1,39.6,141.2,39.7")


def _span(text: str | None) -> tuple[datetime, datetime] | None:
    """An instant, or two with a slash between; one of them open: .. or nothing."""
    if text is None:
        return None
    parts = text.split("/")
    opened = [part in {"", ".."} for part in parts]
    if len(parts) > 2 or all(opened):
        raise _bad_time("datetime must be an instant or an interval, as in 2026-11-20T00:00:00Z/..")
    begins = _EVER[0] if opened[0] else _read(parts[0])
    ends = _EVER[1] if opened[-1] else _read(parts[-1])
    if begins > ends:
        raise _bad_time("datetime ends before it begins")
    return begins, ends


def _read(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise _bad_time(str(error)) from None


def _bad_time(why: str) -> WebError:
    return WebError(400, "bad_datetime", why)


def _meets(span: tuple[datetime, datetime], begins: Any, ends: Any) -> bool:
    if begins is None:
        return True
    first, last = _moment(begins, last=False), _EVER[1] if ends is None else _moment(ends, last=True)
    return first <= span[1] and last >= span[0]


def _moment(told: str, *, last: bool) -> datetime:
    """A time as it is told; of a day in Japan its beginning or its end."""
    if len(told) > len("2026-11-20"):
        return datetime.fromisoformat(told)
    day = datetime.combine(date.fromisoformat(told), datetime.max.time() if last else datetime.min.time())
    return day.replace(tzinfo=JAPAN)


def _is(value: Any, text: str) -> bool:
    """Whether a property has the value that stands in the address."""
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, int | float):
        return _number(text, value)
    return isinstance(value, str) and value == text


def _number(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False
