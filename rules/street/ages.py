"""How long ago a road was done, in the classes of maps of plowing (Fukui prefecture: 1–3, 3–6, 6–12, 12–24 h)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

_BORDERS_H = (0, 1, 3, 6, 12, 24)
AGES = tuple(f"{low}-{high}" for low, high in pairwise(_BORDERS_H))  # hours


def age(done_at: datetime | None, now: datetime, delay: timedelta) -> str:
    """The class, or nothing: not done for a day, or so lately that it would tell where the plow is now."""
    if done_at is None:
        return ""
    since = now - done_at
    if since < delay:
        return ""
    hours = since / timedelta(hours=1)
    return next((name for name, (low, high) in zip(AGES, pairwise(_BORDERS_H), strict=True) if low <= hours < high), "")
