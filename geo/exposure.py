"""What a flood layer says about an area: how deep, and which shelters stand inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from geo.area import Area
from geo.depths import DEPTHS
from geo.layers.layer import Layer
from geo.model import Ground
from geo.shelter import Shelter


@dataclass(frozen=True, slots=True)
class Exposure:
    """An area under the flood layers. Rank 0: outside the published zones, which does not mean safe."""

    depth_rank: int
    layers: tuple[str, ...]
    credits: tuple[str, ...]
    shelters_inside: tuple[Shelter, ...]

    @property
    def depth_min_m(self) -> float:
        return DEPTHS[self.depth_rank][0]

    @property
    def depth_max_m(self) -> float | None:
        return DEPTHS[self.depth_rank][1]


def exposure(ground: Ground, area: Area) -> Exposure:
    """The deepest rank over all flood layers within the area, and the area's shelters that stand in a zone."""
    layers = [layer for layer in ground.layers.of_kind("flood") if deepest(layer, area.geometry)]
    inside = [
        shelter
        for shelter in _shelters_of(ground.shelters, area)
        if any(layer.at(shelter.lon, shelter.lat) for layer in layers)
    ]
    return Exposure(
        depth_rank=max((deepest(layer, area.geometry) for layer in layers), default=0),
        layers=tuple(layer.name for layer in layers),
        credits=tuple(dict.fromkeys(layer.credit for layer in layers if layer.credit)),
        shelters_inside=tuple(inside),
    )


# Areas and layers change only when the profile is loaded anew, the answer is asked for at every reading, and on the
# national layer it costs milliseconds: so it is kept. A layer is its own key, being never changed.
@lru_cache(maxsize=4096)
def deepest(layer: Layer, geometry: BaseGeometry) -> int:
    """The deepest rank of a flood layer inside the geometry, 0 for none; a shared border alone does not count."""
    zones = [zone for zone in layer.touching(geometry) if not shapely.touches(zone.geometry, geometry)]
    return max((_rank(zone.facts.get("depth_rank")) for zone in zones), default=0)


def _rank(value: object) -> int:
    return value if isinstance(value, int) else 0


def _shelters_of(shelters: Sequence[Shelter], area: Area) -> Iterable[Shelter]:
    return [s for s in shelters if shapely.intersects_xy(area.geometry, s.lon, s.lat)]
