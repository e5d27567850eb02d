"""Setting it up in a house: the loop in one process at a time, the sending in any."""

from __future__ import annotations

from feeds.status import Status
from services.callout.outlet import Apprise
from services.house import House, leased
from services.loop import Loop
from services.residents.parts import address_of
from services.watch.loop import SENDS, Means, Watchover
from services.watch.sender import Sender
from services.watch.taking import BELL
from services.watch.vault import Vault


async def run(house: House) -> Watchover | None:
    """Start both loops with the house, where the settings have [watch]."""
    told = house.settings.watch
    if told is None:
        return None
    own = Status.EXERCISE if house.settings.exercise else Status.ACTUAL
    areas = (await house.city()).ground.areas
    once = await house.once(Watchover.name)
    means = Means(told=told, vault=Vault(told.keyring()), areas=areas, own=own)
    loop = Watchover(once, house.bell, house.clock, means)
    sender = Sender(house.store, house.clock, told, Apprise(), address_of(house.settings))
    house.stack.push_async_callback(sender.close)
    wake = house.bell.listen(BELL, "alerts")
    house.repeat(Loop(loop.name, leased(once, loop.step), wake, lambda: loop.EVERY, rest=0.5, again=True))
    house.repeat(Loop(sender.name, sender.step, house.bell.listen(SENDS), lambda: sender.EVERY, again=True, rest=0.1))
    return loop
