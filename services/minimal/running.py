"""Minimal mode as a process: it listens, lets people decide, and delivers; nothing judges by itself.

Rules and models stand still, as what they had told before lies in the lost store: they would tell it again. Outlets are
not tidied either: what hangs there is no longer known, and may still be in force.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from services import alone, parts
from services.broker.embedded import BrokerError
from services.channels.mqtt.channel import Mqtt
from services.channels.mqtt.setting_up import city_login
from services.city import City, StartError
from services.clock import wall
from services.deliver import Deliver
from services.health import Health
from services.house import House
from services.ingest import Ingest
from services.loop import Loop
from services.minimal.journal import aboard, begin, folder_of
from services.minimal.site import Boat, make_site
from services.settings import Settings
from services.web.app import serve
from services.web.context import WebContext
from services.web.tls import CertificateError, OwnCertificate

log = structlog.get_logger()
_SERVICES = ("ingest", "deliver", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where its pages are, and since when it runs."""

    address: str
    since: datetime


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Minimal mode, from the journal's beginning, or its going on, to an orderly stop.

    Raises StartError, AlreadyRunningError (the hub still runs on this folder), StoreError, ArchiveError.
    """
    since = wall()
    with alone.hold(folder_of(settings)):  # nobody else goes on with the journal, or brings it in, while it begins
        await begin(settings, since)
    async with AsyncExitStack() as stack:
        house = await House.open(aboard(settings), _SERVICES, None, stack)
        ingest, trouble = await _listen(house)
        city = await house.city()
        _deliver(house, city)
        house.go()
        boat = Boat(folder=folder_of(settings), since=since, trouble=lambda: trouble or _silence(ingest))
        yield Running(address=await _show(house, city, ingest, boat), since=since)


async def _listen(house: House) -> tuple[Ingest | None, str]:
    """What comes in is shown; where nothing can, people go on without it, and know why."""
    try:
        found = await parts.ingest(house, stays=False)
    except (BrokerError, OSError) as error:
        log.error("minimal mode hears nothing", error=str(error))
        return None, f"受信できません：{error}"
    await parts.poll(house)
    return found.ingest, ""


def _silence(ingest: Ingest | None) -> str:
    told = ingest.health([]) if ingest else None
    return "" if told and told.get("broker") else "ブローカーにつながりません：観測と電文は届きません"


def _deliver(house: House, city: City) -> None:
    for channel in city.channels.values():
        if isinstance(channel, Mqtt):
            told = house.settings.broker
            channel.on(house.login or (city_login(told) if told else None))
        sender = Deliver(house.store, house.bell, house.clock, channel, meter=city.meters.get(channel.name))
        house.repeat(Loop(sender.name, sender.step, house.bell.listen("outbox"), house.pace, again=True))


async def _show(house: House, city: City, ingest: Ingest | None, boat: Boat) -> str:
    settings = house.settings
    context = WebContext(
        store=house.store,
        now=house.clock.now,
        ground=city.ground,
        city_name=settings.city.name,
        city_name_en=settings.city.name_en,
        public_exercise=settings.public_exercise,
        exercise=settings.exercise is not None,
        bell=house.bell,
        channels=tuple(city.channels),
        health=lambda: ingest.health([]) if ingest else Health(reasons=[boat.trouble()]),
        city=city,
        floor=city.floor,
        accounts=settings.accounts,
        callout=settings.callout,
        https=settings.web.secure,
        proxies=settings.web.behind,
        base_url=settings.web.base_url,
        offline=False,
    )
    where = settings.web
    try:
        tls = OwnCertificate(where.certificate, where.key).context if where.certificate and where.key else None
        runner = await serve(make_site(context, boat), where.host, where.port, tls)
    except CertificateError as error:
        raise StartError(str(error)) from error
    except OSError as error:
        taken = f"port {where.port} of {where.host} cannot be served ({error.strerror})"
        raise StartError(f"{taken}; the hub must be stopped while minimal mode runs") from error
    house.stack.push_async_callback(runner.cleanup)
    return f"http{'s' if tls else ''}://{where.host}:{runner.addresses[0][1]}"
