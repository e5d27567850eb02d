"""Places to flee to (指定緊急避難場所), as the national list gives them."""

from __future__ import annotations

from dataclasses import dataclass

from geo.layers.layer import Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelter:
    """One place, the hazards it is designated for, and the limits that people must be told (``note``)."""

    code: str  # 共通ID
    name: str
    address: str
    lon: float
    lat: float
    hazards: frozenset[str]
    note: str = ""


def shelters_in(layer: Layer) -> list[Shelter]:
    """The emergency sites of an imported layer; centres to stay in (指定避難所) are another list and left out."""
    return [
        Shelter(
            code=str(zone.facts.get("code") or ""),
            name=str(zone.facts["name"]),
            address=str(zone.facts.get("address") or ""),
            lon=zone.geometry.x,
            lat=zone.geometry.y,
            hazards=frozenset(str(zone.facts.get("hazards") or "").split(",")) - {""},
            note=str(zone.facts.get("note") or ""),
        )
        for zone in layer.zones
        if zone.facts.get("designation") == "emergency"
    ]
