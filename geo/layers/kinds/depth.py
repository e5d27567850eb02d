"""Maps whose depth stands there in words: inland flooding (A51), tsunami (A40), storm surge (A49)."""

from __future__ import annotations

from collections.abc import Mapping

from geo.depths import DEPTHS, depth_range, rank_of
from geo.layers.attributes import UnreadableError, needed, text, whole
from geo.layers.schema import Facts, Kind, Schema, Shape


def _words(values: Mapping[str, object]) -> Facts:
    written = needed(values["depth"], "depth")
    try:
        low, high = depth_range(written)
    except ValueError as error:
        raise UnreadableError(str(error)) from None
    facts = {"depth_rank": rank_of(low, high), "depth_min_m": low, "depth_max_m": high}
    return {**facts, "depth": " ".join(written.split()), "place": text(values.get("place"))}


def _rank(values: Mapping[str, object]) -> Facts:
    rank = whole(values["depth_rank"], "depth rank")
    if rank not in DEPTHS:
        raise UnreadableError(f"depth rank {rank} is not in 1–6")
    return {"depth_rank": rank, "depth_min_m": DEPTHS[rank][0], "depth_max_m": DEPTHS[rank][1]}


def _kind(name: str, credit: str, national: Schema) -> Kind:
    own = Schema(
        name="shirase",
        credit="",
        columns={"depth_rank": "depth_rank"},
        required=("depth_rank",),
        read=_rank,
        telling=False,
    )
    return Kind(
        name=name,
        shape=Shape.AREA,
        credit=f"「国土数値情報（{credit}データ）」（国土交通省）を加工して作成",
        schemas=(own, national),
    )


def _national(name: str, depth: str | tuple[str, ...], place: str) -> Schema:
    return Schema(name=name, columns={"depth": depth, "place": place}, required=("depth",), read=_words)


_SURGE = "AreasExpectedToBeFloodedByStormSurges.classificationOfWaterDepth"  # in national GML


INLAND_FLOOD = _kind("inland_flood", "雨水出水浸水想定区域", _national("A51", "A51_005", "A51_003"))
TSUNAMI = _kind("tsunami", "津波浸水想定", _national("A40", "A40_003", "A40_001"))
STORM_SURGE = _kind("storm_surge", "高潮浸水想定区域", _national("A49", ("A49_003", _SURGE), "A49_001"))
