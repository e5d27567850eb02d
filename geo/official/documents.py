"""What stands of the documents L-Alert delivered, how long, and of which municipality each speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.instant import instant
from feeds.japan import dated
from feeds.lalert.types import LalertDocument
from geo.model import Ground, Inputs

LONGEST = timedelta(days=31)  # a document that nobody renewed for so long is not believed any more


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
    who = document.organization or document.office or document.sender
    return f"{brief(who, 40)} {dated(issued(document))} 発表、Lアラート"


@dataclass(frozen=True, slots=True)
class Where:
    """The area a document is told under, how far it reaches where that is more, whether it is of the city alone."""

    area: str
    name: str
    reach: str = ""  # 岩手県, 盛岡市など3市町村
    own: bool = False


def where(document: LalertDocument, ground: Ground) -> Where | None:
    """Where the document is told, None where it does not concern the city's prefecture.

    The city where it is one of the places, else the first of them: five digits of JIS X 0402. A document for the whole
    prefecture, or without any code, is told under the city.
    """
    city = next(iter(ground.areas.of_kind("city")))
    names = _municipalities(document)
    prefecture = ground.city[:2]
    ours = [code for code in names if code.startswith(prefecture)]
    if names and not ours:
        return None
    whole = names.get(f"{prefecture}000")
    if whole or ground.city in ours or not names:
        return Where(city.code, city.name, whole or _and_others(city.name, len(ours)), own=[*names] == [ground.city])
    return Where(ours[0], names[ours[0]], _and_others(names[ours[0]], len(ours)))


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    told = "、".join(names[:most])
    return f"{told}ほか{len(names) - most}か所" if len(names) > most else told


def brief(text: str, most: int) -> str:
    """At most so many characters: nobody bounds what a document says."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def moment(written: str | None) -> datetime | None:
    """A time of a document; None where there is none, or none that can be read."""
    try:
        return instant(written or "")
    except ValueError:
        return None


def _municipalities(document: LalertDocument) -> dict[str, str]:
    """Code → name of what the document speaks of, else of whom it is for, else of who speaks."""
    both = (*document.areas, *document.target_areas)
    # In an evacuation order the code is the municipality's, but the name is the district's.
    names = {_code(area.code): area.name for area in both if area.name and not area.kind_name}
    for written in (
        [area.code for area in document.areas],
        [area.code for area in document.target_areas],
        [document.organization_code],
    ):
        if codes := [code for code in map(_code, written) if code]:
            return {code: brief(names.get(code) or document.organization or code, 40) for code in codes}
    return {}


def _code(written: str) -> str:
    """Five digits, without the check digit; empty where this is no code."""
    return written[:5] if written.isascii() and written.isdigit() and len(written) in (5, 6) else ""


def _and_others(name: str, count: int) -> str:
    return f"{name}など{count}市町村" if count > 1 else ""
