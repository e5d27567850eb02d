"""River centre lines (河川, W05). Names repeat across the country: join on the ten digits of the code."""

from __future__ import annotations

from collections.abc import Mapping

from geo.layers.attributes import UnreadableError, digits, text, whole
from geo.layers.schema import Facts, Kind, Schema, Shape

# Section class: 1 直轄, 2 指定, 3 二級, 4 区間外; 5 to 8 are the same through a lake.
_SECTIONS = {0: "unknown", 1: "national", 2: "delegated", 3: "second_class", 4: "other"}
_W05 = {"code": "W05_002", "section": "W05_003", "name": "W05_004", "system": "W05_001"}


def _river(values: Mapping[str, object]) -> Facts:
    code = digits(values["code"], "river code")
    if len(code) > 10:
        raise UnreadableError(f"river code {code} has more than ten digits")
    section, lake = _section(values.get("section"))
    name = text(values.get("name"))
    return {
        "code": code.zfill(10),
        "name": None if name == "名称不明" else name,
        "section": section,
        "lake": lake,
        "system": text(values.get("system")),
    }


def _section(value: object) -> tuple[str, bool]:
    written = text(value)
    if written is None or written in _SECTIONS.values():
        return written or "unknown", False
    code = whole(value, "section class")
    if not 0 <= code <= 8:
        raise UnreadableError(f"section class {code} is not in 0–8")
    return _SECTIONS[code - 4 if code > 4 else code], code > 4


RIVER = Kind(
    name="river",
    shape=Shape.LINE,
    credit="「国土数値情報（河川データ）」（国土交通省）を加工して作成",
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={fact: fact for fact in _W05},
            required=("code",),
            read=_river,
            telling=False,
        ),
        Schema(name="W05", columns=_W05, required=("code", "section"), read=_river),
        Schema(
            name="W05 as GML",
            columns={
                "code": "Stream.riverCode",
                "section": "Stream.sectionType",
                "name": "Stream.riverName",
                "system": "Stream.waterSystemCode",
            },
            required=("code", "section"),
            read=_river,
        ),
    ),
)
