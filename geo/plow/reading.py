"""The city's network out of its files: layers of kind ``plow_road``, cut at junctions, with sections filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.area import Areas
from geo.geojson import ProfileError, read_geojson
from geo.layers.layer import Layer, read_layer
from geo.plow.fences import KINDS, Fence, Fences
from geo.plow.network import length_m
from geo.plow.pieces import Piece, named_pieces
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
    """Segments from junction to junction, with ids that importing the same map again does not change."""
    named = named_pieces(zone for layer in layers for zone in layer.zones)
    return [_segment(id_, piece, areas) for id_, piece in named.items()]


def _segment(id_: str, piece: Piece, areas: Areas) -> Segment:
    told = piece.zone.facts
    facts: dict[str, Any] = {name: value for name, value in told.items() if name not in {"id", "section", "sidewalk"}}
    return Segment(
        id=id_,
        geometry=piece.line,
        length_m=length_m(piece.line),
        section=str(told["section"] or "") or _section(piece.line, areas),
        sidewalk=piece.side,
        **facts,
    )


def _section(line: Any, areas: Areas) -> str:
    middle = line.interpolate(0.5, normalized=True)
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
