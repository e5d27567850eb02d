"""Whose data ours are made of, as the files of the profile and the hazard maps tell it, and what is not passed on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.web.context import WebContext

_MAPS = {  # files of the profile that carry a credit, and what of the data is made of each
    "city": ("市域", "Outline of the city"),
    "districts": ("地区", "Districts"),
    "plow_sections": ("除雪工区", "Plow sections"),
    "shelters": ("避難場所", "Places of refuge"),
    "fences": ("雪捨て場", "Snow dumps"),
    "network/demo_roads": ("見本の道路", "Roads of the demonstration"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What of the data rests on it, in both languages, and the words that have to stand beside it."""

    of: str
    of_en: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBack:
    """A gateway, source or map that may be shown here but not given away."""

    name: str
    because: str


def credits_of(context: WebContext) -> Sequence[Credit]:
    """All of them, each once. Reads the profile's files: not for the loop."""
    found = [
        Credit(of=of, of_en=of_en, words=words)
        for name, (of, of_en) in _MAPS.items()
        if (words := _credit(context.profile, name))
    ]
    found += [
        Credit(of=f"ハザードマップ {one.name}", of_en=f"Hazard map {one.name}", words=one.credit)
        for one in sorted(context.ground.layers, key=lambda one: one.name)
        if one.credit and one.name not in context.open_data.kept_back_layers
    ]
    stations = {one.source for one in context.ground.stations.values() if one.source and not one.for_staff}
    if stations:
        of, of_en = "観測所の位置・基準値", "Places and thresholds of sensors"
        found.append(Credit(of=of, of_en=of_en, words="、".join(sorted(stations))))
    return _once(found)


def kept_back(context: WebContext) -> Sequence[KeptBack]:
    """What the settings name, with the reason where they give one."""
    terms = context.open_data
    names = [*terms.kept_back_gateways, *terms.kept_back_layers]
    return [KeptBack(name=name, because=terms.kept_back_because.get(name, "")) for name in names]


def _credit(profile: Path | None, name: str) -> str:
    path = profile / f"{name}.geojson" if profile else None
    return str(json.loads(path.read_text()).get("credit", "")) if path and path.exists() else ""


def _once(found: Iterable[Credit]) -> Sequence[Credit]:
    return list(dict.fromkeys(found))
