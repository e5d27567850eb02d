"""A learned model asked now: of every gauge that has what the model needs, of all their thresholds at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import numpy as np

from geo.river.forecast import QUANTILES, RiverModel
from geo.river.levels import Array, Levels
from geo.river.signs import OWN_SLOPE, signs

Lack: TypeAlias = Literal["no_normal", "gaps"]
_SHOWN = tuple(QUANTILES.index(one) for one in (0.1, 0.5, 0.9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """One gauge, one lead: the quantiles 0.1, 0.5 and 0.9 of the level in metres; chances and warnings by threshold."""

    quantiles: tuple[float, float, float]
    chances: Mapping[str, float]
    warned: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretelling:
    """``gauges``: by code and hours of lead; ``lacking``: what the others are without. The leads count from ``at``."""

    at: datetime
    gauges: Mapping[str, Mapping[int, Foretold]]
    lacking: Mapping[str, Lack]


def foretell(model: RiverModel, levels: Levels, limits: Mapping[str, Mapping[str, float]]) -> Foretelling:
    """From the last row of ``levels`` on. ``limits``: thresholds in metres, by gauge and name; of no other gauges."""
    known, held = signs(levels)[-1], levels.held[-1]
    asked = {gauge.code: place for place, gauge in enumerate(levels.gauges) if gauge.code in limits}
    normal = np.array([gauge.normal for gauge in levels.gauges])
    lacking: dict[str, Lack] = {}
    for code, place in asked.items():
        if np.isnan(normal[place]):
            lacking[code] = "no_normal"
        elif np.isnan(held[place]) or np.isnan(known[place, OWN_SLOPE]):
            lacking[code] = "gaps"
    able = {code: place for code, place in asked.items() if code not in lacking}
    gauges = _of(model, able, known, held, limits) if able else {}
    return Foretelling(at=levels.time(len(levels.values) - 1), gauges=gauges, lacking=lacking)


def _of(
    model: RiverModel, able: Mapping[str, int], known: Array, held: Array, limits: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[int, Foretold]]:
    pairs = [(code, name, limit) for code in able for name, limit in limits[code].items()]
    gaps = np.array([limit - held[able[code]] for code, _, limit in pairs])
    chances = model.chances(known[[able[code] for code, _, _ in pairs]], gaps)
    places = list(able.values())
    found: dict[str, dict[int, Foretold]] = {code: {} for code in able}
    for hours, lead in sorted(model.leads.items()):
        ends = held[places, None] + model.rises(known[places], hours)[:, _SHOWN]
        of_gauge: dict[str, dict[str, float]] = {code: {} for code in able}
        warned: dict[str, set[str]] = {code: set() for code in able}
        for (code, name, _), gap, chance in zip(pairs, gaps, chances[hours], strict=True):
            of_gauge[code][name] = float(chance)
            if gap > 0 and chance >= lead.warn:
                warned[code].add(name)
        for code, (low, middle, high) in zip(able, ends, strict=True):
            found[code][hours] = Foretold(
                quantiles=(float(low), float(middle), float(high)),
                chances=of_gauge[code],
                warned=frozenset(warned[code]),
            )
    return found
