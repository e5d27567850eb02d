"""The listeners, set up in a house: a loop for each source, so that one that hangs never holds the others."""

from __future__ import annotations

import asyncio

from feeds.social.post import Ourselves
from geo.heard.matching import Matcher
from services.city import load_places
from services.configuration.listening import MastodonStream, XSearch
from services.house import House, leased
from services.listening.asking import Door, open_session
from services.listening.bluesky import Bluesky
from services.listening.book import load_book, queries_of
from services.listening.keeper import Keeper
from services.listening.mastodon import Mastodon
from services.listening.stream import Provider, StreamListener
from services.listening.xsearch import XListener
from services.loop import Loop
from services.store import leads


async def run(house: House) -> None:
    """Listen to what the settings name; nothing where they name nobody. Raises StartError."""
    wanted = house.settings.listening
    if not wanted.sources:
        return
    ground = await asyncio.to_thread(load_places, house.settings)
    book = load_book(house.settings, ground)
    keeper = Keeper(Matcher(book), wanted.status, wanted.kept)
    if wanted.x:
        await _ask_x(house, wanted.x, keeper, queries_of(house.settings, book))
    for provider in _streams(house):
        await _listen(house, provider, keeper)


async def _ask_x(house: House, wanted: XSearch, keeper: Keeper, queries: list[str]) -> None:
    once = await house.once(XListener.name)
    listener = XListener(
        store=once,
        clock=house.clock,
        settings=wanted,
        keeper=keeper,
        door=_door(house, "X", wanted.timeout_s, wanted.bearer.get_secret_value()),
        queries=queries,
        urgent_level=house.settings.listening.urgent_level,
        ours=Ourselves.of([*wanted.own, _own_number(house)]),
    )
    house.repeat(Loop(listener.name, leased(once, listener.step), house.bell.listen(), listener.pace))


def _streams(house: House) -> list[Provider]:
    wanted, found = house.settings.listening, list[Provider]()
    if wanted.mastodon:
        found += _of_mastodon(house, wanted.mastodon)
    if wanted.bluesky:
        door = _door(house, "Bluesky", wanted.bluesky.timeout_s)
        found.append(Bluesky(url=wanted.bluesky.url, door=door, ours=Ourselves.of(wanted.bluesky.own)))
    return found


def _of_mastodon(house: House, wanted: MastodonStream) -> list[Mastodon]:
    door = _door(house, "Mastodon", wanted.timeout_s, wanted.token.get_secret_value())
    ours = Ourselves.of(wanted.own)
    return [Mastodon(settings=wanted, door=door, ours=ours, tag=tag) for tag in wanted.tags or ("",)]


async def _listen(house: House, provider: Provider, keeper: Keeper) -> None:
    once = await house.once(f"listen:{provider.name}")
    listener = StreamListener(store=once, clock=house.clock, keeper=keeper, provider=provider)
    house.stack.push_async_callback(listener.close)
    step = leased(once, listener.step)
    house.repeat(Loop(listener.name, step, house.bell.listen(), listener.pace, again=True))


def forget(house: House) -> None:
    """Delete leads on time, also where nobody listens any more."""

    async def step() -> bool:
        wanted = house.settings.listening
        async with house.store.write() as connection:
            return bool(await leads.forget(connection, house.clock.now(), wanted.kept, wanted.x_kept))

    house.repeat(Loop("forget leads", step, house.bell.listen(), lambda: 600.0))


def _door(house: House, title: str, timeout_s: float, secret: str = "") -> Door:
    session = open_session(f"shirase (+{house.settings.city.web})", timeout_s)
    house.stack.push_async_callback(session.close)
    return Door(session, title, secret)


def _own_number(house: House) -> str:
    """Of the account that posts: X's access tokens begin with it."""
    token = house.settings.channels.get("x", {}).get("access_token", "")
    return token.partition("-")[0] if isinstance(token, str) else ""
