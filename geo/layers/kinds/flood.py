"""Flood maps (洪水浸水想定区域, A31 of every generation): depth, how long the water stays, where houses fall.

計画規模 (planned) and 想定最大規模 (maximum) answer different questions and are never merged into one layer.
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.depths import DEPTHS, Range, rank_of
from geo.layers.attributes import UnreadableError, text, whole
from geo.layers.schema import Facts, Kind, Reader, Schema, Shape

_CREDIT = "「国土数値情報（洪水浸水想定区域データ）」（国土交通省）を加工して作成"
# A31 of 2012: code → bounds. Those of 14, 15 and from 25 on rest on the pattern of the others.
_DEPTHS_2012: Mapping[int, Range] = {
    11: (0.0, 0.5),
    12: (0.5, 1.0),
    13: (1.0, 2.0),
    14: (2.0, 5.0),
    15: (5.0, None),
    21: (0.0, 0.5),
    22: (0.5, 1.0),
    23: (1.0, 2.0),
    24: (2.0, 3.0),
    25: (3.0, 4.0),
    26: (4.0, 5.0),
    27: (5.0, None),
}


def _depth(values: Mapping[str, object]) -> Facts:
    rank = whole(values["depth_rank"], "depth rank")
    if rank not in DEPTHS:
        raise UnreadableError(f"depth rank {rank} is not in 1–6")
    return {"depth_rank": rank, "depth_min_m": DEPTHS[rank][0], "depth_max_m": DEPTHS[rank][1], **_river(values)}


def _depth_2012(values: Mapping[str, object]) -> Facts:
    code = whole(values["depth_rank"], "depth code")
    if code not in _DEPTHS_2012:
        raise UnreadableError(f"depth code {code} is not in 11–15 or 21–27")
    low, high = _DEPTHS_2012[code]
    return {"depth_rank": rank_of(low, high), "depth_min_m": low, "depth_max_m": high}


def _river(values: Mapping[str, object]) -> Facts:
    river = text(values.get("river"))
    return {"river": river} if river else {}


def _ranked(fact: str, highest: int) -> Reader:
    def read(values: Mapping[str, object]) -> Facts:
        rank = whole(values[fact], fact)
        if not 1 <= rank <= highest:
            raise UnreadableError(f"{fact} {rank} is not in 1–{highest}")
        return {fact: rank, **_river(values)}

    return read


def _flood(name: str, column: str, scenario: str, river: str = "river") -> Schema:
    return Schema(
        name=name,
        columns={"depth_rank": column, "river": river},
        required=("depth_rank",),
        read=_depth,
        fixed={"scenario": scenario},
    )


def _rank(fact: str, highest: int, name: str, column: str, river: str = "river") -> Schema:
    return Schema(
        name=name,
        columns={fact: column, "river": river},
        required=(fact,),
        read=_ranked(fact, highest),
        telling=column != fact,
        credit="" if column == fact else None,
    )


FLOOD = Kind(
    name="flood",
    shape=Shape.AREA,
    credit=_CREDIT,
    schemas=(
        Schema(
            name="shirase",
            credit="",
            columns={"depth_rank": "depth_rank", "river": "river"},
            required=("depth_rank",),
            read=_depth,
            telling=False,
        ),
        _flood("A31b planned", "A31b_101", "planned"),
        _flood("A31b maximum", "A31b_201", "maximum"),
        _flood("A31a planned", "A31a_105", "planned", "A31a_102"),
        _flood("A31a maximum", "A31a_205", "maximum", "A31a_202"),
        _flood("A31 planned", "A31_101", "planned"),
        _flood("A31 maximum", "A31_201", "maximum"),
        _flood("A31a, A31b maximum as GML", "MaximumScale.waterDepth", "maximum", "MaximumScale.riverName"),
        Schema(
            name="A31 of 2012",
            columns={"depth_rank": ("A31_001", "ExpectedFloodArea.waterDepth")},
            required=("depth_rank",),
            read=_depth_2012,
            fixed={"scenario": "planned"},
        ),
    ),
)
DURATION = Kind(
    name="flood_duration",
    shape=Shape.AREA,
    credit=_CREDIT,
    schemas=(
        _rank("duration_rank", 7, "shirase", "duration_rank"),
        _rank("duration_rank", 7, "A31b duration", "A31b_301"),
        _rank("duration_rank", 7, "A31a duration", "A31a_305", "A31a_302"),
        _rank("duration_rank", 7, "A31 duration", "A31_301"),
    ),
)
COLLAPSE = Kind(
    name="flood_collapse",
    shape=Shape.AREA,
    credit=_CREDIT,
    schemas=(
        _rank("collapse_class", 3, "shirase", "collapse_class"),
        _rank("collapse_class", 3, "A31b collapse", "A31b_401"),
        _rank("collapse_class", 3, "A31a collapse", "A31a_405", "A31a_402"),
        _rank("collapse_class", 3, "A31 collapse", "A31_401"),
    ),
)
