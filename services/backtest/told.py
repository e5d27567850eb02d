"""A back-test told line by line."""

from __future__ import annotations

from collections.abc import AsyncIterator

from rules.alert import Alert, Approval
from services.backtest import lines
from services.backtest.asked import Asked, World, desks
from services.backtest.compare import compared
from services.backtest.desk import Said
from services.backtest.lines import Line
from services.backtest.run import run
from services.backtest.sight import Sight
from services.store import alerts


async def told(asked: Asked, world: World) -> AsyncIterator[Line]:
    """Every line, in the order in which things happened; what sums them up comes last."""
    sight = Sight(world.source(asked.status), asked.period)
    at_work = await desks(asked, world)
    yield lines.period(
        asked.start,
        asked.end,
        {
            "status": asked.status.value,
            "rules": [rule.id for rule in asked.rules[0]],
            "people": at_work[0].people.name,
            "step_s": asked.step.total_seconds(),
            "warm_up_h": asked.warm_up.total_seconds() / 3600,
        },
    )
    written: list[Alert] = []  # by the first desk
    async for at, place, event in run(sight, asked.period, at_work):
        if at >= asked.start:
            yield lines.of_event(event)
            if place == 0 and isinstance(event, Said) and _new(event):
                written.append(event.alert)
    for desk in at_work:
        for line in lines.held(desk):
            yield line
    if asked.compare_sent:
        async with world.store.read() as connection:
            stored = await alerts.between(connection, asked.status, asked.start, asked.end)
        differences, counts = compared(stored, written)
        for line in (*differences, counts):
            yield line


def _new(event: Said) -> bool:
    """A revision is written down, not decided upon."""
    return event.act == "proposed" or event.alert.approval is Approval.AUTO
