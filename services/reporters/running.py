"""Setting the moving up in a house."""

from __future__ import annotations

from services.house import House, leased
from services.loop import Loop
from services.reporters.moving import Moving


async def move(house: House) -> Moving:
    """One process does it."""
    once = await house.once(Moving.name)
    ring, wanted = house.store.keyring, "key" in house.settings.reporters.model_fields_set
    ids = ring.ids if ring else frozenset() if wanted else None
    job = Moving(once, keyed=ring is not None, ids=ids)
    step = leased(once, job.step)
    house.repeat(Loop(job.name, step, house.bell.listen(), lambda: job.EVERY, again=True, rest=job.REST))
    return job
