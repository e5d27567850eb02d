"""Setting the job up in a house."""

from __future__ import annotations

from services.archive.irreplaceable import FOLDER
from services.archive.job import Archive
from services.archive.known import Known
from services.archive.shelf import Shelf
from services.house import House, leased
from services.loop import Loop
from services.settings import Settings


def shelf_of(settings: Settings) -> Shelf:
    """Where the files lie, and how many there may be."""
    return Shelf(settings.data_dir / FOLDER, settings.open.archive_gb * 10**9)


async def archive(house: House) -> Archive | None:
    """One process makes them. Never in an exercise: what is played is no past of the city."""
    settings = house.settings
    if settings.exercise or not settings.open.archive:
        return None
    once, city = await house.once(Archive.name), await house.city()
    known = Known.of(
        city.ground, settings.open, settings.public_forecasts, await house.roads(), settings.plow.public_delay
    )
    job = Archive(once, house.clock, shelf_of(settings), known, settings.retention)
    step = leased(once, job.step)
    house.repeat(Loop(job.name, step, house.bell.listen(), lambda: job.EVERY, again=True, rest=job.REST))
    return job
