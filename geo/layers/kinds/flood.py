"""Flood maps (洪水浸水想定区域, A31 of every generation): depth, how long the water stays, where houses fall.

計画規模 (planned), 想定最大規模 (maximum) and the frequencies of 多段階の浸水想定図 answer different questions and
are never merged into one layer. National files tell the first two by their columns; of others their own columns tell
it, or the one who imports them (``--fact``).
"""

from __future__ import annotations

from collections.abc import Mapping

from geo.depths import DEPTHS, depth_range, rank_of
from geo.layers.attributes import UnreadableError, amount, needed, text, whole
from geo.layers.kinds.flood_2012 import CAUTION, depth_of_code
from geo.layers.schema import Facts, Kind, Reader, Schema, Shape

_CREDIT = "「国土数値情報（洪水浸水想定区域データ）」（国土交通省）を加工して作成"
_SCENARIOS = ("planned", "maximum", "frequency")
_LONGEST = 500  # years; rarer rain is 想定最大規模
_OWN = ("river", "river_code", "scenario", "return_period_years")


def _depth(values: Mapping[str, object]) -> Facts:
    rank = whole(values["depth_rank"], "depth rank")
    if rank not in DEPTHS:
        raise UnreadableError(f"depth rank {rank} is not in 1–6")
    return {"depth_rank": rank, "depth_min_m": DEPTHS[rank][0], "depth_max_m": DEPTHS[rank][1], **_told(values)}


def _depth_in_metres(values: Mapping[str, object]) -> Facts:
    """River offices deliver the simulation's own depths; a cell without water has none, or 0."""
    depth = amount(values["depth_m"], "depth")
    if depth is None or depth <= 0:
        raise UnreadableError("no depth of water")
    rank = max(rank for rank, (low, _) in DEPTHS.items() if low <= depth)
    low, high = DEPTHS[rank]
    return {"depth_rank": rank, "depth_min_m": low, "depth_max_m": high, "depth_m": depth, **_told(values)}


def _depth_in_words(values: Mapping[str, object]) -> Facts:
    written = needed(values["depth_words"], "depth")
    try:
        low, high = depth_range(written)
    except ValueError as error:
        raise UnreadableError(str(error)) from None
    return {"depth_rank": rank_of(low, high), "depth_min_m": low, "depth_max_m": high, **_told(values)}


def _depth_2012(values: Mapping[str, object]) -> Facts:
    low, high = depth_of_code(whole(values["depth_rank"], "depth code"), text(values.get("depth_codes")))
    return {"depth_rank": rank_of(low, high), "depth_min_m": low, "depth_max_m": high, **_told(values)}


def _told(values: Mapping[str, object]) -> Facts:
    """River and scenario, where the file tells them. A return period alone makes it a scenario of that frequency."""
    scenario, years = text(values.get("scenario")), amount(values.get("return_period_years"), "return period")
    if scenario not in {None, *_SCENARIOS}:
        raise UnreadableError(f"scenario {scenario!r} is not in {', '.join(_SCENARIOS)}")
    if years is not None and not (years.is_integer() and 1 <= years < _LONGEST):
        raise UnreadableError(f"return period {years:g} is not a whole number of years from 1 to {_LONGEST - 1}")
    if scenario == "frequency" and years is None:
        raise UnreadableError("scenario frequency without a return period")
    told: Facts = _river(values)
    if scenario or years:
        told["scenario"] = scenario or "frequency"
    if years:
        told["return_period_years"] = int(years)
    return told


def _river(values: Mapping[str, object]) -> Facts:
    found = {name: text(values.get(name)) for name in ("river", "river_code")}
    return {name: value for name, value in found.items() if value}


def _ranked(fact: str, highest: int) -> Reader:
    def read(values: Mapping[str, object]) -> Facts:
        rank = whole(values[fact], fact)
        if not 1 <= rank <= highest:
            raise UnreadableError(f"{fact} {rank} is not in 1–{highest}")
        return {fact: rank, **_river(values)}

    return read


def _a31a(kind: int) -> dict[str, str]:
    """Where A31a names the river: each of its kinds of map counts its columns anew."""
    return {"river": f"A31a_{kind}02", "river_code": f"A31a_{kind}01"}


def _own(depth: str, read: Reader) -> Schema:
    """A file in our words; how deep it is stands there in one of three ways."""
    name = "shirase" if depth == "depth_rank" else f"shirase, {depth}"
    columns = {fact: fact for fact in (depth, *_OWN)}
    return Schema(name=name, credit="", columns=columns, required=(depth,), read=read, telling=False)


def _flood(name: str, column: str, scenario: str, **rivers: str) -> Schema:
    return Schema(
        name=name,
        columns={"depth_rank": column, **(rivers or {"river": "river"})},
        required=("depth_rank",),
        read=_depth,
        fixed={"scenario": scenario},
    )


def _rank(fact: str, highest: int, name: str, column: str, **rivers: str) -> Schema:
    return Schema(
        name=name,
        columns={fact: column, **(rivers or {"river": "river"})},
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
        _own("depth_rank", _depth),
        _own("depth_m", _depth_in_metres),
        _own("depth_words", _depth_in_words),
        _flood("A31b planned", "A31b_101", "planned"),
        _flood("A31b maximum", "A31b_201", "maximum"),
        _flood("A31a planned", "A31a_105", "planned", **_a31a(1)),
        _flood("A31a maximum", "A31a_205", "maximum", **_a31a(2)),
        _flood("A31 planned", "A31_101", "planned"),
        _flood("A31 maximum", "A31_201", "maximum"),
        _flood(
            "A31a, A31b maximum as GML",
            "MaximumScale.waterDepth",
            "maximum",
            river="MaximumScale.riverName",
            river_code="MaximumScale.riverNumber",
        ),
        Schema(
            name="A31 of 2012",
            columns={"depth_rank": ("A31_001", "ExpectedFloodArea.waterDepth"), "depth_codes": "depth_codes"},
            required=("depth_rank",),
            read=_depth_2012,
            caution=CAUTION,
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
        _rank("duration_rank", 7, "A31a duration", "A31a_305", **_a31a(3)),
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
        _rank("collapse_class", 3, "A31a collapse", "A31a_405", **_a31a(4)),
        _rank("collapse_class", 3, "A31 collapse", "A31_401"),
    ),
)
