"""Administrative and forecast areas: municipalities (N03), towns of the census, areas of the forecaster (気象庁)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from geo.layers.attributes import UnreadableError, digits, municipality, needed, text
from geo.layers.schema import Facts, Kind, Schema, Shape


def _boundary(values: Mapping[str, object]) -> Facts:
    """A city's ward (政令指定都市) bears its own code, so its name goes with the city's."""
    city, ward = text(values.get("name")), text(values.get("ward"))
    name = "".join(part for part in (city, ward) if part)
    return {
        "code": municipality(values["code"]),
        "name": needed(name, "name of the municipality"),
        "prefecture": text(values.get("prefecture")),
        "county": text(values.get("county")),
    }


def _town(values: Mapping[str, object]) -> Facts:
    return {
        "code": digits(values["code"], "code of the town"),
        "name": needed(values.get("name"), "name of the town"),
        "prefecture": text(values.get("prefecture")),
        "county": text(values.get("county")),
    }


def _forecast_area(values: Mapping[str, object]) -> Facts:
    code = digits(values["code"], "area code")
    if not re.fullmatch(r"[0-9]{3,12}", code):
        raise UnreadableError(f"area code {code} has not 3 to 12 digits")
    return {"code": code, "name": needed(values["name"], "name of the area"), "reading": text(values.get("reading"))}


_N03 = {"code": "N03_007", "name": "N03_004", "ward": "N03_005", "county": "N03_003", "prefecture": "N03_001"}

BOUNDARY = Kind(
    name="boundary",
    shape=Shape.AREA,
    credit="「国土数値情報（行政区域データ）」（国土交通省）を加工して作成",
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={fact: fact for fact in _N03},
            required=("code", "name"),
            read=_boundary,
            telling=False,
        ),
        Schema(name="N03", columns=_N03, required=("code", "name", "prefecture"), read=_boundary),
        Schema(
            name="N03 as GML",
            columns={
                "code": "AdministrativeBoundary.administrativeAreaCode",
                "name": "AdministrativeBoundary.cityName",
                "county": "AdministrativeBoundary.countyName",
                "prefecture": "AdministrativeBoundary.prefectureName",
            },
            required=("code", "name", "prefecture"),
            read=_boundary,
        ),
        Schema(
            name="census small areas",
            columns={"code": "KEY_CODE", "name": "S_NAME", "county": "CITY_NAME", "prefecture": "PREF_NAME"},
            required=("code", "name"),
            read=_town,
            credit="「国勢調査」（総務省統計局）の小地域境界を加工して作成",
        ),
    ),
)
FORECAST_AREA = Kind(
    name="forecast_area",
    shape=Shape.AREA,
    credit="気象庁ホームページ（予報区等GISデータ）を加工して作成",
    schemas=(
        Schema(
            name="JMA areas",
            columns={
                "code": ("code", "regioncode"),
                "name": ("name", "regionname"),
                "reading": ("namekana", "regionkana", "reading"),
            },
            required=("code", "name"),
            read=_forecast_area,
            telling=False,
        ),
    ),
)
