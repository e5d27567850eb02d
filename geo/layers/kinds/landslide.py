"""Landslide zones (土砂災害警戒区域, A33). Public code often has these tables wrong: this is the official list."""

from __future__ import annotations

from collections.abc import Mapping

from geo.layers.attributes import date, text, word
from geo.layers.schema import Facts, Kind, Schema, Shape

_PHENOMENA = {1: "steep_slope", 2: "debris_flow", 3: "landslide"}
# yellow is 警戒区域, red 特別警戒区域; the planned ones are surveyed and not yet in force
_ZONES = {1: "yellow", 2: "red", 3: "yellow_planned", 4: "red_planned"}
# as prefectures write them in lists of their own
_PHENOMENA_IN_WORDS = {"急傾斜地の崩壊": 1, "がけ崩れ": 1, "土石流": 2, "地滑り": 3, "地すべり": 3}
_ZONES_IN_WORDS = {"警戒区域": 1, "特別警戒区域": 2}
_FEATURE = "SedimentRelatedDisasterWarningAreasPolygon"
_A33 = {
    "phenomenon": "A33_001",
    "zone": "A33_002",
    "number": "A33_004",
    "name": "A33_005",
    "address": "A33_006",
    "designated": "A33_007",
}


def _code(value: object, words: Mapping[str, int]) -> object:
    return words.get((text(value) or "").removeprefix("土砂災害"), value)


def _landslide(values: Mapping[str, object]) -> Facts:
    return {
        "phenomenon": word(_code(values["phenomenon"], _PHENOMENA_IN_WORDS), _PHENOMENA, "phenomenon"),
        "zone": word(_code(values["zone"], _ZONES_IN_WORDS), _ZONES, "zone"),
        "name": text(values.get("name")),
        "number": text(values.get("number")),
        "address": text(values.get("address")),
        "designated": date(values.get("designated")),
    }


LANDSLIDE = Kind(
    name="landslide",
    shape=Shape.AREA,
    credit="「国土数値情報（土砂災害警戒区域データ）」（国土交通省）を加工して作成",
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={fact: fact for fact in _A33},
            required=("phenomenon", "zone"),
            read=_landslide,
            telling=False,
        ),
        Schema(name="A33", columns=_A33, required=("phenomenon", "zone"), read=_landslide),
        Schema(
            name="A33 as GML",
            columns={"phenomenon": f"{_FEATURE}.cop", "zone": f"{_FEATURE}.coz", "name": f"{_FEATURE}.znm"},
            required=("phenomenon", "zone"),
            read=_landslide,
        ),
    ),
)
