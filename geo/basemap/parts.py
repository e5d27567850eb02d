"""What a base map is made of: its parts, from which zoom on they are drawn, and what is told of each."""

from __future__ import annotations

from dataclasses import dataclass

LOWEST, HIGHEST = 8, 15  # zooms of the tiles; nearer, the browser draws those of 15 larger
SCHEMA = 1  # of the parts below, as the file says it: a map of another making is not taken for one of ours

_NAMED = ("name", "kind")
_PLACE = ("name", "reading", "name_en", "kind")


@dataclass(frozen=True, slots=True)
class Part:
    """One layer of the tiles. ``shape``: ``area``, ``line`` or ``point``; ``fields``: columns that go along."""

    name: str
    shape: str
    low: int  # first zoom
    fields: tuple[str, ...] = ("kind",)


# In the order in which they are drawn, the lowest first.
_ALL = (
    Part("built", "area", 9),
    Part("farm", "area", 11),
    Part("wood", "area", 9),
    Part("park", "area", 12),
    Part("water", "area", 8, _NAMED),
    Part("pond", "area", 12, _NAMED),  # water below ten hectares
    Part("river", "line", 8, _NAMED),
    Part("stream", "line", 12, _NAMED),
    Part("building", "area", 14, ()),
    Part("road_edge", "line", 14),  # maps of the survey authority draw both sides of a road
    Part("path", "line", 14),
    Part("road_street", "line", 13, _NAMED),
    Part("road_town", "line", 11, _NAMED),
    Part("road_main", "line", 9, _NAMED),
    Part("road_trunk", "line", 8, _NAMED),
    Part("rail", "line", 9, _NAMED),
    Part("boundary", "line", 8),
    Part("shelter", "point", 14, _PLACE),
    Part("landmark", "point", 13, _PLACE),
    Part("station", "point", 12, _PLACE),
    Part("place_near", "point", 13, _PLACE),
    Part("place_town", "point", 11, _PLACE),
    Part("place_city", "point", 8, _PLACE),
)
PARTS = {part.name: part for part in _ALL}
