"""What the standard asks of areas beyond its schema: somewhere to find, codes of their form, heights that fit."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from feeds.cap.lint.blocks import blocks, of_blocks
from feeds.cap.lint.finding import Finding, found
from feeds.cap.lint.info import repeated_values
from feeds.cap.lint.shape import circle_findings, polygon_findings
from feeds.cap.tree import child_of, children_of, words_of

_MOST = 1000  # codes of an area that are looked at
_CODES: Mapping[str, re.Pattern[str]] = {  # valueName → form
    "JIS_X0402": re.compile(r"\d{5}", re.ASCII),
    "SAME": re.compile(r"\d{6}", re.ASCII),
    "FIPS6": re.compile(r"\d{6}", re.ASCII),
    "UGC": re.compile(r"[A-Z]{2}[CZ](\d{3}|ALL)", re.ASCII),
    "EMMA_ID": re.compile(r"[A-Z]{2}\d{3}", re.ASCII),
    "ISO3166-1": re.compile(r"[A-Z]{2,3}|\d{3}", re.ASCII),
    "ISO3166-2": re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}", re.ASCII),
}


def area_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of all areas."""
    for info in blocks(root):
        if child_of(info, "area") is None:
            yield found("no_area", info, "no area: receivers cannot tell whom it concerns", "add an area")
        yield from _repeated(info)
    for _info, area in of_blocks(root, "area"):
        yield from _told(area)
        for polygon in children_of(area, "polygon"):
            yield from polygon_findings(polygon)
        for circle in children_of(area, "circle"):
            yield from circle_findings(circle)
        yield from _geocodes(area)
        yield from _heights(area)


def _repeated(info: etree._Element) -> Iterator[Finding]:
    seen = set()
    for area in children_of(info, "area"):
        description = words_of(area, "areaDesc")
        if description and description in seen:
            yield found("repeated_area", area, f"{description[:80]!r} is described twice", "put it into one area")
        seen.add(description)


def _told(area: etree._Element) -> Iterator[Finding]:
    if any(child_of(area, name) is not None for name in ("polygon", "circle")):
        return
    if child_of(area, "geocode") is not None:
        message = "geocodes without a shape: receivers need your list of codes"
        yield found("no_shape", area, message, "add a polygon beside the geocodes")
    else:
        message = "only words tell where: no receiver can tell who is in it"
        yield found("words_only", area, message, "add a polygon, and a code where there is one")


def _geocodes(area: etree._Element) -> Iterator[Finding]:
    yield from repeated_values(area, "geocode")
    for geocode in itertools.islice(children_of(area, "geocode"), _MOST):
        system, value = words_of(geocode, "valueName"), words_of(geocode, "value")
        form = _CODES.get(system)
        if value and form is not None and not form.fullmatch(value):
            message = f"{value[:40]!r} is no code of {system}"
            yield found("bad_geocode", geocode, message, f"write one like {form.pattern}, or name its own system")


def _heights(area: etree._Element) -> Iterator[Finding]:
    ceiling = child_of(area, "ceiling")
    if ceiling is None:
        return
    if child_of(area, "altitude") is None:
        yield found("no_altitude", ceiling, "a ceiling needs an altitude", "add the altitude it belongs to")
        return
    try:
        lower, upper = float(words_of(area, "altitude")), float(words_of(area, "ceiling"))
    except ValueError:
        return  # the schema check has named it
    if upper <= lower:
        yield found("low_ceiling", ceiling, "the ceiling is not above the altitude", "exchange the two")
