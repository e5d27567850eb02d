"""Roads: national centre lines (N13), emergency routes (N10), and OpenStreetMap."""

from __future__ import annotations

from collections.abc import Mapping

from geo.layers.attributes import UnreadableError, needed, text, whole, word
from geo.layers.schema import Facts, Kind, Schema, Shape

_CLASSES = {1: "national", 2: "prefectural", 3: "municipal", 4: "expressway", 5: "other", 6: "unknown"}
_STATES = {1: "normal", 2: "bridge", 3: "tunnel", 4: "snow_shelter", 5: "under_construction"}
# Width class → metres from … to; the sixth is not known.
_WIDTHS = {1: (0.0, 3.0), 2: (3.0, 5.5), 3: (5.5, 13.0), 4: (13.0, 19.5), 5: (19.5, None), 6: (None, None)}
_EMERGENCY = {1: "expressway", 2: "expressway", 3: "national", 4: "prefectural", 5: "prefectural", 6: "prefectural"}
# How the mappers of Japan tag their roads; whatever is not named is a path, a track or a driveway.
_TAGS = {
    "motorway": "expressway",
    "trunk": "national",
    "primary": "prefectural",
    "secondary": "prefectural",
    "tertiary": "municipal",
    "unclassified": "municipal",
    "residential": "municipal",
    "living_street": "municipal",
}


def _own(values: Mapping[str, object]) -> Facts:
    classes = dict.fromkeys(_CLASSES.values())
    road_class = needed(values["road_class"], "road class")
    if road_class not in classes:
        raise UnreadableError(f"road class {road_class!r} is not in {', '.join(classes)}")
    return _road(values, road_class, text(values.get("state")) or "normal")


def _n13(values: Mapping[str, object]) -> Facts:
    width = whole(values["width"], "width class") if text(values.get("width")) else 6
    if width not in _WIDTHS:
        raise UnreadableError(f"width class {width} is not in 1–6")
    low, high = _WIDTHS[width]
    facts = _road(values, word(values["road_class"], _CLASSES, "road class"), word(values["state"], _STATES, "state"))
    return {**facts, "width_min_m": low, "width_max_m": high}


def _n10(values: Mapping[str, object]) -> Facts:
    code = whole(values["road_class"], "road class")
    road_class = "municipal" if code == 7 else _EMERGENCY.get(code, "other")
    rank = whole(values["emergency_rank"], "emergency rank")
    return {**_road(values, road_class, "normal"), "emergency_rank": rank if rank in {1, 2, 3} else None}


def _osm(values: Mapping[str, object]) -> Facts:
    tag = needed(values["highway"], "tag highway")
    state = next((state for state in ("bridge", "tunnel") if _is(values.get(state))), "normal")
    return {**_road(values, _TAGS.get(tag.removesuffix("_link"), "other"), state), "highway": tag}


def _is(value: object) -> bool:
    """Whether a tag says yes; instead of yes it may name the kind of bridge, and Geofabrik writes T and F."""
    return (text(value) or "no").lower() not in {"no", "f", "false", "0"}


def _road(values: Mapping[str, object], road_class: str, state: str) -> Facts:
    return {"road_class": road_class, "state": state, "name": text(values.get("name")), "ref": text(values.get("ref"))}


def _mapped_by_people(column: str) -> Schema:
    columns = {fact: fact for fact in ("name", "ref", "bridge", "tunnel")}
    return Schema(
        name=f"OpenStreetMap ({column})",
        columns={"highway": column, **columns},
        required=("highway",),
        read=_osm,
        credit="© OpenStreetMap contributors (ODbL 1.0)",
    )


ROAD = Kind(
    name="road",
    shape=Shape.LINE,
    credit="「国土数値情報（道路データ）」（国土交通省）を加工して作成",
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={fact: fact for fact in ("road_class", "state", "name", "ref")},
            required=("road_class",),
            read=_own,
            telling=False,
        ),
        Schema(
            name="N13",
            columns={"road_class": "N13_003", "state": "N13_004", "width": "N13_006"},
            required=("road_class", "state"),
            read=_n13,
        ),
        Schema(
            name="N10",
            columns={"road_class": "N10_003", "emergency_rank": "N10_002", "name": "N10_004"},
            required=("road_class", "emergency_rank"),
            read=_n10,
            credit="「国土数値情報（緊急輸送道路データ）」（国土交通省）を加工して作成",
        ),
        _mapped_by_people("highway"),
        _mapped_by_people("fclass"),
    ),
)
