"""What flood maps say, in the words and facts of a hazard: every scenario for itself, each with its name."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.exposure import Depth, Exposure
from geo.flooding.extent import Extent
from geo.flooding.places import Underpass
from geo.hazard import Evidence
from geo.model import Ground

NO_MAP = "公表された浸水想定区域の外、または図がない（安全という意味ではない）"

_WHOLE = 0.99  # a population layer that covers this share of a zone covers it


def depth_facts(depth: Depth) -> dict[str, str | float | int | bool]:
    """What the wording may quote of one depth, its scenario with it. ``depth`` has a rank."""
    facts: dict[str, str | float | int | bool] = {
        "depth_min_m": depth.min_m,
        "depth_scenario": depth.scenario.name,
        "depth_scenario_en": depth.scenario.name_en,
    }
    if depth.max_m is not None:
        facts["depth_max_m"] = depth.max_m
    return facts


def depths_told(depths: tuple[Depth, ...]) -> str:
    """想定最大規模 最大ランク4（5～10 m）、計画規模 最大ランク2（0.5～3 m）."""
    return "、".join(f"{depth.scenario.name} 最大ランク{depth.rank}（{depth.metres}）" for depth in depths)


def layer_evidence(exposed: Exposure) -> Evidence:
    """The depths of the layers and the shelters inside, or that there is no map."""
    if not exposed.depths:
        return Evidence(ref="layer:", text=NO_MAP)
    text = f"浸水想定 {depths_told(exposed.depths)}"
    if exposed.shelters_inside:
        names = "、".join(shelter.name for shelter in exposed.shelters_inside)
        text += f"。区域内の避難場所 {len(exposed.shelters_inside)} か所：{names}"
    return Evidence(ref=f"layer:{','.join(exposed.layers)}", text=text)


def underpasses_in(zone: BaseGeometry, ground: Ground) -> list[Underpass]:
    """The underpasses that share a point with a zone, in degrees."""
    return [one for one in ground.underpasses if shapely.intersects(zone, one.geometry)]


def inside_told(drawn: Extent, underpasses: Sequence[Underpass]) -> str:
    """地区の面積の 42%、人口 約1,230人（980～1,640人）、避難場所 2 か所：…, and what no layer tells."""
    inside = drawn.inside
    parts = [f"{drawn.scenario.name}の範囲は地区の面積の {drawn.share:.0%}"]
    if inside.people is not None:
        low, likely, high = (round(value) for value in (inside.people.low, inside.people.likely, inside.people.high))
        parts.append(f"人口 約{likely:,}人（{low:,}～{high:,}人）")
    if inside.roads_km is not None:
        parts.append(f"道路 {sum(km.likely for km in inside.roads_km.values()):.1f} km")
    for what, places in (("避難場所", inside.shelters), ("アンダーパス", underpasses)):
        if places:
            parts.append(f"{what} {len(places)} か所：{'、'.join(place.name for place in places)}")
    missing = [name for name, found in (("人口", inside.people), ("道路", inside.roads_km)) if found is None]
    if inside.people is not None and inside.people_known < _WHOLE:
        parts.append(f"人口がわかるのは範囲の {inside.people_known:.0%}")
    unknown = f"。{'と'.join(missing)}は図がなく不明" if missing else ""
    return "、".join(parts) + unknown


def inside_facts(drawn: Extent, underpasses: Sequence[Underpass]) -> dict[str, str | float | int | bool]:
    """The same in numbers. What no layer tells is left out, never 0."""
    inside = drawn.inside
    facts: dict[str, str | float | int | bool] = {
        "share": round(drawn.share, 3),
        "area_km2": round(inside.area_km2, 3),
        "shelters_inside": len(inside.shelters),
        "underpasses_inside": len(underpasses),
    }
    if inside.people is not None:
        facts |= {f"people_{name}": round(getattr(inside.people, name)) for name in ("low", "likely", "high")}
        facts["people_known"] = round(inside.people_known, 2)
    if inside.roads_km is not None:
        facts["roads_km"] = round(sum(km.likely for km in inside.roads_km.values()), 1)
    return facts
