"""Muskingum routing: a flood wave comes down a reach later and lower (Chow, Maidment and Mays, 1988, ch. 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reach:
    """Coefficients of one reach at one step: outflow = c0 · inflow + c1 · inflow before + c2 · outflow before."""

    c0: float
    c1: float
    c2: float


def reach(travel: timedelta, weight: float, step: timedelta) -> Reach:
    """Coefficients from the travel time K (length / celerity), the weight X of the inflow (0 to 0.3) and the step.

    Raises ValueError where 2KX ≤ step ≤ 2K(1 − X) does not hold: a coefficient would be negative, and a rise upstream
    would lower the river downstream. Cut the reach in pieces for a shorter step, or take a longer one.
    """
    least, most = 2 * travel * weight, 2 * travel * (1 - weight)
    if weight < 0 or step <= timedelta(0) or not least <= step <= most:
        raise ValueError(f"a step of {step} does not suit this reach: between {least} and {most} is wanted")
    whole = most + step
    return Reach(c0=(step - least) / whole, c1=(step + least) / whole, c2=(most - step) / whole)


def route(inflow: Values, start: float, through: Reach) -> Values:
    """Outflow at each time of the inflow, shape (times,) and in its unit, from the first outflow on."""
    outflow = np.empty(len(inflow))
    last = start
    for i, now in enumerate(inflow):
        if i:
            last = through.c0 * float(now) + through.c1 * float(inflow[i - 1]) + through.c2 * last
        outflow[i] = last
    return outflow
