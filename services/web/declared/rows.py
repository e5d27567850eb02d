"""The rows of /ops/declared: each place with what is entered of it, by whom, and whether that was issued yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.shelter import Shelter
from geo.towns.spelling import written
from rules.declared import Crowding, Opening, ShelterState
from services.desks.declared_board import Board, Entry, places_of
from services.web.language.speaking import N_

DESIGNATED: Mapping[str, str] = {  # what the national list designates a place for
    "flood": N_("洪水"),
    "landslide": N_("土砂災害"),
    "storm_surge": N_("高潮"),
    "earthquake": N_("地震"),
    "tsunami": N_("津波"),
    "fire": N_("大規模な火事"),
    "inland_flood": N_("内水氾濫"),
    "volcano": N_("火山"),
}
_FULLEST_FIRST = (Crowding.FULL, Crowding.CROWDED, Crowding.UNKNOWN, Crowding.ROOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One place."""

    place: ShelterState
    last: Entry | None  # who entered what stands here
    waits: bool  # what stands here was not issued yet
    hazards: frozenset[str] = frozenset()  # that the place is designated for
    note: str = ""  # of the list


def groups(board: Board, shelters: Sequence[Shelter], q: str, now: datetime) -> Mapping[Opening, Sequence[Row]]:
    """Every place that was entered or that the city's list has, where its name or address holds ``q``."""
    known = {one.code: one for one in shelters if one.code}
    places = {code: _closed(one, now) for code, one in known.items()} | dict(board.places)
    wanted = written(q)
    found = [one for one in places.values() if wanted in written(one.name) or wanted in written(one.address)]
    rows = [row_of(place, board, known.get(place.code)) for place in found]
    rows.sort(key=lambda row: (_FULLEST_FIRST.index(row.place.crowding), row.place.name))
    return {opening: [row for row in rows if row.place.opening is opening] for opening in Opening}


def row_of(place: ShelterState, board: Board, own: Shelter | None) -> Row:
    """The place with what is known of it; ``own`` is what the city's list says."""
    issued = places_of(board.issued.declared if board.issued else None)
    return Row(
        place=place,
        last=board.last(place.identity),
        waits=place.identity in board.places and issued.get(place.identity) != place,
        hazards=own.hazards if own else frozenset(),
        note=own.note if own else "",
    )


def of_list(shelters: Iterable[Shelter], code: str) -> Shelter | None:
    """The place of the city's list that has the code."""
    return next((one for one in shelters if code and one.code == code), None)


def unopened(shelters: Iterable[Shelter], name: str, now: datetime) -> ShelterState:
    """A place that nobody has opened yet: of the city's list by its code, else one of this name that is on no list."""
    own = of_list(shelters, name)
    return _closed(own, now) if own else ShelterState(code="", name=name, opening=Opening.NOT_OPEN, since=now)


def _closed(own: Shelter, now: datetime) -> ShelterState:
    return ShelterState(code=own.code, name=own.name, address=own.address, opening=Opening.NOT_OPEN, since=now)
