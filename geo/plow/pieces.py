"""The lines of a road map as pieces from junction to junction, each once, and with ids that last.

Neither the order of a file nor importing it again changes an id. Carriageways and sidewalks are cut each among
themselves, because many registers draw a sidewalk on the line of its road, and it would cut the road at every vertex.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import shapely

from geo.layers.layer import Zone
from geo.plow.noding import cut_at_junctions

BOTH = "both"


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of one line of the map, of which ``zone`` tells the facts."""

    zone: Zone
    line: Any
    side: str  # of the road; empty: it is the carriageway

    @property
    def own(self) -> str:
        """What the map calls its line; empty where it does not tell."""
        return str(self.zone.facts["id"] or "")


def named_pieces(zones: Iterable[Zone]) -> dict[str, Piece]:
    """Id → piece, of all lines. Of what is drawn twice the first is taken.

    A piece keeps its line's own id where there is one, with -1, -2, … where the line was cut or several have it, and
    with its side where the carriageway or another side has it, too; else the id is made of its place.
    """
    roads: list[Zone] = []
    walks: list[Zone] = []
    for zone in zones:
        (walks if zone.facts["sidewalk"] else roads).append(zone)
    return _named([*_cut(roads), *_cut(walks)])


def _cut(zones: Sequence[Zone]) -> list[Piece]:
    """Pieces of distinct lines: a line that is drawn twice is no junction with itself.

    Two sides on one and the same line are one piece of both: no receiver could tell them apart.
    """
    distinct = {_place(zone.geometry): zone.geometry for zone in reversed(zones)}  # the first of each stays
    parts = dict(zip(distinct, cut_at_junctions(list(distinct.values())), strict=True))
    found: dict[bytes, Piece] = {}
    for zone in zones:
        side = str(zone.facts["sidewalk"] or "")
        for line in parts[_place(zone.geometry)]:
            before = found.setdefault(place := _place(line), Piece(zone, line, side))
            if before.side != side:
                found[place] = Piece(before.zone, before.line, BOTH)
    return list(found.values())


def _named(pieces: Sequence[Piece]) -> dict[str, Piece]:
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for one in pieces:
        sides[one.own].add(one.side)
    called: defaultdict[str, list[Piece]] = defaultdict(list)
    found: dict[str, Piece] = {}
    for one in pieces:
        if not one.own:
            found[_place_id(one)] = one
        else:
            called[f"{one.own}-{one.side}" if one.side and len(sides[one.own]) > 1 else one.own].append(one)
    found |= {id_: some[0] for id_, some in called.items() if len(some) == 1}
    for id_, some in sorted(called.items()):
        if len(some) > 1:
            _number(id_, some, found)
    return found


def _number(id_: str, pieces: Sequence[Piece], found: dict[str, Piece]) -> None:
    """Number pieces along their line, and lines by place; a number that the map itself uses is passed over."""
    begins = {id(one.zone): shapely.get_coordinates(one.zone.geometry)[0].tolist() for one in pieces}
    number = 0
    for one in sorted(pieces, key=lambda each: begins[id(each.zone)]):  # stable: along each line as it was
        number += 1
        while f"{id_}-{number}" in found:
            number += 1
        found[f"{id_}-{number}"] = one


def _place(line: Any) -> bytes:
    """The same for a line and for its reverse, drawn to a centimetre."""
    there = shapely.get_coordinates(line).round(7) + 0.0  # + 0.0: there is no minus zero
    drawn: bytes = min(there.tobytes(), there[::-1].tobytes())
    return drawn


def _place_id(piece: Piece) -> str:
    drawn: bytes = shapely.get_coordinates(piece.line).round(6).tobytes()
    return ("w" if piece.side else "r") + sha256(drawn).hexdigest()[:12]
