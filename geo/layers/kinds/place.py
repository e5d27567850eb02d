"""Points that are known by a code and a name: water gauges, weather stations, cameras, towns."""

from __future__ import annotations

from collections.abc import Mapping

from geo.layers.attributes import amount, needed, text
from geo.layers.schema import Facts, Kind, Schema, Shape


def _gauge(values: Mapping[str, object]) -> Facts:
    levels = {fact: amount(values.get(fact), fact) for fact in ("start_m", "warn_m", "flood_m")}
    return {**_named(values), **levels}


def _station(values: Mapping[str, object]) -> Facts:
    return {**_named(values), "altitude_m": amount(values.get("altitude_m"), "altitude")}


def _named(values: Mapping[str, object]) -> Facts:
    return {"code": needed(values["code"], "code"), "name": needed(values["name"], "name")}


def _town(values: Mapping[str, object]) -> Facts:
    """A small part (小字) follows the town it belongs to."""
    town = needed(values["name"], "name of the town")
    return {"name": town, "part": text(values.get("part"))}


def _kind(name: str, credit: str, *schemas: Schema) -> Kind:
    return Kind(name=name, shape=Shape.POINT, credit=credit, schemas=schemas)


GAUGE = _kind(
    "gauge",
    "出典：国土交通省「川の防災情報」",
    Schema(
        name="river gauges",
        columns={
            "code": "code",
            "name": "name",
            "start_m": ("startLevel", "start_m"),
            "warn_m": ("warnLevel", "warn_m"),
            "flood_m": ("floodLevel", "flood_m"),
        },
        required=("code", "name", "start_m"),
        read=_gauge,
        telling=False,
    ),
)
WEATHER_STATION = _kind(
    "weather_station",
    "出典：気象庁ホームページ（加工）",
    Schema(
        name="weather stations",
        columns={
            "code": ("code", "station"),
            "name": ("name", "name_ja"),
            "altitude_m": ("alt", "alt_m", "altitude_m"),
        },
        required=("code", "name", "altitude_m"),
        read=_station,
        telling=False,
    ),
)
CAMERA = _kind(
    "camera",
    "出典：国土交通省「川の防災情報」",
    Schema(
        name="river cameras",
        columns={"code": ("id", "code"), "name": "name"},
        required=("code", "name"),
        read=_named,
        telling=False,
    ),
)
TOWN = _kind(
    "town",
    "Geolonia 住所データ（CC BY 4.0）",
    Schema(name="towns", columns={"name": "town", "part": "koaza"}, required=("name",), read=_town, telling=False),
)
