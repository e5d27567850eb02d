"""The watch: every second, what rings is compared with the calls that are open, and chains go on.

It writes down whom to call; :mod:`services.callout.caller` calls them. All it knows stands in the store, but for how
long a fault has lasted, so a restart in the middle of a chain changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.bell import Bell
from services.callout import chain
from services.callout.desk import BELL, announce
from services.callout.faults import Faults
from services.callout.occasion import Event, Occasion
from services.callout.occasions import Picture, occasions
from services.callout.roster import Callout
from services.channels.registry import outlets
from services.clock import Clock
from services.configuration.plow import Plow
from services.figures import told_by
from services.lease import Leased
from services.store import call_sends, calls, chronology, cullings, musters, orders, report_cases, ringing
from services.store.call_sends import Send, Way
from services.store.calls import Call, CallState
from services.store.chronology import Entry

RINGING = Gauge("shirase_calls_ringing", "Calls of staff that nobody has taken", ["status", "event"])
OPEN = Gauge("shirase_calls_open", "Calls of staff whose cause goes on, taken or not", ["status", "event"])
told_by("callout", RINGING.clear, OPEN.clear)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """What the watch is told of the hub it runs in."""

    faults: Callable[[], Sequence[str]]  # of the whole line, a sentence each
    channels: Collection[str]  # that are set up
    plow: Plow = field(default_factory=Plow)  # how long orders may wait
    own: Status = Status.ACTUAL  # of the hub's own faults


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look: what rings, what is open, and the messages of the open calls."""

    now: datetime
    ringing: Mapping[str, Occasion]
    open: Sequence[Call]
    sends: Mapping[int, Sequence[Send]]
    faults_sure: bool


class Watch:
    """Opens, feeds and closes calls. One process at a time."""

    name = "callout"
    EVERY = 1.0  # seconds

    def __init__(self, once: Leased, bell: Bell, clock: Clock, callout: Callout, hub: Hub) -> None:
        self._once, self._bell, self._clock, self._callout, self._hub = once, bell, clock, callout, hub
        self._faults = Faults(timedelta(minutes=callout.fault_minutes))
        self._least = min((one.level for one in callout.mandatory), default=0)
        self._mandatory = outlets([name for one in callout.mandatory for name in one.channels], hub.channels)

    async def step(self) -> bool:
        """Look once; True where something was written. While an exercise hurries through its past nothing rings."""
        if self._clock.hurried:
            return False
        seen = await self._look(self._clock.now())
        _count(seen.open)
        due = [call for call in seen.open if call.state is CallState.CALLING and self._is_due(call, seen)]
        fresh = [one for key, one in seen.ringing.items() if key not in {call.key for call in seen.open}]
        over = [call for call in seen.open if self._is_over(call, seen)]
        changed = [
            call for call in seen.open if call.key in seen.ringing and not call.says_the_same(seen.ringing[call.key])
        ]
        if not (due or fresh or over or changed):
            return False
        async with self._once.write() as connection:
            for call in changed:
                await calls.say(connection, call.id, seen.ringing[call.key])
            await self._close(connection, over, seen.now)
            for occasion in fresh:
                await self._open(connection, occasion, seen.now)
            for call in due:
                if call not in over:
                    await self._go_on(connection, call, seen.now)
        self._bell.ring(BELL)
        return True

    async def _look(self, now: datetime) -> _Seen:
        callout = self._callout
        faults = self._faults.look(self._hub.faults(), now)
        async with self._once.read() as connection:
            picture = Picture(
                drafts=await ringing.waiting_drafts(connection, now),
                unconfirmed=await ringing.unconfirmed(connection, self._mandatory, self._least, now),
                meant=await ringing.meant(connection, self._least, now) if self._mandatory else (),
                equipment=await ringing.equipment(connection, now),
                backlog=await ringing.backlog(connection, now),
                orders=await orders.still_open(connection),
                plow=self._hub.plow,
                reports=await report_cases.to_do_bare(connection),
                cullings=await cullings.with_told(connection, now),
                musters=await musters.standing(connection),
                faults=faults,
                set_up=self._hub.channels,
                own=self._hub.own,
            )
            opened = await calls.still_open(connection)
            sends = await call_sends.of_calls(connection, [call.id for call in opened])
        return _Seen(now, occasions(picture, callout, now), opened, sends, self._faults.sure(now))

    def _is_due(self, call: Call, seen: _Seen) -> bool:
        order = self._callout.chain_for(call.event, call.status)
        last = [one for one in seen.sends[call.id] if one.step == call.step - 1]
        return order is not None and chain.is_due(call, order, last, seen.now)

    def _is_over(self, call: Call, seen: _Seen) -> bool:
        if not call.lasting or call.key in seen.ringing:
            return False
        return call.event is not Event.FAULT or seen.faults_sure

    async def _open(self, connection: AsyncConnection, occasion: Occasion, now: datetime) -> None:
        number = await announce(connection, occasion, now)
        call = await calls.find(connection, number) if number is not None else None
        if call is not None:
            await self._go_on(connection, call, now)

    async def _go_on(self, connection: AsyncConnection, call: Call, now: datetime) -> None:
        """Begin the next step: whom it calls stands in the store before anything leaves the house."""
        order = self._callout.chain_for(call.event, call.status)
        if order is None or not await calls.step_on(connection, call, now):
            return
        group, people = self._callout.called(order, call.step, now)
        ways = [Way(name, number) for name in people for number in range(len(self._callout.people[name].urls))]
        await call_sends.add(connection, call, group, ways, now)
        names = "、".join(self._callout.people[name].name for name in people) or "当番がいない"
        text = f"呼び出し {call.id}（{call.step + 1}回目）：{group} を呼ぶ（{names}）"
        await chronology.append(connection, [self._entry(call, text, now)])

    async def _close(self, connection: AsyncConnection, over: Sequence[Call], now: datetime) -> None:
        if not over:
            return
        await calls.close(connection, [call.id for call in over], now)
        entries = [self._entry(call, f"呼び出し {call.id} は用が済んだ：{call.subject}", now) for call in over]
        await chronology.append(connection, entries)

    def _entry(self, call: Call, text: str, now: datetime) -> Entry:
        refs = {"call": str(call.id)}
        return Entry(at=now, status=call.status, kind="callout", who=self.name, text=text, refs=refs)


def _count(opened: Sequence[Call]) -> None:
    """Every event has its figure, or a query could not tell "none" from "not measured"."""
    whole = Counter((call.status, call.event) for call in opened)
    calling = Counter((call.status, call.event) for call in opened if call.state is CallState.CALLING)
    for one in product(Status, Event):
        labels = [word.value for word in one]
        OPEN.labels(*labels).set(whole[one])
        RINGING.labels(*labels).set(calling[one])
