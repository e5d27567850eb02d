"""What stands of the documents L-Alert delivered, how long, and of which municipality each speaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from feeds.instant import instant
from feeds.lalert_types import LalertArea, LalertDocument
from geo.model import Ground, Inputs

LONGEST = timedelta(days=31)  # a document that nobody renewed for so long is not believed any more
_JAPAN = ZoneInfo("Asia/Tokyo")


def standing(inputs: Inputs) -> list[LalertDocument]:
    """The highest revision of each document, in whatever order they came, where it does not cancel the document."""
    highest: dict[str, LalertDocument] = {}
    for document in inputs.documents:
        known = highest.get(document.document_id)
        if document.measured_at <= inputs.now and (known is None or known.revision <= document.revision):
            highest[document.document_id] = document
    return [document for _, document in sorted(highest.items()) if document.type != "Cancel"]


def ends(document: LalertDocument, lasts: timedelta) -> datetime:
    """ValidDateTime, else as long as such a document usually matters."""
    return min(moment(document.valid_datetime) or document.measured_at + lasts, document.measured_at + LONGEST)


def issued(document: LalertDocument) -> datetime:
    """The official time of announcement, else when it was sent."""
    return moment(document.report_datetime) or document.measured_at


def said(document: LalertDocument) -> str:
    """Who announced it and when, for people: 矢巾町 8月10日03:10 発表、Lアラート."""
    at = issued(document).astimezone(_JAPAN)
    who = document.organization or document.office or document.sender
    return f"{who} {at.month}月{at.day}日{at:%H:%M} 発表、Lアラート"


def place(document: LalertDocument, ground: Ground) -> tuple[str, str] | None:
    """Area code and name the document is told under, None where it does not concern the city's prefecture.

    The city where it is one of the places, else the first of them: five digits of JIS X 0402. A document for the whole
    prefecture, or without any code, is told under the city.
    """
    city = next(iter(ground.areas.of_kind("city")))
    names = _municipalities(document)
    prefecture = ground.city[:2]
    ours = [code for code in names if code.startswith(prefecture)]
    if names and not ours:
        return None
    if ground.city in ours or not names:
        return city.code, _and_others(city.name, len(ours))
    if f"{prefecture}000" in ours:
        return city.code, names[f"{prefecture}000"]
    return ours[0], _and_others(names[ours[0]], len(ours))


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    told = "、".join(names[:most])
    return f"{told}ほか{len(names) - most}か所" if len(names) > most else told


def moment(written: str | None) -> datetime | None:
    """A time of a document; None where there is none, or none that can be read."""
    try:
        return instant(written or "")
    except ValueError:
        return None


def _municipalities(document: LalertDocument) -> dict[str, str]:
    """Code → name of what the document speaks of, else of whom it is for, else of who speaks."""
    names = {code: area.name for area in document.target_areas if (code := _code(area.code))}
    of_body = {code: area.name for area in document.areas if (code := _code(area.code))}
    if _names_districts(document.areas):
        of_body = {code: names.get(code) or document.organization or code for code in of_body}
    speaker = _code(document.organization_code)
    return of_body or names or ({speaker: document.organization or speaker} if speaker else {})


def _names_districts(areas: Sequence[LalertArea]) -> bool:
    """In an evacuation order the code is the municipality's, but the name is the district's."""
    return any(area.kind_name for area in areas)


def _code(written: str) -> str:
    """Five digits, without the check digit; empty where this is no code."""
    return written[:5] if written.isascii() and written.isdigit() and len(written) in (5, 6) else ""


def _and_others(name: str, count: int) -> str:
    return f"{name}など{count}市町村" if count > 1 else name
