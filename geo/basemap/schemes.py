"""How the usual sources name things: OpenStreetMap, Geofabrik's tables of it, 基盤地図情報, 国土数値情報.

A scheme is recognised by layer and columns, never by the name of the file. Its rules are tried in order; the first that
fits a row says which part of the map it is, and whatever fits none is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

OSM_CREDIT = "© OpenStreetMap contributors (ODbL 1.0)"
FGD_CREDIT = "「基盤地図情報」（国土地理院）を加工して作成"


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of ``part``: those whose ``column`` holds one of ``values``; of no values: any that is not empty."""

    part: str
    column: str = ""
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scheme:
    """One table of a source."""

    title: str
    credit: str
    rules: tuple[Rule, ...]
    needs: frozenset[str]  # columns by which it is known
    layers: frozenset[str] = frozenset()  # its layer is one of these; none: any
    names: tuple[str, ...] = ("name",)  # columns of the name, the first filled one counts
    readings: tuple[str, ...] = ()
    english: tuple[str, ...] = ()

    def fits(self, layer: str, columns: Iterable[str]) -> bool:
        """Whether a layer with these columns is such a table."""
        return self.needs <= set(columns) and (not self.layers or layer in self.layers)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that are read, if they are there."""
        told = (*self.names, *self.readings, *self.english, *(rule.column for rule in self.rules if rule.column))
        return tuple(dict.fromkeys(told))


def _rules(column: str, table: Mapping[str, Collection[str]]) -> tuple[Rule, ...]:
    return tuple(Rule(part, column, frozenset(values)) for part, values in table.items())


_ROADS = {
    "road_trunk": ("motorway", "motorway_link", "trunk", "trunk_link"),
    "road_main": ("primary", "primary_link", "secondary", "secondary_link"),
    "road_town": ("tertiary", "tertiary_link", "unclassified"),
    "road_street": ("residential", "living_street", "service", "pedestrian", "road", "busway"),
    "path": ("track", "footway", "path", "cycleway", "steps", "bridleway", *(f"track_grade{n}" for n in range(1, 6))),
}
_WATERWAYS = {"river": ("river",), "stream": ("stream", "canal", "drain", "ditch")}
_RAILS = {"rail": ("rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail")}
_GROUND = {
    "wood": ("forest", "wood", "scrub", "heath"),
    "park": ("park", "recreation_ground", "nature_reserve", "cemetery", "garden", "pitch", "golf_course"),
    "farm": ("farmland", "farm", "orchard", "meadow", "vineyard", "grass", "grassland"),
    "built": ("residential", "commercial", "retail", "industrial", "military", "quarry"),
}
_PLACES = {
    "place_city": ("city", "town", "national_capital", "county"),
    "place_town": ("village", "suburb", "quarter", "borough"),
    "place_near": ("neighbourhood", "hamlet", "locality", "isolated_dwelling", "farm"),
}
_MARKS = {
    "landmark": (
        *("hospital", "townhall", "town_hall", "fire_station", "police", "university", "college", "school"),
        *("library", "community_centre", "museum", "stadium"),
    )
}
_OPEN_NAMES = {
    "names": ("name_ja", "name"),
    "readings": ("name_ja-Hira", "name_ja_Hira", "name_ja_kana", "name_ja-Kana", "name_ja_hira"),
    "english": ("name_en", "name_ja-Latn", "name_ja_rm"),
}
_STATIONS = {"station": ("station", "halt")}


def _open(layer: str, column: str, *rules: Rule) -> Scheme:
    return Scheme(
        "OpenStreetMap", OSM_CREDIT, rules, frozenset({column, "other_tags"}), frozenset({layer}), **_OPEN_NAMES
    )


OSM = (
    _open("points", "place", *_rules("place", _PLACES), *_rules("railway", _STATIONS), *_rules("amenity", _MARKS)),
    _open(
        "lines",
        "highway",
        *_rules("highway", _ROADS),
        *_rules("railway", _RAILS),
        *_rules("waterway", _WATERWAYS),
        *_rules("boundary", {"boundary": ("administrative",)}),
    ),
    _open(
        "multipolygons",
        "building",
        Rule("water", "natural", frozenset({"water"})),
        *_rules("waterway", {"water": ("riverbank", "dock")}),
        *_rules("landuse", {"water": ("reservoir", "basin")}),
        *_rules("natural", _GROUND),
        *_rules("landuse", _GROUND),
        *_rules("leisure", _GROUND),
        Rule("building", "building"),
        *_rules("boundary", {"boundary": ("administrative",)}),
    ),
)


def _geofabrik(table: str, *rules: Rule) -> Scheme:
    layers = frozenset({f"gis_osm_{table}_free_1", f"gis_osm_{table}_free", f"gis_osm_{table}_07_1"})
    return Scheme("Geofabrik", OSM_CREDIT, rules, frozenset({"fclass"}), layers)


GEOFABRIK = (
    _geofabrik("roads", *_rules("fclass", _ROADS)),
    _geofabrik("railways", *_rules("fclass", _RAILS)),
    _geofabrik("waterways", *_rules("fclass", _WATERWAYS)),
    _geofabrik("water_a", *_rules("fclass", {"water": ("water", "reservoir", "river", "riverbank", "dock", "lake")})),
    _geofabrik("landuse_a", *_rules("fclass", _GROUND)),
    _geofabrik("natural_a", *_rules("fclass", _GROUND)),
    _geofabrik("buildings_a", Rule("building")),
    _geofabrik("places", *_rules("fclass", _PLACES)),
    _geofabrik("transport", *_rules("fclass", {"station": ("railway_station", "railway_halt")})),
    _geofabrik("pois", *_rules("fclass", _MARKS)),
)


def _survey(part: str, *layers: str) -> Scheme:
    return Scheme("基盤地図情報", FGD_CREDIT, (Rule(part),), frozenset({"fid", "orgGILvl"}), frozenset(layers))


SURVEY = (
    _survey("water", "WA"),
    _survey("stream", "WL"),
    _survey("road_edge", "RdEdg", "RdCompt"),
    _survey("rail", "RailCL"),
    _survey("building", "BldA"),
    _survey("boundary", "AdmBdry", "CommBdry"),
    _survey("place_city", "AdmPt"),
    _survey("place_near", "CommPt"),
)


def _national(data: str, part: str, *columns: str, name: str = "", rules: tuple[Rule, ...] = ()) -> Scheme:
    credit = f"「国土数値情報（{data}）」（国土交通省）を加工して作成"
    return Scheme(
        f"国土数値情報 {data}", credit, rules or (Rule(part),), frozenset(columns), names=(name,) * bool(name)
    )


_N13 = {"road_trunk": ("1", "4"), "road_main": ("2",), "road_street": ("3", "5", "6")}
NATIONAL = (
    _national("鉄道データ", "station", "N02_003", "N02_005", name="N02_005"),
    _national("鉄道データ", "rail", "N02_003", "N02_004", name="N02_003"),
    _national("河川データ", "river", "W05_001", "W05_004", name="W05_004"),
    _national("湖沼データ", "water", "W09_001", name="W09_001"),
    _national("行政区域データ", "boundary", "N03_001", "N03_004", name="N03_004"),
    _national("道路データ", "", "N13_003", "N13_004", rules=_rules("N13_003", _N13)),
)
SCHEMES = (*OSM, *GEOFABRIK, *SURVEY, *NATIONAL)


def scheme_of(layer: str, columns: Collection[str]) -> Scheme | None:
    """The scheme of a layer with these columns, or None where no source of ours looks like that."""
    return next((one for one in SCHEMES if one.fits(layer, columns)), None)
