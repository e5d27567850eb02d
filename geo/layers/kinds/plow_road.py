"""Roads and sidewalks as the snow desk needs them: who clears them, in which order, and what freezes first.

A city's own columns tell it all. Of a national or OpenStreetMap road map the class alone is known; the rest is filled
in by the profile's plow sections and by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from geo.layers.attributes import UnreadableError, flag, needed, text, whole
from geo.layers.kinds.road import ROAD
from geo.layers.schema import Facts, Kind, Schema, Shape
from geo.plow.segment import ADMINISTRATORS, SIDES

_TEXTS = ("id", "name", "administrator", "section", "contractor", "sidewalk")
_FLAGS = ("school_route", "bridge", "shade", "oneway")
_ROUTES = {1, 2, 3, 4}
_ONE_WAY = {"yes", "1", "true", "f"}  # along the line; Geofabrik writes F for forward, B for both ways
_WALKS = {"footway", "cycleway", "path"}
_NO_ROAD = {"steps", "bridleway", "corridor", "elevator", "platform", "proposed", "construction", "raceway"}


def _own(values: Mapping[str, object]) -> Facts:
    road_class = _one_of(needed(values["road_class"], "road class"), ADMINISTRATORS, "road class")
    facts: Facts = {name: text(values.get(name)) or "" for name in _TEXTS}
    facts["administrator"] = facts["administrator"] or ADMINISTRATORS[road_class]
    _one_of(facts["administrator"], ADMINISTRATORS.values(), "administrator")
    _one_of(facts["sidewalk"], SIDES, "sidewalk")
    route = whole(values["route_class"], "route class") if text(values.get("route_class")) else None
    if route is not None and route not in _ROUTES:
        raise UnreadableError(f"route class {route} is not in 1–4")
    flags = {name: flag(values.get(name)) for name in _FLAGS}
    return {**facts, "road_class": road_class, "route_class": route, **flags}


def _one_of(value: object, known: Iterable[str], what: str) -> str:
    words = list(dict.fromkeys(known))
    if value not in words:
        raise UnreadableError(f"{what} {value!r} is not in {', '.join(words)}")
    return str(value)


def _walk(values: Mapping[str, object]) -> str:
    """The side of the road for a sidewalk of OpenStreetMap. What else is for feet alone is refused.

    A road plow would be matched to a footpath beside its road, and the road would stay undone.
    """
    tag = text(values.get("highway")) or ""
    if tag in _WALKS and text(values.get("footway")) == "sidewalk":
        return "apart"
    if tag in _WALKS or tag in _NO_ROAD:
        raise UnreadableError(f"{tag}: no road, and no sidewalk")
    return ""


def _like_road(schema: Schema) -> Schema:
    """A road map's schema, its facts completed by what follows from them."""

    def read(values: Mapping[str, object]) -> Facts:
        facts = schema.read(values)
        if facts.get("state") == "under_construction":
            raise UnreadableError("under construction: no road yet")
        own = {"road_class": facts["road_class"], "name": facts.get("name"), "id": values.get("id")}
        if walk := _walk(values):
            own |= {"sidewalk": walk, "road_class": "municipal"}
        direction = (text(values.get("oneway")) or "").lower()  # "-1", against the line, is read as both ways
        bridge = facts.get("state") == "bridge"
        return _own({**own, "bridge": bridge, "oneway": not walk and direction in _ONE_WAY})

    also: Mapping[str, str | tuple[str, ...]] = {}
    if schema.name.startswith("OpenStreetMap"):
        also = {"oneway": "oneway", "id": ("osm_id", "id"), "footway": "footway"}
    return replace(schema, read=read, telling=False, columns={**schema.columns, **also})


PLOW_ROAD = Kind(
    name="plow_road",
    shape=Shape.LINE,
    credit=ROAD.credit,
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={fact: fact for fact in (*_TEXTS, *_FLAGS, "road_class", "route_class")},
            required=("road_class",),
            read=_own,
            telling=False,
        ),
        *(_like_road(schema) for schema in ROAD.schemas if schema.name == "N13" or "OpenStreetMap" in schema.name),
    ),
)
