"""A second officer who is in the room from the start: orders what the rules propose on the snow morning, says how the
snow dumps are, agrees to the confirmed bear sighting, and enters what the contractors declare.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from feeds.status import Status
from geo.plow.ledger.book import Book
from rules.dumps import life as dump_life
from rules.orders.decision import Kind
from rules.orders.life import Act, ActError, Order, State
from services.clock import CatchUpClock
from services.desks.review import ReviewError, approve
from services.dumps import desk as dump_desk
from services.dumps.picture import Dumps
from services.ledger.account import account
from services.ledger.desk import Wanted, Writer, write_down
from services.orders import desk
from services.orders.desk import Person, Said
from services.store import orders
from services.store.engine import Store
from services.store.tables import alerts
from tests.exercise.plows import SECTION
from tests.exercise.telegrams import JST
from tests.exercise.trucks import CLOSED, FULL, HEAP, OPENED, OTHER

CHIEF = "班長（訓練）"
MORNING = timedelta(hours=9)  # what is proposed later waits for those who play
_WORDS = "幹線と通学路から。終わったら知らせてください"
_NOTICES = {  # rule → not before: when the police have confirmed the sighting
    "bear-sighting": timedelta(hours=3, minutes=20),
}
_TENTH = 360  # seconds of the tenth of an hour that contractors write down
_WAY_HOME = timedelta(minutes=15)
_DUMPS = (  # when, which, what, words that everybody reads; each dump's acts count from 0
    (OPENED, HEAP, 0, dump_life.Act.OPEN, ""),
    (OPENED, OTHER, 0, dump_life.Act.OPEN, ""),
    (FULL, HEAP, 1, dump_life.Act.FULL, "見本北雪捨て場へ回ってください"),
    (CLOSED, HEAP, 2, dump_life.Act.CLOSE, "場内を整えるため閉鎖します"),
)
Mail = asyncio.Queue[tuple[Order, str]]  # orders with the tokens of their links, as mail brings them


class Officer:
    """Works at the same desks as everyone else."""

    def __init__(self, data_dir: Path, clock: CatchUpClock, book: Book, dumps: Dumps, mail: Mail) -> None:
        self._url = f"sqlite+aiosqlite:///{data_dir / 'shirase.db'}"
        self._clock, self._book, self._dumps, self._mail = clock, book, dumps, mail

    async def watch(self) -> None:
        """Do all of it, then go home."""
        store = await Store.open(self._url)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._order_what_is_proposed(store))
                group.create_task(self._enter_hours(store))
                group.create_task(self._tell_of_dumps(store))
                for rule, wait in _NOTICES.items():
                    group.create_task(self._agree(store, rule, self._clock.start + wait))
        finally:
            await store.close()

    async def _order_what_is_proposed(self, store: Store) -> None:
        while self._clock.now() < self._clock.start + MORNING:
            async with store.read() as connection:
                standing = await orders.still_open(connection, Status.EXERCISE)
            for one in standing:
                if one.state is State.PROPOSED and one.kind is Kind.PLOW:
                    await self._order(store, one.id)
            await asyncio.sleep(0.5)

    async def _order(self, store: Store, number: int) -> None:
        chief, now = Person(CHIEF), self._clock.now()
        try:
            order = await desk.do(store, number, Act.ORDER, chief, Said(text=_WORDS), now)
            token, *_ = await desk.link(store, number, chief, now, timedelta(hours=18))
        except ActError:
            return  # somebody who plays was quicker
        self._mail.put_nowait((order, token))

    async def _tell_of_dumps(self, store: Store) -> None:
        for when, dump, seen, act, text in _DUMPS:
            await asyncio.sleep(self._clock.real_seconds_until(self._clock.start + when))
            word = dump_life.Event(act=act, at=self._clock.now(), who=CHIEF, text=text)
            with contextlib.suppress(dump_life.DumpError):  # somebody who plays was quicker
                await dump_desk.do(store, self._dumps, dump_desk.Aim(Status.EXERCISE, dump, seen), word)

    async def _enter_hours(self, store: Store) -> None:
        """When the tracked machines are home: what their contractors declare, in tenths of an hour."""
        while not await self._is_done(store):
            await asyncio.sleep(1)
        await asyncio.sleep(self._clock.real_seconds_until(self._clock.now() + _WAY_HOME) + 3)  # seen by the hub, too
        now = self._clock.now()
        today = now.astimezone(JST).date()
        async with store.read() as connection:
            gps = (await account(connection, self._book, Status.EXERCISE, (today - timedelta(days=1), today))).gps()
        wanted = [Wanted(item=item, seconds=-(-seconds // _TENTH) * _TENTH) for item, seconds in gps.items()]
        await write_down(store, self._book, "declared", wanted, Writer(name=CHIEF, now=now, status=Status.EXERCISE))

    async def _is_done(self, store: Store) -> bool:
        async with store.read() as connection:
            known = await orders.since(connection, self._clock.start, Status.EXERCISE)
        return any(one.section == SECTION and one.state is State.FINISHED for one in known)

    async def _agree(self, store: Store, rule: str, not_before: datetime) -> None:
        await asyncio.sleep(self._clock.real_seconds_until(not_before))
        while not await self._approve(store, rule):
            await asyncio.sleep(1)

    async def _approve(self, store: Store, rule: str) -> bool:
        async with store.read() as connection:
            waiting = select(alerts.c.series, alerts.c.revision, alerts.c.digest)
            draft = (await connection.execute(waiting.where(alerts.c.rule == rule, alerts.c.state == "draft"))).first()
        if draft is None:
            return False
        series, revision, digest = draft
        try:
            await approve(store, series=series, revision=revision, digest=digest, person=CHIEF, now=self._clock.now())
        except ReviewError:
            return False  # it changed while we read it: look again
        return True
