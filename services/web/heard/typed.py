"""What was typed into the form, checked: every fault names its field and, by its word, the cure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.finding import Finding
from feeds.japan import JAPAN
from feeds.open311.asked import MAX_DESCRIPTION, asked
from feeds.open311.catalog import Catalog
from feeds.open311.fault import RefusedError
from services.heard.door import Sighting, Told
from services.heard.kinds import Kind
from services.heard.words import word
from services.web.heard.sent import Sent

LONGEST_PLACE, MOST = 400, 999
_OLDEST, _AHEAD = timedelta(days=14), timedelta(minutes=10)
_UNSEEN = frozenset({Finding.TRACE, Finding.INJURY})
_AGO = {"now": 0, "30": 30, "60": 60}  # minutes
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")  # as a browser sends date and time
_CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """``field`` is the id of the input; ``word`` the sentence that says what helps."""

    field: str
    word: str


@dataclass(frozen=True, slots=True)
class Where:
    """A point in degrees, or none, and the words for the place."""

    lon: float | None
    lat: float | None
    words: str


def where_of(sent: Sent) -> Where | Fault:
    """The place: what was chosen of the list counts before what the map or the telephone said."""
    words = _CONTROL.sub(" ", sent.text("place"))
    east, _, north = sent.text("spot").partition(",")
    east, north = (east, north) if north else (sent.text("lon"), sent.text("lat"))
    if len(words) > LONGEST_PLACE:
        return Fault("place", "bad_place")
    if not east and not north:
        return Where(None, None, words) if words else Fault("place", "bad_place")
    try:
        lon, lat = float(east), float(north)
    except ValueError:
        lon = lat = math.nan
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return Fault("place", "bad_place")
    return Where(lon, lat, words)


def sighting(kind: Kind, sent: Sent, where: Where, now: datetime, *, any_time: bool) -> Sighting | list[Fault]:
    """What was seen. ``any_time``: an exercise, whose clock is its own."""
    faults: list[Fault] = []
    seen_at = _seen_at(sent, now)
    if seen_at is None or not (any_time or -_OLDEST <= seen_at - now <= _AHEAD):
        faults.append(Fault("at", "bad_time"))
    number = sent.text("number")
    if number and not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= MOST and len(number) < 4):
        faults.append(Fault("number", "bad_number"))
    text = _text(sent)
    if len(text) > MAX_DESCRIPTION - 100 or not (text or kind.animal):
        faults.append(Fault("text", "bad_text"))
    if kind.animal and sent.text("finding") not in {"", *Finding}:
        faults.append(Fault("finding", "bad_answer"))
    if faults or seen_at is None:
        return faults
    lines = [f"数：{number}" if number else "", text or _said(kind, sent)]
    return Sighting(
        kind=kind.code,
        text="\n".join(line for line in lines if line),
        place=where.words,
        lon=where.lon,
        lat=where.lat,
        seen_at=seen_at,
        finding=Finding(sent.text("finding")) if kind.animal and sent.text("finding") else None,
    )


def _said(kind: Kind, sent: Sent) -> str:
    """What was chosen, where nothing was written."""
    return word(f"finding_{sent.text('finding')}", "ja") if sent.text("finding") in _UNSEEN else kind.name("ja")


def request(kind: Kind, sent: Sent, where: Where, catalog: Catalog) -> Told | list[Fault]:
    """What is asked for, by the same reader as one that comes by Open311."""
    text = _text(sent).replace("<", "＜")  # plain words may hold one; what is like HTML is not taken
    fields = [("service_code", kind.code), ("description", text), ("address_string", where.words)]
    if where.lon is not None:
        fields += [("lat", repr(where.lat)), ("long", repr(where.lon))]
    fields += [(name, _zoned(value)) for name, value in sent.fields if name.startswith("attribute[")]
    try:
        return asked(fields, catalog)
    except RefusedError as refused:
        found = (re.match(r"attribute\[([^\]]+)\]", one.description) for one in refused.faults)
        faults = [Fault(f"a-{one[1]}", "bad_answer") if one else Fault("text", "bad_text") for one in found]
        return list(dict.fromkeys(faults))


def _text(sent: Sent) -> str:
    return _CONTROL.sub(" ", sent.text("text").replace("\r\n", "\n"))


def _seen_at(sent: Sent, now: datetime) -> datetime | None:
    when = sent.text("when") or "now"
    if when in _AGO:
        return now - timedelta(minutes=_AGO[when])
    told = sent.text("at")
    if not _LOCAL.fullmatch(told):
        return None
    try:
        return datetime.fromisoformat(told).replace(tzinfo=JAPAN).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        return None


def _zoned(value: str) -> str:
    """A browser's date and time is that of Japan."""
    return f"{value.strip()}+09:00" if _LOCAL.fullmatch(value.strip()) else value
