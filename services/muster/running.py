"""Musters, set up in a house: the watch in one process at a time, the sending in any."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from services.callout.outlet import Apprise
from services.house import House, leased
from services.loop import Loop
from services.muster.outlets import Outlets
from services.muster.sender import BELL, Sender
from services.muster.watch import Watch


async def run(house: House) -> None:
    """Start both loops with the house; nothing where there is no [muster]."""
    told = house.settings.muster
    if told is None:
        return
    rules = (await house.city()).muster
    once = await house.once(Watch.name)
    watch = Watch(once, house.bell, house.clock, rules)
    web = house.settings.web
    where = (house.settings.city.name, web.address)
    outlets = Outlets(told, Apprise(threads=ThreadPoolExecutor(told.at_once, thread_name_prefix="muster")))
    sender = Sender(house.store, house.bell, house.clock, told, outlets, where)
    house.stack.push_async_callback(sender.close)
    wakes = house.bell.listen("hazards", "alerts", BELL)
    house.repeat(Loop(watch.name, leased(once, watch.step), wakes, lambda: watch.EVERY, again=True, rest=0.5))
    house.repeat(Loop(sender.name, sender.step, house.bell.listen(BELL), lambda: sender.EVERY, again=True))
