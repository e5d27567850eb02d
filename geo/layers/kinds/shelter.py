"""Places to flee to: 指定緊急避難場所 (escape now) and 指定避難所 (stay for days), which the law keeps apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeAlias

from geo.layers.attributes import flag, needed, text
from geo.layers.schema import Facts, Kind, Reader, Schema, Shape

Columns: TypeAlias = Mapping[str, str | tuple[str, ...]]

# Hazard → its column in the national list, without the prefix that other lists put before it.
FLAGS: Mapping[str, tuple[str, ...]] = {
    "flood": ("洪水",),
    "landslide": ("崖崩れ、土石流及び地滑り", "崖崩、土石流及び地滑"),
    "storm_surge": ("高潮",),
    "earthquake": ("地震",),
    "tsunami": ("津波",),
    "fire": ("大規模な火事", "大規模火災"),
    "inland_flood": ("内水氾濫",),
    "volcano": ("火山現象",),
}
_PREFIXED = {hazard: (*(f"災害種別_{name}" for name in names), *names) for hazard, names in FLAGS.items()}
_P20 = {"earthquake": "P20_007", "tsunami": "P20_008", "flood": "P20_009", "volcano": "P20_010"}
_TILES = {hazard: f"disaster{number}" for number, hazard in enumerate(FLAGS, 1)}
_NATIONAL: Columns = {"code": ("共通ID", "NO"), "name": "施設・場所名", "address": "住所", "note": "備考"}


def _capacity(value: object) -> float | None:
    """People that fit in: 1204, 1,204人, 約1200; −1 is unknown. A place is not lost for what nobody can read."""
    found = re.search(r"(?<![-0-9.,])[0-9][0-9,]*(?:\.[0-9]+)?", unicodedata.normalize("NFKC", text(value) or ""))
    return float(found[0].replace(",", "")) if found else None


def _place(designation: str) -> Reader:
    def read(values: Mapping[str, object]) -> Facts:
        hazards = [hazard for hazard in FLAGS if flag(values.get(hazard))]
        return {
            "code": text(values.get("code")),
            "name": needed(values["name"], "name of the place"),
            "address": text(values.get("address")),
            "designation": text(values.get("designation")) or designation,
            "hazards": text(values.get("hazards")) or ",".join(hazards),
            "capacity": _capacity(values.get("capacity")),
            "note": text(values.get("note")),
        }

    return read


SHELTER = Kind(
    name="shelter",
    shape=Shape.POINT,
    credit="出典：国土地理院 指定緊急避難場所・指定避難所データ",
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={f: f for f in ("name", "code", "address", "designation", "hazards", "capacity", "note", *FLAGS)},
            required=("name", "designation"),
            read=_place("emergency"),
            telling=False,
        ),
        Schema(
            name="national list of emergency sites",
            columns={**_NATIONAL, **FLAGS},
            required=("name", "flood", "landslide", "earthquake"),
            read=_place("emergency"),
        ),
        Schema(
            name="national list of evacuation centres",
            columns={**_NATIONAL, "for_whom": "受入対象者", "same_address": "指定緊急避難場所との住所同一"},
            required=("code", "name", "same_address"),
            read=_place("evacuation"),
        ),
        Schema(
            name="tiles of the survey authority",
            columns={"code": "commonid", "name": "name", "address": "address", "note": "remarks", **_TILES},
            required=("name", "address", "flood", "earthquake"),
            read=_place("emergency"),
        ),
        Schema(
            name="municipal open data",
            columns={
                "code": ("ID", "NO"),
                "name": ("名称", "施設名", "施設名称", "避難場所名"),
                "address": ("所在地_連結表記", "住所", "所在地"),
                "capacity": "想定収容人数",
                "note": "備考",
                **_PREFIXED,
            },
            required=("name", "flood", "earthquake"),
            read=_place("emergency"),
            credit="",  # each city publishes its own
        ),
        Schema(
            name="P20 of 2012",
            columns={"code": "P20_001", "name": "P20_002", "address": "P20_003", "capacity": "P20_005", **_P20},
            required=("name", "flood", "earthquake"),
            read=_place("superseded"),
            credit="「国土数値情報（避難施設データ）」（国土交通省）を加工して作成",
        ),
    ),
)
