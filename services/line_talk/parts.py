"""Setting up the conversation by LINE in a house, where the settings have an account for it."""

from __future__ import annotations

from datetime import timedelta

from feeds.status import Status
from services.heard.door import Door
from services.house import House, leased
from services.line_talk.client import Client
from services.line_talk.loop import BELL, Talks
from services.line_talk.telling import Desk
from services.loop import Loop
from services.requests.offer import offered
from services.requests.street import Streets
from services.settings import Settings


async def serve(house: House) -> Talks | None:
    """The loop; None where nobody tells anything by LINE."""
    settings = house.settings
    if settings.line is None:
        return None
    client = Client(settings.line)
    house.stack.push_async_callback(client.close)
    once = await house.once(Talks.name)
    talks = Talks(once, (house.bell, house.clock), settings.line, client, await _desk(house, settings))
    house.repeat(Loop(Talks.name, leased(once, talks.step), house.bell.listen(BELL), lambda: Talks.EVERY, again=True))
    return talks


async def _desk(house: House, settings: Settings) -> Desk:
    services = offered(settings, Streets(await house.roads(), settings.plow.public_delay))
    return Desk(
        door=Door(services.desk if services else None, settings.reports.photo_days),
        catalog=services.catalog if services else None,
        areas=(await house.city()).ground.areas,
        city=(settings.city.name, settings.city.name_en),
        status=Status.EXERCISE if settings.exercise else Status.ACTUAL,
        base_url=settings.web.base_url.rstrip("/"),
        photos_kept=timedelta(days=settings.reports.photo_days),
        photo_likeness=settings.reports.photo_likeness,
    )
