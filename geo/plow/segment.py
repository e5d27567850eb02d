"""A piece of road or sidewalk between two junctions: what is plowed, credited, and answered for."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

# Who plows it, by the class of the road where nobody says otherwise. A national road outside the national office's
# sections is the prefecture's: only the road's own record can tell.
ADMINISTRATORS = {
    "expressway": "other",
    "national": "nation",
    "prefectural": "prefecture",
    "municipal": "city",
    "other": "other",
    "unknown": "other",
}
# Of the carriageway, looking along the line; empty: it is the carriageway. Apart: a line of its own, side not told.
SIDES = ("", "left", "right", "both", "apart")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment. Geometry: a line in degrees (JGD2011, which equals WGS 84 here), drawn in the allowed direction."""

    id: str
    geometry: BaseGeometry
    length_m: float
    name: str = ""
    road_class: str = "unknown"  # a key of ADMINISTRATORS
    administrator: str = "other"  # nation, prefecture, city, other
    route_class: int | None = None  # 1 幹線, 2 補助幹線, 3 生活道路; None: not told
    section: str = ""  # 工区: the code of a plow section
    contractor: str = ""
    sidewalk: str = ""  # one of SIDES
    school_route: bool = False
    bridge: bool = False
    shade: bool = False  # of a hill or houses: freezes first, thaws last
    oneway: bool = False
