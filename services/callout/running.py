"""Calling staff, set up in a house: the watch in one process at a time, the sending in any."""

from __future__ import annotations

from collections.abc import Callable

from feeds.status import Status
from services.callout.caller import Caller
from services.callout.desk import BELL
from services.callout.last_resort import LastResort
from services.callout.outlet import Apprise
from services.callout.watch import Hub, Watch
from services.health import Health
from services.house import House, leased
from services.loop import Loop


async def run(house: House, line: Callable[[], Health]) -> None:
    """Start both loops with the house. ``line`` is the health of all processes."""
    settings = house.settings
    once = await house.once(Watch.name)
    own = Status.EXERCISE if settings.exercise else Status.ACTUAL
    hub = Hub(faults=lambda: line().get("reasons", []), channels=settings.channels.keys(), plow=settings.plow, own=own)
    watch = Watch(once, house.bell, house.clock, settings.callout, hub)
    where = settings.web.address
    outlet = Apprise()
    caller = Caller(house.store, house.bell, house.clock, settings.callout, outlet, where)
    last = LastResort(leased(once, watch.step), house.clock, settings.callout, outlet, own)
    house.stack.push_async_callback(caller.close)
    wakes = ("alerts", "deliveries", "orders", "reports")
    house.repeat(Loop(watch.name, last.step, house.bell.listen(*wakes), lambda: watch.EVERY, rest=0.5))
    house.repeat(Loop(caller.name, caller.step, house.bell.listen(BELL), lambda: caller.EVERY))
