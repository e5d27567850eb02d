"""The sender: works off the messages that were written down, many at once and no faster than is allowed.

A look claims what there is room for and writes what became of earlier ones, in two short turns at the store; in between
the messages are on their way. Whoever is killed leaves those that were, and no others, in doubt.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from rules.muster.want import Want
from services.bell import Bell
from services.channels.people.fanout import Pace
from services.clock import Clock
from services.configuration.muster import Mustering
from services.keyring import KeyringError
from services.muster import directory
from services.muster.directory import Person, way_of
from services.muster.message import PATH, Telling, message
from services.muster.outlets import Ways
from services.store import muster_people, muster_sends, musters, staff
from services.store.engine import Store
from services.store.muster_sends import Kind, Result, Send, SendState
from services.store.musters import Muster
from services.under_way import LATE, UnderWay

log = structlog.get_logger()
BELL = "musters"
SENDS = Counter("shirase_muster_messages_total", "Messages of musters by what became of them", ["outcome"])
_TICK = 0.25  # seconds until results are written, where others are still on their way


class Sender:
    """Several processes may: each message is claimed by one."""

    name = "muster:send"
    EVERY = 1.0  # seconds

    def __init__(
        self, store: Store, bell: Bell, clock: Clock, told: Mustering, ways: Ways, where: tuple[str, str]
    ) -> None:
        """``where``: the city's name, and the address of the pages."""
        self._store, self._bell, self._clock, self._told, self._ways = store, bell, clock, told, ways
        self._city, self._base_url = where
        self._seal, self._pace = told.seal(), Pace(told.per_second)
        self._under_way = UnderWay(told.at_once)
        self._done: list[Result] = []

    async def step(self) -> bool:
        """Claim what there is room for, wait a moment, write what became of any. True while there is work."""
        now, room = self._clock.now(), self._under_way.room
        async with self._store.read() as connection:
            wanted = room > 0 and await muster_sends.needs_work(connection, now)
        if wanted:
            await self._begin(room, now)
        await self._under_way.wait(_TICK)
        await self._write()
        return wanted or bool(self._under_way)

    async def settle(self) -> None:
        """Wait for everything that is under way."""
        await self._under_way.settle()
        await self._write()

    async def close(self) -> None:
        """At an orderly stop: what has an outcome is written down."""
        await self._under_way.stop()
        await self._write()
        await self._ways.close()

    async def _begin(self, room: int, now: datetime) -> None:
        tokens: list[tuple[Send, str]] = []
        async with self._store.hold() as connection:
            claimed = await muster_sends.claim(connection, now, room)
            people = await staff.named(connection, {one.person for one in claimed})
            about = {one.muster: await musters.find(connection, one.muster) for one in claimed}
            wants = {
                (one.muster, one.person): await muster_people.find(connection, one.muster, one.person)
                for one in claimed
            }
            for one in claimed:
                place = wants[one.muster, one.person]
                if place is not None and place.want is not Want.INFORM and one.kind is not Kind.OVER:
                    tokens.append((one, secrets.token_urlsafe(32)))
            until = now + timedelta(hours=self._told.link_hours)
            await muster_sends.link(connection, tokens, until)
        links = {one.key: token for one, token in tokens}
        for one in claimed:
            muster, member, place = about[one.muster], people.get(one.person), wants[one.muster, one.person]
            if muster is None or member is None or place is None:
                self._done.append(Result(one, SendState.DROPPED, "名簿にもうありません / no longer in the directory"))
                continue
            try:
                person = directory.opened(member, self._seal)
            except KeyringError:
                self._done.append(Result(one, SendState.FAILED, "鍵が違い、宛先を読めない"))
                continue
            telling = self._telling(one, muster, person, place.want, links.get(one.key, ""), until)
            known = dict(zip(member.lookups, person.addresses, strict=False))
            self._start(one, known.get(one.address), telling)

    def _telling(self, one: Send, muster: Muster, person: Person, want: Want, token: str, until: datetime) -> Telling:
        return Telling(
            muster=muster,
            kind=one.kind,
            want=want,
            round=one.round,
            place=person.place,
            name=person.name,
            city=self._city,
            withdrawn=muster.closed_by == WITHDRAWN_BY,
            link=f"{self._base_url}{PATH}?t={token}" if token else "",
            until=until,
        )

    def _start(self, one: Send, address: str | None, telling: Telling) -> None:
        if address is None:
            self._done.append(Result(one, SendState.DROPPED, "宛先が名簿で変わりました / the address was changed"))
            return
        self._under_way.begin(self._send(one, address, telling), self.name)

    async def _send(self, one: Send, address: str, telling: Telling) -> None:
        await self._pace.turn()
        try:
            async with self._store.read() as connection:
                may = await muster_sends.may_send(connection, one, self._clock.now())
            state, detail = SendState.FAILED, LATE
            if may:
                state, detail = await self._ways.send(one, address, message(telling, way_of(address)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this message; its words may hold an address
            log.error("muster message failed", muster=one.muster, error=type(error).__name__)
            state, detail = SendState.UNKNOWN, f"内部の誤り：{type(error).__name__}"
        self._done.append(Result(one, state, detail))

    async def _write(self) -> None:
        results: Sequence[Result] = self._done[:]
        if not results:
            return
        async with self._store.hold() as connection:
            await muster_sends.finish(connection, results, self._clock.now())
        del self._done[: len(results)]
        for one in results:
            SENDS.labels(one.state.value).inc()
        self._bell.ring(BELL)


WITHDRAWN_BY = "取消"  # who closed a muster whose announcement was taken back
