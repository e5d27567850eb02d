"""What the city declares, in the words of L-Alert."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from feeds.lalert import document
from rules.damage.items import ITEMS
from rules.declared import Crowding, Damaged, Declared, Opening, Shelters, ShelterState

_SORTS: Mapping[Opening, str] = {Opening.NOT_OPEN: "未開設", Opening.OPEN: "開設", Opening.CLOSED: "閉鎖"}
_ROOM: Mapping[Crowding, str] = {
    Crowding.UNKNOWN: "不明",
    Crowding.ROOM: "空き",
    Crowding.CROWDED: "混雑",
    Crowding.FULL: "定員一杯",
}


def category_of(declared: Declared) -> tuple[str, str]:
    """The body element's name, and what people call such a document."""
    return _CATEGORIES[declared.kind]


def body_of(declared: Declared, disaster: str) -> document.Body:
    """The body. ``disaster`` as it is to be read, with the mark of a drill."""
    if isinstance(declared, Shelters):
        return document.Refuges(disaster=disaster, refuges=tuple(_refuge(place) for place in declared.places))
    if isinstance(declared, Damaged):
        return document.Damages(disaster=disaster, figures=tuple(_figures(declared)))
    return document.Headquarters(disaster=disaster, type=declared.type, stands=declared.stands, at=declared.since)


_CATEGORIES: Mapping[str, tuple[str, str]] = {
    "shelters": ("Shelter", "避難所情報"),
    "headquarters": ("AntidisasterHeadquarter", "本部設置状況"),
    "damage": ("DamageInformation", "被害情報"),
}


def _figures(declared: Damaged) -> Iterator[document.Damage]:
    """What L-Alert has a word for, in the form's order. What nobody counted is left out: it is not zero."""
    for item in ITEMS:
        if item.element and item.key in declared.figures:
            value = item.told(declared.figures[item.key]).replace(",", "")
            yield document.Damage(element=item.element, type=item.kind, unit=item.unit, value=value)


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
        people_voluntary=place.voluntary_people if place.opening is Opening.OPEN else None,
        households_voluntary=place.voluntary_households if place.opening is Opening.OPEN else None,
        checked=place.checked,
    )
