"""The contractors of the snow morning: they answer orders by the link they were sent, as from a phone, and send plows.

Where the demonstration network lies their machines are tracked, and the hub sees beginning and end by itself; of all
other sections they tell both by the link. While the first machine warms up a resident asks for their street.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import ClientSession

from rules.orders.life import Order
from services.clock import CatchUpClock
from tests.exercise.officer import Mail
from tests.exercise.plows import SECTION, WAITS_LONGEST, WAYS, drive
from tests.exercise.scenario import Play

Publish = Callable[[Play], Awaitable[None]]
_WARM_UP, _WORK = timedelta(minutes=10), timedelta(minutes=70)
RESIDENT = {
    "service_code": "SNOW_NOT_PLOWED",
    "long": str(WAITS_LONGEST[0]),
    "lat": str(WAITS_LONGEST[1]),
    "description": "家の前の道がまだ雪に埋まっています。8時にデイサービスの迎えが来ます。",
    "attribute[ROAD]": "street",
    "attribute[CARE]": "yes",
}


@dataclass(frozen=True)
class Hub:
    """Where it is, and the key of the application that residents use."""

    address: str
    resident_key: str


class Contractor:
    """Reads the ``mail`` of the desk; ``publish`` sends a message of the gateway at its time."""

    def __init__(self, clock: CatchUpClock, hub: Hub, mail: Mail, publish: Publish) -> None:
        self._clock, self._hub, self._mail, self._publish = clock, hub, mail, publish

    async def watch(self) -> None:
        """Work off what comes, each order for itself."""
        async with ClientSession(self._hub.address, raise_for_status=True) as session, asyncio.TaskGroup() as group:
            while True:
                order, token = await self._mail.get()
                group.create_task(self._round(session, order, token))

    async def _round(self, session: ClientSession, order: Order, token: str) -> None:
        tracked = order.section == SECTION
        await self._answer(session, token, "acknowledge", vehicles=len(WAYS) if tracked else 2)
        if not tracked:
            await self._after(_WARM_UP)
            await self._answer(session, token, "start")
            await self._after(_WORK)
            await self._answer(session, token, "finish")
            return
        await self._ask(session)
        for play in drive(self._clock.now() + _WARM_UP):
            await self._publish(play)

    async def _answer(self, session: ClientSession, token: str, act: str, vehicles: int | None = None) -> None:
        form = {"t": token, "act": act} | ({} if vehicles is None else {"vehicles": str(vehicles)})
        async with session.post("/snow-order", data=form):
            """The page that comes back is for people."""

    async def _ask(self, session: ClientSession) -> None:
        async with session.post("/open311/v2/requests.json", data={**RESIDENT, "api_key": self._hub.resident_key}):
            """The number that comes back is shown on the pages of the desk, too."""

    async def _after(self, time: timedelta) -> None:
        await asyncio.sleep(self._clock.real_seconds_until(self._clock.now() + time))
