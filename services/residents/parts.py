"""Setting up what subscribers need in a house: the books of channels that tell them, letters, digests, forgetting."""

from __future__ import annotations

from collections.abc import Mapping

from services.channels.channel import Channel
from services.channels.mail.channel import Mail
from services.channels.push.channel import Push
from services.city import City
from services.clock import wall
from services.desks.subscriptions import Offer, Subscriptions, forget
from services.house import House, leased
from services.loop import Loop
from services.residents.book import ResidentsBook
from services.residents.digest import Digest, Post
from services.residents.letters import BELL, Letters
from services.residents.seal import Seal
from services.settings import Settings
from services.store import tellings
from services.store.engine import Store

_SWEEP = 600.0  # seconds


def offer(settings: Settings, store: Store, city: City) -> Offer | None:
    """What the pages offer; None where this hub has no subscribers."""
    told = settings.subscriptions
    if told is None:
        return None
    mail = _mail(city.channels)
    push = next((channel for channel in city.channels.values() if isinstance(channel, Push)), None)
    return Offer(
        desk=_desk(Seal(told.key), store, city, told.most),
        mail_from=mail.sender.address if mail else "",
        push_key=push.public_key if push else "",
        push_services=push.services if push else (),
        per_client=told.per_client,
        in_all=told.in_all,
        per_client_a_day=told.per_client_a_day,
        in_all_a_day=told.in_all_a_day,
    )


async def serve(house: House) -> None:
    """Everything but the deliveries themselves, which the outbox runs."""
    settings, city = house.settings, await house.city()
    told = settings.subscriptions
    if told is None:
        return
    seal, base_url = Seal(told.key), address_of(settings)
    for channel in city.channels.values():
        if isinstance(channel, Mail | Push):
            channel.book = ResidentsBook(house.store, seal, city.ground.areas, base_url)
    mail = _mail(city.channels)
    if mail is not None:
        mark = "【訓練】" if settings.exercise else ""
        letters = Letters(house.store, _desk(seal, house.store, city, told.most), mail, base_url, mark)
        house.repeat(Loop(letters.name, letters.step, house.bell.listen(BELL), lambda: letters.EVERY, again=True))
        post = Post(mail=mail, seal=seal, base_url=base_url)
        digest = Digest(house.store, post, told.digests, house.clock.now)
        once = await house.once(digest.name)
        step = leased(once, digest.step)
        house.repeat(Loop(digest.name, step, house.bell.listen(), lambda: digest.EVERY, again=True))

    async def sweep() -> bool:
        async with house.store.write() as connection:
            await tellings.forget(connection, wall())
        return await forget(house.store, wall())

    house.repeat(Loop("subscribers", sweep, house.bell.listen(), lambda: _SWEEP, again=True))


def address_of(settings: Settings) -> str:
    """Where others reach the pages."""
    return settings.web.address


def _desk(seal: Seal, store: Store, city: City, most: int) -> Subscriptions:
    return Subscriptions(store, seal, [area.code for area in city.ground.areas.of_kind("district")], most=most)


def _mail(channels: Mapping[str, Channel]) -> Mail | None:
    return next((channel for channel in channels.values() if isinstance(channel, Mail)), None)
