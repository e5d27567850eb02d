"""A staff directory, and a hub small enough to be turned by hand: the clock and the outside are the test's."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from feeds.status import Status
from geo.hazard import Evidence, Hazard
from services.bell import Bell
from services.callout.message import Message
from services.configuration.muster import Mustering
from services.lease import Leased
from services.muster import directory
from services.muster.board import Board, Given, board, keep
from services.muster.directory import Person
from services.muster.sender import Sender
from services.muster.watch import Watch
from services.store import hazards, musters, staff
from services.store.engine import Store
from services.store.muster_sends import Send, SendState
from services.store.musters import Muster
from services.store.tables import chronology
from services.store.tables_muster import muster_sends
from tests.rules.muster.making import MORIOKA
from tests.services.making import NOW, SetClock

BASE = "https://shirase.city.example"
KEY = SecretStr("a-key-of-the-test-that-is-long-enough-to-protect")
TOLD = Mustering(key=KEY, per_second=200)
SEAL = TOLD.seal()


def person(code: str, category: str = "1", **changes: Any) -> Person:
    whole = Person(
        code=code,
        name=f"氏名{code}",
        bureau="総務部",
        section="危機管理防災課",
        role="主任",
        category=category,
        place="本庁舎",
        drills=False,
        phone="019-651-4111",
        addresses=(f"json://chat.example/{code}",),
    )
    return replace(whole, **changes)


STAFF = (
    person("a", "1", drills=True),
    person("b", "1", addresses=("json://chat.example/b", "b@city.example")),
    person("c", "2", bureau="建設部", section="道路管理課"),
    person("d", "3", bureau="建設部", section="河川課", drills=True),
)


@dataclass
class Outside:
    """Keeps what it was given; ``answers`` says how some addresses fare, ``hang`` holds everything up."""

    told: list[tuple[str, str, Message]] = field(default_factory=list)  # person, address, message
    answers: dict[str, tuple[SendState, str]] = field(default_factory=dict)
    hang: bool = False

    async def send(self, one: Send, address: str, message: Message) -> tuple[SendState, str]:
        self.told.append((one.person, address, message))
        if self.hang:
            await asyncio.Event().wait()
        return self.answers.get(address, (SendState.SENT, "json：0.1秒"))

    async def close(self) -> None:
        pass

    @property
    def who(self) -> list[str]:
        return [person for person, _, _ in self.told]

    def link(self, person: str) -> str:
        """The token of the newest link to somebody."""
        links = [found[1] for one, _, told in self.told if one == person and (found := _LINK.search(told.body))]
        return links[-1]


_LINK = re.compile(r"/muster\?t=([\w-]+)")


class Scene:
    """A store with a watch and a sender on it. ``restart`` is a new process on the same store."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.outside, self.rules = store, SetClock(), Outside(), MORIOKA
        self._picture: dict[tuple[Status, str], Hazard] = {}
        self.restart()

    def restart(self) -> None:
        self._once = Leased(self.store, Watch.name, "test")
        self.watch = Watch(self._once, Bell(), self.clock, self.rules)
        self.sender = Sender(self.store, Bell(), self.clock, TOLD, self.outside, ("盛岡市", BASE))

    async def hire(self, *people: Person) -> None:
        async with self.store.write() as connection:
            await staff.put(connection, [directory.sealed(one, SEAL, NOW) for one in people or STAFF])

    async def quake(self, intensity: str, event: str = "20261120175800", **changes: Any) -> None:
        """The picture as the model ``quake`` draws it from a telegram."""
        status = changes.pop("status", Status.ACTUAL)
        words = f"震度{intensity}（盛岡市、気象庁）"
        hazard = Hazard(
            kind="earthquake",
            area="03201",
            area_name="盛岡市",
            level=3,
            alert_level=False,
            model="quake@2",
            status=status,
            observed=True,
            since=self.clock.at,
            valid_until=self.clock.at + timedelta(hours=24),
            headline=words,
            source=event,
            evidence=(Evidence(ref="t", text=words),),
            facts={"intensity": intensity, "official": True},
        )
        self._picture[status, event] = replace(hazard, **changes)
        await self._draw(status)

    async def take_back(self, event: str = "20261120175800", status: Status = Status.ACTUAL) -> None:
        """取消."""
        del self._picture[status, event]
        await self._draw(status)

    async def _draw(self, status: Status) -> None:
        async with self.store.write() as connection:
            before = await hazards.current(connection, status)
            after = [one for (own, _), one in self._picture.items() if own is status]
            await hazards.replace_picture(connection, before, after, self.clock.at)

    async def at(self, **after: float) -> None:
        """So long after NOW, both loops until they rest."""
        self.clock.at = NOW + timedelta(**after)
        await self.look()
        while await self.sender.step():
            pass

    async def look(self) -> None:
        """The watch alone: whom to ask is written down, and nothing leaves the house."""
        await self._once.renew()
        while await self.watch.step():
            pass

    async def musters(self) -> list[Muster]:
        async with self.store.read() as connection:
            return list(reversed(await musters.lately(connection, NOW - timedelta(days=1), 100)))

    async def board(self, number: int = 1) -> Board:
        return await board(self.store, SEAL, number)

    async def answer(self, person: str, number: int = 1, **fields: str) -> None:
        given = Given(number=number, person=person, fields={"safety": "safe", "coming": "cannot", **fields})
        await keep(self.store, SEAL, given, self.clock.at)

    async def states(self) -> list[tuple[int, str, str]]:
        """Round, person and state of each message."""
        columns = (muster_sends.c.round, muster_sends.c.person, muster_sends.c.state)
        async with self.store.read() as connection:
            rows = await connection.execute(select(*columns).order_by(*columns))
            return [(round_, who, state) for round_, who, state in rows]

    async def told(self) -> list[str]:
        """The chronology, in words."""
        async with self.store.read() as connection:
            return list(await connection.scalars(select(chronology.c.text).order_by(chronology.c.seq)))
