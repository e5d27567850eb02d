"""The run: time goes from instant to instant, models look, every desk decides. By the functions of the live hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from services.backtest.desk import Desk, Event
from services.backtest.sight import Period, Sight

Happening = tuple[datetime, int, Event]  # when, at which desk, what
_LEAST = timedelta(microseconds=1)


async def run(sight: Sight, period: Period, desks: Sequence[Desk]) -> AsyncIterator[Happening]:
    """Everything that happens at the desks from the start of the period to its end, in order."""
    now = period.start
    looks_at = now
    while now <= period.end:
        if now >= looks_at:
            await sight.look(now)
            looks_at = await sight.next_look(now)
        for place, desk in enumerate(desks):
            for event in desk.decide(now, sight.picture, sight.taken_back):
                yield now, place, event
        timers = [at for desk in desks if (at := desk.due(now, sight.picture)) is not None]
        now = max(now + _LEAST, min([looks_at, *timers]))
