"""``shirase layers exposed``: who and what lies inside the hazard maps. Needs the profile, and no running hub."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from geo.crs import CrsError
from geo.flooding.extent import scenarios_of
from geo.flooding.scenario import Scenario
from geo.geojson import ProfileError
from geo.inside import EDGE_M, Amount, Inside, inside, zone_of
from geo.layers.kinds.flood import FLOOD
from geo.layers.layer import Layer
from geo.model import Ground
from services.city import load_layers_and_areas
from services.settings import SettingsError, load

_OUTSIDE = "outside is not drawn: not modelled or not flooded, which is not the same as safe"


def run(args: argparse.Namespace) -> int:
    """A JSON line, of flood maps one for each scenario, the rarest rain first; exit 1 with the reason on stderr where
    the profile cannot be read or no such map is there."""
    try:
        found = _exposed(load_layers_and_areas(load(args.settings)), args)
    except (SettingsError, ProfileError, CrsError, ValueError) as error:
        told = {"error": "not_ready", "message": str(error), "at": "settings"}
        print(json.dumps(told, ensure_ascii=False), file=sys.stderr)
        return 1
    for line in found:
        print(json.dumps(line, ensure_ascii=False))
    return 0


def _exposed(ground: Ground, args: argparse.Namespace) -> list[dict[str, Any]]:
    layers = ground.layers.of_kind(args.kind)
    if not layers:
        raise ValueError(f"no layer of kind {args.kind}; import one: shirase layers import FILE --kind {args.kind}")
    area = ground.areas.get(args.area) if args.area else None
    if args.area and area is None:
        raise ValueError(f"there is no area {args.area!r}; see districts.geojson of the profile")
    within, edge = area.geometry if area else None, EDGE_M if args.edge is None else args.edge
    lines = []
    for scenario, drawn in _by_scenario(layers) if args.kind == FLOOD.name else [(None, layers)]:
        hazard = zone_of(drawn, args.rank, within, scenario)
        told = {"kind": args.kind, "layers": [layer.name for layer in drawn]}
        told |= {"scenario": scenario.key, "scenario_name": scenario.name} if scenario else {}
        lines.append({**told, **_told(inside(ground, hazard, edge)), "outside": _OUTSIDE})
    return lines


def _by_scenario(layers: Sequence[Layer]) -> list[tuple[Scenario, list[Layer]]]:
    """The flood layers of each scenario, the rarest rain first. One layer may hold several."""
    drawn: dict[Scenario, list[Layer]] = {}
    for layer in layers:
        for scenario in scenarios_of(layer):
            drawn.setdefault(scenario, []).append(layer)
    return sorted(drawn.items(), key=lambda pair: pair[0].order, reverse=True)


def _told(found: Inside) -> dict[str, Any]:
    shelters = [
        {"code": one.code, "name": one.name, "hazards": sorted(one.hazards), "note": one.note, "inside": is_inside}
        for is_inside, group in ((True, found.shelters), (False, found.shelters_near))
        for one in group
    ]
    roads = found.roads_km
    return {
        "area_km2": round(found.area_km2, 3),
        "people": found.people and _three(found.people, 0),
        "people_known": round(found.people_known, 3),
        "roads_km": None if roads is None else {name: _three(km, 2) for name, km in roads.items()},
        "shelters": shelters,
        "districts": [{"code": a.code, "name": a.name, "share": round(share, 3)} for a, share in found.districts],
        "unknown": list(found.unknown),
    }


def _three(amount: Amount, digits: int) -> dict[str, float]:
    return {
        "low": round(amount.low, digits),
        "likely": round(amount.likely, digits),
        "high": round(amount.high, digits),
    }
