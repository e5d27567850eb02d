"""Passes of a long trace, a quarter of an hour at a time: what a new fix can change is worked out anew, no more.

The passes that begin in a quarter are a function of the fixes in it and ten minutes around it. So they can be replaced
as often as fixes come, in any order, and the quarters of a day never tell a pass twice or forget one (a run of more
than ten minutes over one segment excepted, which is told as far as ten minutes reach).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo.plow.network import Network
from geo.plow.passes import Pass
from geo.plow.spells import Spell, within
from geo.plow.track import Track
from geo.plow.work import Rules, work

BLOCK_S, MARGIN_S = 900, 600


class Quarter(NamedTuple):
    """What is stored of one quarter, and replaced when more of its fixes come."""

    passes: list[Pass]  # that began in it
    spells: list[Spell]  # cut at its ends


def touched(at: float) -> list[int]:
    """The quarters (their beginnings, seconds since 1970) whose passes a fix at this time may change."""
    first = math.floor((at - MARGIN_S) / BLOCK_S) * BLOCK_S
    last = math.floor((at + MARGIN_S) / BLOCK_S) * BLOCK_S
    return list(range(first, last + 1, BLOCK_S))


def span(block: int) -> tuple[float, float]:
    """The fixes that a quarter's passes are made of: from the first time to before the second."""
    return block - MARGIN_S, block + BLOCK_S + MARGIN_S


def worked(raw: Track, block: int, network: Network, rules: Rules) -> Quarter:
    """The passes that began in the quarter, and its time. ``raw`` may hold more fixes than are looked at."""
    begin, end = span(block)
    if not ((raw.at >= block) & (raw.at < block + BLOCK_S)).any():
        return Quarter([], [])  # as of the quarter that has not begun yet
    around = raw.take(np.asarray((raw.at >= begin) & (raw.at < end)))
    found = work(around, network, rules)
    began = [one for one in found.passes if block <= one.began < block + BLOCK_S]
    return Quarter(began, within(found.spells, block, block + BLOCK_S))
