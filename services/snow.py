"""Setting up snow removal in a house: positions to passes, orders, and requests that a plow settles."""

from __future__ import annotations

from services.house import House, leased
from services.loop import Loop
from services.orders.loop import Orders, Practice
from services.plow import Plow
from services.requests.follow import Follow
from services.requests.offer import catalog_of
from services.roads import Roads


async def run(house: House, roads: Roads | None) -> None:
    """Every loop of snow removal; ``roads`` None: the city has no network to match positions to."""
    if roads is not None:
        await _plow(house, roads)
    await _orders(house, roads)


async def _orders(house: House, roads: Roads | None) -> None:
    """When plows go out, where the profile has rules for it."""
    city, plow = await house.city(), house.settings.plow
    if not city.orders:
        return
    practice = Practice(rules=city.orders, patience=plow.patience, roads=roads)
    once = await house.once(Orders.name)
    loop = Orders(once, house.bell, house.clock, city.ground, practice)
    wake, pace = house.bell.listen("passes"), lambda: house.often(loop.EVERY)
    house.repeat(Loop(loop.name, leased(once, loop.step), wake, pace, rest=2.0))


async def _plow(house: House, roads: Roads) -> None:
    """Positions of plows to passes, where there is a network to match them to."""
    once, rings = await house.once(Plow.name), house.bell.listen()
    loop = Plow(once, house.bell, house.clock, roads)
    house.repeat(Loop(Plow.name, leased(once, loop.step), rings, lambda: house.often(loop.pause), again=True))
    await _follow(house)


async def _follow(house: House) -> None:
    """Requests of residents that a plow settles, where the city takes any."""
    catalog = catalog_of(house.settings)
    if catalog is None:
        return
    once = await house.once(Follow.name)
    codes, listen = [one.code for one in catalog.service if one.by_pass], house.bell.listen("passes")
    loop = Follow(once, house.clock, codes, house.settings.plow.public_delay)
    house.repeat(Loop(Follow.name, leased(once, loop.step), listen, lambda: house.often(60), again=True))
