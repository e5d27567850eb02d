"""The review queue's own loop, set up in a house."""

from __future__ import annotations

from services.house import House, leased
from services.loop import Loop
from services.reports.loop import Queue

BELL = "reports"  # rung by what officers do


async def run(house: House) -> None:
    """Reports grow old, and what people set aside is taken back wherever it was told."""
    once = await house.once(Queue.name)
    loop = Queue(once, house.store, house.clock, await house.city())
    step, listen = leased(once, loop.step), house.bell.listen(BELL)
    house.repeat(Loop(Queue.name, step, listen, lambda: house.often(Queue.EVERY), again=True))
