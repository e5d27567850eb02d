"""How many people live where: the census's small areas, and estimates on the regional mesh."""

from __future__ import annotations

from collections.abc import Mapping

from geo.layers.attributes import UnreadableError, amount, text
from geo.layers.schema import Facts, Kind, Schema, Shape


def _people(values: Mapping[str, object]) -> Facts:
    people = amount(values["people"], "number of people")
    if people is None or people < 0:
        raise UnreadableError(f"number of people is {'missing' if people is None else people}")
    households = amount(values.get("households"), "number of households")
    return {
        "people": people,
        "households": households,
        "code": text(values.get("code")),
        "name": text(values.get("name")),
    }


def _estimate(year: int) -> Schema:
    return Schema(
        name=f"mesh estimate, {year}",
        columns={"people": f"PTN_{year}", "code": "MESH_ID"},
        required=("people", "code"),
        read=_people,
        fixed={"year": year},
    )


POPULATION = Kind(
    name="population",
    shape=Shape.AREA,
    credit="「国土数値情報（将来推計人口データ）」（国土交通省）を加工して作成",
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={fact: fact for fact in ("people", "households", "code", "name")},
            required=("people",),
            read=_people,
            telling=False,
        ),
        Schema(
            name="census small areas",
            columns={"people": "JINKO", "households": "SETAI", "code": "KEY_CODE", "name": "S_NAME"},
            required=("people", "code"),
            read=_people,
            credit="「国勢調査」（総務省統計局）を加工して作成",
        ),
        _estimate(2015),
        _estimate(2020),
        Schema(
            name="A16",
            columns={"people": "A16_005", "code": "A16_001", "name": "A16_003"},
            required=("people",),
            read=_people,
            credit="「国土数値情報（人口集中地区データ）」（国土交通省）を加工して作成",
        ),
    ),
)
