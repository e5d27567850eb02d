"""The sender: brings to supporters what the loop wrote down, by the ways of the settings. Who is no supporter any more,
or where a consent ended meanwhile, gets nothing: it is looked at again just before a message leaves.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from urllib.parse import quote

import structlog
from prometheus_client import Counter
from pydantic import SecretStr

from rules.watch.alarm import Answer, purpose_of
from rules.watch.following import Opening
from rules.watch.ward import Supporter, Ward
from rules.watch.wording import Event, Words, asking, notices, over, taken
from services.callout.message import Message
from services.callout.outlet import MOST_AT_ONCE, Outlet, Result
from services.clock import Clock
from services.configuration.watch import Watching
from services.keyring import KeyringError
from services.store import watch_alarms, watch_sends, watch_wards
from services.store.call_sends import SendState as Outcome
from services.store.engine import Store
from services.store.watch_alarms import Alarm
from services.store.watch_sends import Send, SendKind, SendState
from services.under_way import LATE, UnderWay
from services.watch.vault import Vault

log = structlog.get_logger()
LINK = "/watch"
SENT = Counter("shirase_watch_messages_total", "Messages to supporters by what became of them", ["outcome"])
_NO_LONGER = "もう宛先ではない、または同意が終わった"
_STATES = {Outcome.SENT: SendState.SENT, Outcome.UNKNOWN: SendState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message that may leave: who gets it, of which alarm."""

    send: Send
    alarm: Alarm
    ward: Ward
    supporter: Supporter
    event: Event


class Sender:
    """Works off ``watch_sends``. Several processes may: each message is claimed by one."""

    name = "watch:send"
    EVERY = 1.0  # seconds

    def __init__(self, store: Store, clock: Clock, told: Watching, outlet: Outlet, base_url: str) -> None:
        self._store, self._clock, self._told, self._outlet = store, clock, told, outlet
        self._vault, self._base_url = Vault(told.keyring()), base_url.rstrip("/")
        self._under_way = UnderWay(MOST_AT_ONCE)

    async def step(self) -> bool:
        """Claim what is due and start sending it; True where there was anything. Does not wait for the answers."""
        now, room = self._clock.now(), self._under_way.room
        if self._clock.hurried or room <= 0:
            return False
        async with self._store.read() as connection:
            if not await watch_sends.needs_work(connection, now):
                return False
        async with self._store.hold() as connection:
            claimed = await watch_sends.claim(connection, now, room)
        for parcel in _parcels(claimed):
            self._under_way.begin(self._send(parcel), f"{self.name}:{parcel[0].id}")
        return bool(claimed)

    async def settle(self) -> None:
        """Wait for everything that is under way."""
        await self._under_way.settle()

    async def close(self) -> None:
        """At an orderly stop."""
        await self._under_way.stop()
        self._outlet.close()

    async def _send(self, parcel: Sequence[Send]) -> None:
        try:
            found = [(send.id, await self._ready(send)) for send in parcel]
            for number, why in found:
                if isinstance(why, str):
                    await self._finish([number], SendState.DROPPED.value, why)
            ready = [one for _, one in found if not isinstance(one, str)]
            if not ready:
                return
            result = await self._out(ready)
            await self._finish(
                [one.send.id for one in ready], _STATES.get(result.state, SendState.FAILED).value, result.detail
            )
        except Exception as error:  # noqa: BLE001 - one that breaks must not hold the others; its lease ends it
            log.error("watch message failed", alarm=parcel[0].alarm, error=type(error).__name__)

    async def _finish(self, ids: Sequence[int], state: str, detail: str) -> None:
        async with self._store.hold() as connection:
            await watch_sends.finish(connection, ids, state, detail, self._clock.now())
        SENT.labels(state).inc(len(ids))

    async def _ready(self, send: Send) -> _Ready | str:
        """With its supporter, or why it may not leave."""
        now = self._clock.now()
        async with self._store.read() as connection:
            if not await watch_sends.may_send(connection, send, now):
                return LATE
            alarm = await watch_alarms.find(connection, send.alarm)
            kept = await watch_wards.find(connection, send.ward)
        if alarm is None or kept is None:
            return _NO_LONGER
        try:
            ward = self._vault.open(kept.uid, Ward, kept.sealed)
            opening = self._vault.open(alarm.key, Opening, alarm.sealed)
        except KeyringError as error:
            log.error("a ward cannot be opened", error=str(error))
            return _NO_LONGER
        supporter = next((one for one in ward.helpers(send.status, now) if one.number == send.supporter), None)
        if supporter is None or not ward.agreed_to(purpose_of(alarm.what), alarm.status, now):
            return _NO_LONGER
        return _Ready(send, alarm, ward, supporter, event_of(opening, ward, place=supporter.place))

    async def _out(self, ready: Sequence[_Ready]) -> Result:
        first = ready[0]
        way, _, address = first.supporter.address.partition(":")
        secret = self._told.ways.get(way)
        if secret is None:
            return Result(Outcome.FAILED, f"{way}：設定にない送り方 / no such way")
        url = SecretStr(secret.get_secret_value().replace("{to}", quote(address, safe="")))
        words = await self._words(ready)
        return await self._outlet.send(url, Message(subject=words.subject, body=words.body))

    async def _words(self, ready: Sequence[_Ready]) -> Words:
        one = ready[0]
        if one.send.kind is SendKind.NOTICE:
            return notices([each.event for each in ready])
        if one.send.kind is SendKind.OVER:
            return over(one.event)
        if one.send.kind is SendKind.TAKEN:
            number, _, answer = one.send.detail.partition(":")
            who = one.ward.supporter(int(number)) if number.isdigit() else None
            return taken(one.event, who.name if who else "市の窓口", Answer(answer))
        token, until = secrets.token_urlsafe(32), self._clock.now() + timedelta(hours=self._told.link_hours)
        async with self._store.hold() as connection:
            await watch_sends.link(connection, one.send.id, token, until)
        return asking(one.event, one.send.step, f"{self._base_url}{LINK}?t={token}", until)


def event_of(opening: Opening, ward: Ward, *, place: bool) -> Event:
    """What is told of an alarm. ``place``: to somebody who may know where."""
    return Event(
        what=opening.what,
        status=opening.status,
        alias=ward.alias,
        since=opening.since,
        place=ward.called(opening.place) if place else "",
        direction=opening.direction,
        label=opening.label,
        late=opening.late,
        doubt=opening.doubt,
    )


def _parcels(claimed: Sequence[Send]) -> list[list[Send]]:
    """Notices to one supporter go in one message; all else by itself."""
    alone = [[one] for one in claimed if one.kind is not SendKind.NOTICE]
    some = sorted((one for one in claimed if one.kind is SendKind.NOTICE), key=_whose)
    return alone + [list(together) for _, together in groupby(some, key=_whose)]


def _whose(one: Send) -> tuple[str, int, str]:
    return one.ward, one.supporter, one.status.value
