"""What the city declares, in the words of L-Alert."""

from __future__ import annotations

from collections.abc import Mapping

from feeds.lalert import document
from rules.declared import Crowding, Declared, Opening, Shelters, ShelterState

_SORTS: Mapping[Opening, str] = {Opening.NOT_OPEN: "未開設", Opening.OPEN: "開設", Opening.CLOSED: "閉鎖"}
_ROOM: Mapping[Crowding, str] = {
    Crowding.UNKNOWN: "不明",
    Crowding.ROOM: "空き",
    Crowding.CROWDED: "混雑",
    Crowding.FULL: "定員一杯",
}


def category_of(declared: Declared) -> tuple[str, str]:
    """The body element's name, and what people call such a document."""
    return ("Shelter", "避難所情報") if isinstance(declared, Shelters) else ("AntidisasterHeadquarter", "本部設置状況")


def body_of(declared: Declared, disaster: str) -> document.Refuges | document.Headquarters:
    """The body. ``disaster`` as it is to be read, with the mark of a drill."""
    if isinstance(declared, Shelters):
        return document.Refuges(disaster=disaster, refuges=tuple(_refuge(place) for place in declared.places))
    return document.Headquarters(disaster=disaster, type=declared.type, stands=declared.stands, at=declared.since)


def _refuge(place: ShelterState) -> document.Refuge:
    return document.Refuge(
        name=place.name,
        address=place.address,
        type=place.type,
        sort=_SORTS[place.opening],
        since=None if place.opening is Opening.NOT_OPEN else place.since,
        crowding=_ROOM[place.crowding] if place.opening is Opening.OPEN else "",
        capacity=place.capacity,
        people=place.people if place.opening is Opening.OPEN else None,
        households=place.households if place.opening is Opening.OPEN else None,
        checked=place.checked,
    )
