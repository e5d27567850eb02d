"""Setting the job up in a house."""

from __future__ import annotations

from services.house import House, leased
from services.loop import Loop
from services.retention.job import Retention


async def keep(house: House) -> Retention | None:
    """One process does it. Never in an exercise, whose clock runs through years: its store goes as a whole."""
    if house.settings.exercise:
        return None
    once = await house.once(Retention.name)
    job = Retention(once, house.clock, house.settings)
    step = leased(once, job.step)
    house.repeat(Loop(job.name, step, house.bell.listen(), lambda: job.EVERY, again=True, rest=job.REST))
    return job
