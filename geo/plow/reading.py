"""The city's network out of its files: layers of kind ``plow_road``, cut at junctions, with sections filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import shapely

from geo.area import Areas
from geo.geojson import ProfileError, read_geojson
from geo.layers.layer import Layer, Zone, read_layer
from geo.plow.fences import KINDS, Fence, Fences
from geo.plow.network import length_m
from geo.plow.noding import cut_at_junctions
from geo.plow.segment import Segment

KIND = "plow_road"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Everything that is known of where plows work."""

    segments: tuple[Segment, ...]
    fences: Fences
    demonstration: bool  # drawn for an exercise: no road of it exists


def read_drawn(profile: Path, imported: Path, areas: Areas) -> Drawn:
    """The layers imported into ``imported``; where there are none, those of the profile's ``network`` folder.

    Depots and dumps are the profile's ``fences.geojson`` in either case. Raises ProfileError or CrsError.
    """
    files = sorted(imported.glob("*.fgb")) or sorted((profile / "network").glob("*.geojson"))
    layers = [read_layer(file) for file in files]
    for layer, file in zip(layers, files, strict=True):
        if layer.kind != KIND:
            raise ProfileError(f"{file}: a layer of kind {layer.kind}; a network is of kind {KIND}")
    return Drawn(
        segments=tuple(segments_of(layers, areas)),
        fences=_fences(profile / "fences.geojson"),
        demonstration=any(layer.demonstration for layer in layers),
    )


def segments_of(layers: Iterable[Layer], areas: Areas) -> list[Segment]:
    """Segments from junction to junction.

    A segment keeps its own id where it has one, with -1, -2, … where it was cut; else the id is made of its place, so
    that importing the same map again changes no id. Of lines drawn twice the first is taken.
    """
    zones = [zone for layer in layers for zone in layer.zones]
    cut = [
        (zone, piece)
        for zone, pieces in zip(zones, cut_at_junctions([zone.geometry for zone in zones]), strict=True)
        for piece in pieces
    ]
    many, count = Counter(str(zone.facts["id"]) for zone, _ in cut), Counter[str]()
    found: dict[str, Segment] = {}
    for zone, piece in cut:
        own = str(zone.facts["id"] or "")
        count[own] += 1
        id_ = (f"{own}-{count[own]}" if many[own] > 1 else own) if own else _place_id(piece)
        found.setdefault(id_, _segment(id_, zone, piece, areas))
    return list(found.values())


def _place_id(piece: Any) -> str:
    return "r" + sha256(shapely.get_coordinates(piece).round(6).tobytes()).hexdigest()[:12]


def _segment(id_: str, zone: Zone, piece: Any, areas: Areas) -> Segment:
    facts: dict[str, Any] = {name: value for name, value in zone.facts.items() if name not in {"id", "section"}}
    return Segment(
        id=id_,
        geometry=piece,
        length_m=length_m(piece),
        section=str(zone.facts["section"] or "") or _section(piece, areas),
        **facts,
    )


def _section(piece: Any, areas: Areas) -> str:
    middle = piece.interpolate(0.5, normalized=True)
    return next((area.code for area in areas.at(middle.x, middle.y, "plow_section")), "")


def _fences(path: Path) -> Fences:
    if not path.exists():
        return Fences()
    found = []
    for feature in read_geojson(path, ("Polygon",)).features:
        kind = feature.text("kind")
        if kind not in KINDS:
            raise ProfileError(f"{feature.where}: kind {kind!r} is not in {', '.join(KINDS)}")
        found.append(Fence(code=feature.text("code"), name=feature.text("name"), kind=kind, geometry=feature.geometry))
    return Fences(found)


def kilometres(segments: Sequence[Segment], fact: str) -> dict[str, float]:
    """Length by what a fact says, such as ``administrator``; longest first."""
    total: Counter[str] = Counter()
    for segment in segments:
        total[str(getattr(segment, fact) or "none")] += segment.length_m / 1000  # type: ignore[assignment]
    return {name: round(km, 3) for name, km in total.most_common()}
