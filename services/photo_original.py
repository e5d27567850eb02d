"""What a file says of itself, read before it is thrown away: camera, software, when and where, and "made with AI".

Strangers' bytes: what cannot be read says nothing. None of it is stored as it stands (:mod:`rules.reports.photo`).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

from PIL import ExifTags, Image

from feeds.japan import JAPAN
from rules.reports.photo import Original

# IPTC's digitalSourceType, in XMP, IPTC and C2PA alike: trainedAlgorithmicMedia, compositeWithTrainedAlgorithmicMedia
_AI = re.compile(rb"trainedAlgorithmicMedia", re.I)
_STEPS = re.compile(r"\bsteps: ?\d", re.I)  # as generators note it, with one of these a little further on
_SETTING = re.compile(r"\b(?:sampler|cfg scale|seed)\b", re.I)
_FURTHER = 400  # characters
_GRAPH = frozenset({"prompt", "workflow"})  # texts of a PNG that was made by a graph of models
_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"([+-])(\d\d):(\d\d)")
_TEXTS, _NOTES = 20_000, 20  # characters of a text, and texts, that are looked at: a file may hold thousands
_EXIF, _GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo
_BASE = ExifTags.Base


def original_of(sent: bytes, opened: Image.Image) -> Original:
    """Of the bytes and the picture that was opened from them, before anything was done to it."""
    main, more, place = _tables(opened)
    named = ((name, one) for name, one in opened.info.items() if isinstance(one, str))
    texts = {str(name).lower(): one[:_TEXTS] for name, one in islice(named, _NOTES)}
    notes = (*texts.values(), _plain(more.get(_BASE.UserComment)), _plain(main.get(_BASE.ImageDescription)))
    made = bool(_AI.search(sent)) or any(_generated(one) for one in notes) or texts.keys() >= _GRAPH
    return Original(
        width=opened.width,
        height=opened.height,
        camera=bool(_plain(main.get(_BASE.Make)) or _plain(main.get(_BASE.Model))),
        software=bool(_plain(main.get(_BASE.Software)) or texts.get("software")) or b"CreatorTool" in sent,
        says_ai=made,
        credentials=b"jumb" in sent and b"c2pa" in sent,
        taken_at=_taken(more),
        position=_position(place),
    )


def _generated(note: str) -> bool:
    """Each word is looked for once: a pattern of both would go back at every digit, and the hub stand still."""
    steps = [found.end() for found in _STEPS.finditer(note)]
    for found in _SETTING.finditer(note):
        before = bisect_right(steps, found.start())
        if before and found.start() - steps[before - 1] <= _FURTHER:
            return True
    return False


def _tables(opened: Image.Image) -> tuple[Mapping[int, Any], Mapping[int, Any], Mapping[int, Any]]:
    """EXIF's three tables; empty ones where the data is broken, as its parser says in many ways."""
    try:
        exif = opened.getexif()
        return dict(exif), dict(exif.get_ifd(_EXIF)), dict(exif.get_ifd(_GPS))
    except Exception:  # noqa: BLE001 - strangers' bytes break the parser in every way it has
        return {}, {}, {}


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip("\0 ")[:_TEXTS] if isinstance(value, str) else ""


def _taken(more: Mapping[int, Any]) -> datetime | None:
    """With its own offset, or Japan's."""
    found = _TIME.fullmatch(_plain(more.get(_BASE.DateTimeOriginal)))
    if found is None:
        return None
    zone = _ZONE.fullmatch(_plain(more.get(_BASE.OffsetTimeOriginal)))
    offset = timedelta(hours=int(zone[2]), minutes=int(zone[3])) if zone else timedelta()
    try:
        where = timezone(-offset if zone and zone[1] == "-" else offset) if zone else JAPAN
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        at = datetime(year, month, day, hour, minute, second, tzinfo=where)
        return at if 1990 <= at.year <= 2200 else None
    except ValueError:
        return None


def _position(place: Mapping[int, Any]) -> tuple[float, float] | None:
    """Longitude and latitude in degrees."""
    lat = _degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), 90)
    lon = _degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), 180)
    return None if lat is None or lon is None else (lon, lat)


def _degrees(parts: Any, side: Any, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(one) for one in parts)
        found = degrees + minutes / 60 + seconds / 3600
    except (ArithmeticError, TypeError, ValueError):
        return None
    if not math.isfinite(found) or not abs(found) <= most:
        return None
    return -found if _plain(side).upper() in {"S", "W"} else found
