"""Water in the snow pack from its depth alone, by the ΔSNOW model (Winkler et al., HESS 25, 1165, 2021).

It needs no other data than one depth a day and, on measured days, runs low: use it as the low bound beside
:mod:`geo.snow.water`. Water leaves the pack only when nothing can be pressed any denser.
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
_TRACE_M = 1e-6  # less is no snow, and would divide nothing by nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaSnow:
    """The parameters calibrated in the paper; densities in kg/m³."""

    new: float = 81.19417
    densest: float = 401.2588
    viscosity: float = 8_523_356.0  # η0, Pa s
    stiffening: float = 0.02993175  # k, m³/kg
    pressed: float = 0.0005104722  # c_ov, 1/Pa
    pressed_fades: float = 0.37856737  # k_ov
    dead_band_m: float = 0.02362476  # τ: a smaller difference is the measurement's, or a settling guessed wrong


PAPER = DeltaSnow()


@dataclass(frozen=True, slots=True)
class DeltaPack:
    """Layers, the lowest first: thickness in m and mass in kg/m², each of shape (layers,)."""

    thickness: Values = field(default_factory=lambda: np.empty(0))
    mass: Values = field(default_factory=lambda: np.empty(0))

    @property
    def depth_m(self) -> float:
        return float(self.thickness.sum())

    @property
    def swe_mm(self) -> float:
        """Water equivalent in mm, which is kg/m²."""
        return float(self.mass.sum())


BARE = DeltaPack()


def delta_snow(depths_cm: Iterable[float], parameters: DeltaSnow = PAPER) -> Iterator[DeltaPack]:
    """The pack after each day. Raises ValueError for a depth that is missing, infinite or negative: fill gaps first."""
    pack = BARE
    for depth in depths_cm:
        pack = step(pack, depth, parameters)
        yield pack


def step(pack: DeltaPack, depth_cm: float, parameters: DeltaSnow = PAPER) -> DeltaPack:
    """Today's pack from yesterday's and today's depth in cm."""
    if not 0 <= depth_cm < float("inf"):
        raise ValueError(f"a depth of {depth_cm} cm: every day needs one, none negative")
    depth = depth_cm / 100
    if depth < _TRACE_M:
        return BARE
    if not pack.depth_m:
        return DeltaPack(np.array([depth]), np.array([depth * parameters.new]))
    settled = _settled(pack, parameters)
    excess = depth - settled.depth_m
    if excess > parameters.dead_band_m:
        return _snowed_on(settled, depth, parameters)
    if excess < -parameters.dead_band_m:
        return _melted(settled, depth, parameters)
    return _rescaled(pack, depth, parameters)


def _settled(pack: DeltaPack, parameters: DeltaSnow) -> DeltaPack:
    """A day under the load of what lies above, the layer's own included."""
    load = pack.mass[::-1].cumsum()[::-1]
    density = pack.mass / pack.thickness
    strain = load * _G * _DAY / parameters.viscosity * np.exp(-parameters.stiffening * density)
    return DeltaPack(np.maximum(pack.thickness / (1 + strain), pack.mass / parameters.densest), pack.mass)


def _snowed_on(pack: DeltaPack, depth: float, parameters: DeltaSnow) -> DeltaPack:
    """New snow presses the old at once, and fills up to the depth that was measured."""
    load = (depth - pack.depth_m) * parameters.new * _G
    density = pack.mass / pack.thickness
    room = np.maximum(parameters.densest - density, 1e-9)  # at the densest nothing gives way any more
    strain = parameters.pressed * load * np.exp(-parameters.pressed_fades * density / room)
    pressed = np.maximum((1 - strain) * pack.thickness, pack.mass / parameters.densest)
    fresh = depth - float(pressed.sum())
    return DeltaPack(np.append(pressed, fresh), np.append(pack.mass, fresh * parameters.new))


def _rescaled(pack: DeltaPack, depth: float, parameters: DeltaSnow) -> DeltaPack:
    """As measured: yesterday's layers keep their mass; what one cannot hold moves into the others, from the top."""
    thickness = pack.thickness * (depth / pack.depth_m)
    most = thickness * parameters.densest
    mass = np.minimum(pack.mass, most)
    homeless = float(pack.mass.sum() - mass.sum())
    room = (most - mass)[::-1]
    before = room.cumsum() - room
    taken = np.clip(homeless - before, 0.0, room)[::-1]
    return DeltaPack(thickness, mass + taken)


def _melted(pack: DeltaPack, depth: float, parameters: DeltaSnow) -> DeltaPack:
    """Layers are pressed to the densest from the top down; what then still stands too high has run off."""
    least = pack.mass / parameters.densest
    give = (pack.thickness - least)[::-1]
    before = give.cumsum() - give
    given = np.clip(pack.depth_m - depth - before, 0.0, give)[::-1]
    thickness = pack.thickness - given
    kept = min(1.0, depth / float(thickness.sum()))
    return DeltaPack(thickness * kept, pack.mass * kept)
