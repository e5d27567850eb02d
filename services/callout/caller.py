"""The caller: sends the messages that the watch wrote down, several at once, so that a mail server that hangs holds
nobody else's telephone.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

import structlog
from prometheus_client import Counter

from services.bell import Bell
from services.callout.desk import BELL
from services.callout.message import message
from services.callout.outlet import MOST_AT_ONCE, Outlet, Result
from services.callout.roster import Callout
from services.clock import Clock
from services.store import call_sends, calls
from services.store.call_sends import Send, SendState
from services.store.engine import Store
from services.under_way import LATE, UnderWay

log = structlog.get_logger()
SENDS = Counter("shirase_callout_messages_total", "Messages to staff by what became of them", ["outcome"])


class Caller:
    """Works off ``call_sends``. Several processes may: each message is claimed by one."""

    name = "callout:send"
    EVERY = 1.0  # seconds

    def __init__(self, store: Store, bell: Bell, clock: Clock, callout: Callout, outlet: Outlet, base_url: str) -> None:
        self._store, self._bell, self._clock, self._callout = store, bell, clock, callout
        self._outlet, self._base_url = outlet, base_url
        self._under_way = UnderWay(MOST_AT_ONCE)

    async def step(self) -> bool:
        """Claim what is due and start sending it; True where there was anything. Does not wait for the answers."""
        now, room = self._clock.now(), self._under_way.room
        async with self._store.read() as connection:
            if room <= 0 or not await call_sends.needs_work(connection, now):
                return False
        async with self._store.hold() as connection:
            claimed = await call_sends.claim(connection, now, room, self._callout.per_hour)
        for one in claimed:
            self._under_way.begin(self._send(one), f"{self.name}:{one.call}")
        return bool(claimed)

    async def settle(self) -> None:
        """Wait for everything that is under way."""
        await self._under_way.settle()

    async def close(self) -> None:
        """At an orderly stop."""
        await self._under_way.stop()
        self._outlet.close()

    async def _send(self, one: Send) -> None:
        try:
            result = await self._try(one)
            async with self._store.hold() as connection:
                await call_sends.finish(connection, one, result.state, result.detail, self._clock.now())
        except Exception as error:
            log.error("callout message failed", call=one.call, person=one.person, way=one.way, exc_info=error)
            return  # it stays "sending", and becomes unknown by its lease
        SENDS.labels(result.state.value).inc()
        log.info("callout message", call=one.call, person=one.person, outcome=result.state.value, detail=result.detail)
        self._bell.ring(BELL)

    async def _try(self, one: Send) -> Result:
        person = self._callout.people.get(one.person)
        if person is None or one.way >= len(person.urls):
            return Result(SendState.FAILED, "名簿にもうありません / no longer in the roster")
        now = self._clock.now()
        token, until = secrets.token_urlsafe(32), now + timedelta(hours=self._callout.link_hours)
        async with self._store.hold() as connection:
            call = await calls.find(connection, one.call)
            assert call is not None  # its messages refer to it
            if not await call_sends.may_send(connection, one, now):
                return Result(SendState.FAILED, LATE)
            await call_sends.link(connection, one, token, until)
        return await self._outlet.send(person.urls[one.way], message(call, one.step, self._base_url, token, until))
