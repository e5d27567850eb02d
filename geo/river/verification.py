"""A river model on levels that it has not seen: its forecasts hour by hour, and their scores beside two baselines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from geo.river.damped import rise
from geo.river.forecast import QUANTILES, RiverModel, quantile_score
from geo.river.levels import Array, Levels
from geo.river.outcomes import outcome
from geo.river.rows import UP
from geo.river.signs import OWN_SLOPE, signs
from geo.river.skill import Skill, brier_skill, contingency, skill_against

_SHOWN = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """All forecasts of one lead: a row an issue time and gauge. Metres."""

    lead: int
    row: np.ndarray
    column: np.ndarray
    level: Array
    threshold: Array
    chance: Array
    warn: np.ndarray
    rises: Array  # (rows, quantiles)
    damped: Array  # the level that a damped slope foretells

    def lines(self, levels: Levels) -> Iterator[tuple[datetime, str, list[float], int]]:
        """Time, gauge, [level, threshold, chance, q10, q50, q90] and warn, for a file."""
        shown = [QUANTILES.index(one) for one in _SHOWN]
        for place in range(len(self.row)):
            level = float(self.level[place])
            told = [level, float(self.threshold[place]), float(self.chance[place])]
            quantiles = [level + float(self.rises[place, one]) for one in shown]
            row, column = int(self.row[place]), int(self.column[place])
            yield levels.time(row), levels.gauges[column].code, [*told, *quantiles], int(self.warn[place])


def issue(model: RiverModel, levels: Levels, thresholds: Mapping[str, float]) -> list[Issued]:
    """A forecast at every full hour at which a gauge has a level, for every lead. ``thresholds`` in metres by gauge."""
    known = signs(levels)
    limits = np.array([thresholds[gauge.code] for gauge in levels.gauges])
    row, column = np.nonzero(~np.isnan(levels.values) & levels.on_the_hour[:, None])
    level, asked, threshold = levels.values[row, column], known[row, column], limits[column]
    chances = model.chances(asked, threshold - level)
    slope = np.nan_to_num(asked[:, OWN_SLOPE])
    return [
        Issued(
            lead=lead,
            row=row,
            column=column,
            level=level,
            threshold=threshold,
            chance=chances[lead],
            warn=(chances[lead] >= model.leads[lead].warn) & (level < threshold),
            rises=model.rises(asked, lead),
            damped=level + rise(slope, lead),
        )
        for lead in sorted(model.leads)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Forecasts of one lead beside what came: events of gauges below their threshold, levels of those that are up."""

    lead: int
    happened: np.ndarray
    warned: np.ndarray
    chance: Array
    extrapolated: np.ndarray
    score: Array  # of the quantiles, metres
    stays: Array  # error of persistence
    damped: Array  # error of the damped slope
    inside: np.ndarray  # the 80 % interval


def tried(issued: Issued, levels: Levels) -> Tried:
    """An event is a threshold reached on the way by a gauge that stands below it."""
    came = outcome(levels, issued.lead)
    highest, end = came.highest[issued.row, issued.column], came.end[issued.row, issued.column]
    below = (issued.level < issued.threshold) & ~np.isnan(highest)
    normal = np.array([gauge.normal for gauge in levels.gauges])[issued.column]
    up = (issued.level >= normal + UP) & ~np.isnan(end)
    foretold, ends = issued.level[up, None] + issued.rises[up], end[up]
    low, high = (foretold[:, QUANTILES.index(one)] for one in (0.1, 0.9))
    return Tried(
        lead=issued.lead,
        happened=(highest >= issued.threshold)[below],
        warned=issued.warn[below],
        chance=issued.chance[below],
        extrapolated=(issued.damped >= issued.threshold)[below],
        score=quantile_score(ends, foretold),
        stays=np.abs(ends - issued.level[up]),
        damped=np.abs(ends - issued.damped[up]),
        inside=(ends >= low) & (ends <= high),
    )


def scores(parts: Sequence[Tried]) -> dict[str, Any]:
    """One line of the table, of all ``parts`` together; they are of one lead."""
    whole = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in Tried.__slots__ if name != "lead"
    }
    happened, extrapolated, stays = whole["happened"], whole["extrapolated"], whole["stays"]
    never = np.zeros(len(happened), dtype=bool)
    model = _skill(happened, whole["warned"], whole["chance"], skill_against(whole["score"], stays))
    coverage = float(whole["inside"].mean()) if len(whole["inside"]) else None
    damped = _skill(happened, extrapolated, extrapolated.astype(float), skill_against(whole["damped"], stays))
    return {
        "lead_h": parts[0].lead,
        "n": len(happened),
        "events": int(happened.sum()),
        **replace(model, coverage80=coverage).told(),
        "baseline": {
            "persistence": _skill(happened, never, never.astype(float), 0.0).told(),
            "extrapolation": damped.told(),
        },
    }


def _skill(happened: np.ndarray, warned: np.ndarray, chances: Array, crpss: float | None) -> Skill:
    pod, far, csi = contingency(happened, warned)
    return Skill(pod=pod, far=far, csi=csi, bss=brier_skill(happened, chances), crpss=crpss, coverage80=None)
