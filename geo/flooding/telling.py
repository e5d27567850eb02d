"""What flood maps say, in the words and facts of a hazard: every scenario for itself, each with its name."""

from __future__ import annotations

from geo.exposure import Depth, Exposure
from geo.hazard import Evidence

NO_MAP = "公表された浸水想定区域の外、または図がない（安全という意味ではない）"


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
