"""Water in the snow pack from its depth alone, as HS2SWE of the SLF reckons it: layers that settle under their load.

After Martinec and Rango (1991) and Sturm and Holmgren (1998), with the parameters that the SLF published. One gap-free
reading a day, at the same hour. It is the value to use; :mod:`geo.snow.water_delta` is the low bound beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]

_G = 9.81  # m/s²
_DAY = 86_400.0  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """Parameters of the SLF's published model; densities in kg/m³."""

    new: float = 113.7
    densest: float = 571.6
    viscosity: float = 6.051e7  # η, Pa s
    stiffening: float = 0.018  # c5, m³/kg
    ageing: float = 2.8e-6  # c1, 1/s
    ageing_fades: float = 0.046  # c3, m³/kg
    snowfall_cm: float = 2.0  # a rise above the settled pack that is new snow, not a settling guessed wrong
    most_tenths: int = (
        51  # settling is tried up to 5.1 times faster or slower: the published model passes 5 by one step
    )


SLF = Settling()


@dataclass(frozen=True, slots=True)
class Pack:
    """Layers, the lowest first: thickness in cm and density in kg/m³, each of shape (layers,)."""

    thickness: Values = field(default_factory=lambda: np.empty(0))
    density: Values = field(default_factory=lambda: np.empty(0))

    @property
    def depth_cm(self) -> float:
        return float(self.thickness.sum())

    @property
    def swe_mm(self) -> float:
        """Water equivalent in mm, which is kg/m²."""
        return float((self.thickness * self.density).sum() / 100)


BARE = Pack()


def hs2swe(depths_cm: Iterable[float], settling: Settling = SLF) -> Iterator[Pack]:
    """The pack after each day. Raises ValueError for a depth that is missing, infinite or negative: fill gaps first."""
    pack = BARE
    for depth in depths_cm:
        pack = step(pack, depth, settling)
        yield pack


def step(pack: Pack, depth_cm: float, settling: Settling = SLF) -> Pack:
    """Today's pack from yesterday's and today's depth in cm."""
    if not 0 <= depth_cm < float("inf"):
        raise ValueError(f"a depth of {depth_cm} cm: every day needs one, none negative")
    if depth_cm == 0:
        return BARE
    if not len(pack.thickness):  # a layer without thickness at the bottom stands for the ground
        return Pack(np.array([0.0, depth_cm]), np.array([settling.densest, settling.new]))
    settled = _settled(pack, 1.0, settling)
    if depth_cm > settled.depth_cm + settling.snowfall_cm:
        fresh = depth_cm - settled.depth_cm
        return Pack(np.append(settled.thickness, fresh), np.append(settled.density, settling.new))
    matched = _matched(pack, settled, depth_cm, settling)
    # Settling slower may overshoot by a little: that is no melt, and the mass stays.
    return matched if depth_cm >= settled.depth_cm else _cut(matched, depth_cm)


def _settled(pack: Pack, factor: float, settling: Settling) -> Pack:
    """Every layer denser by a day under what lies above it, ``factor`` times as fast as reckoned; no mass is lost."""
    mass = pack.thickness * pack.density / 100
    above = mass[::-1].cumsum()[::-1] - mass
    creep = above * _G / (settling.viscosity * np.exp(settling.stiffening * pack.density))
    ageing = settling.ageing * np.exp(-settling.ageing_fades * np.maximum(0.0, pack.density - settling.new))
    grown = pack.density * (1 + factor * _DAY * (creep + ageing))
    density = np.minimum(grown, settling.densest)
    return Pack(pack.thickness * pack.density / density, density)


def _matched(pack: Pack, settled: Pack, depth_cm: float, settling: Settling) -> Pack:
    """Settle slower or faster, in steps of a tenth, until the depth that was measured is reached or crossed."""
    slower = depth_cm > settled.depth_cm
    tenths = 10
    while (settled.depth_cm < depth_cm) if slower else (settled.depth_cm > depth_cm):
        if tenths >= settling.most_tenths or settled.density.mean() >= settling.densest:
            break
        tenths += 1
        settled = _settled(pack, 10 / tenths if slower else tenths / 10, settling)
    return settled


def _cut(pack: Pack, depth_cm: float) -> Pack:
    """What still stands too high has melted, from the top; a layer that is gone stays with no thickness."""
    below = pack.thickness.cumsum() - pack.thickness
    return Pack(np.clip(depth_cm - below, 0.0, pack.thickness), pack.density)
