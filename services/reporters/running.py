"""Setting the moving up in a house."""

from __future__ import annotations

from services.house import House, leased
from services.loop import Loop
from services.reporters.moving import Moving


async def move(house: House) -> Moving:
    """One process does it."""
    once = await house.once(Moving.name)
    job = Moving(once, keyed=house.store.keyring is not None)
    step = leased(once, job.step)
    house.repeat(Loop(job.name, step, house.bell.listen(), lambda: job.EVERY, again=True, rest=job.REST))
    return job
