"""What the hazard maps say of one home: for the order in which a desk asks after people, never as "safe"."""

from __future__ import annotations

from dataclasses import dataclass

from geo.depths import DEPTHS
from geo.exposure import rank_of_zone
from geo.model import Ground
from rules.watch.ward import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """``depth_rank`` 1–6 of flooding, 0: none drawn; ``red``, ``yellow``: 土砂災害特別警戒区域, 警戒区域."""

    known: bool  # False: the home is not on the map
    depth_rank: int = 0
    red: bool = False
    yellow: bool = False

    @property
    def gravity(self) -> tuple[bool, int, bool, bool]:
        """The larger the worse. An unknown place comes first: nobody can say that it is safe."""
        return not self.known, 7 if self.red else self.depth_rank, self.yellow, self.depth_rank > 0

    @property
    def ja(self) -> str:
        """洪水 3～5 m・土砂 特別警戒区域."""
        if not self.known:
            return "場所が不明"
        low, high = DEPTHS.get(self.depth_rank, (0.0, None))
        deep = f"洪水 {low:g}～{high:g} m" if high is not None else f"洪水 {low:g} m 以上"
        slide = "土砂 特別警戒区域" if self.red else "土砂 警戒区域" if self.yellow else ""
        return "・".join(part for part in (deep if self.depth_rank else "", slide) if part) or "区域の指定なし"


def exposed(ground: Ground, home: Home) -> Exposed:
    """The deepest flood rank of any layer and scenario at the home, and the landslide zones that hold it."""
    if home.lon is None or home.lat is None:
        return Exposed(known=False)
    flood = [zone for layer in ground.layers.of_kind("flood") for zone in layer.at(home.lon, home.lat)]
    slide = [zone for layer in ground.layers.of_kind("landslide") for zone in layer.at(home.lon, home.lat)]
    drawn = {str(zone.facts.get("zone", "")) for zone in slide}
    return Exposed(
        known=True,
        depth_rank=max((rank_of_zone(zone.facts) for zone in flood), default=0),
        red=any(one.startswith("red") for one in drawn),
        yellow=any(one.startswith("yellow") for one in drawn),
    )
