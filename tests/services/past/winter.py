"""A winter night at the desk, drawn from a seed: orders, dumps, roads, sensors nobody knows, what cannot be read."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from feeds.records import Message, Reading, Rejected
from feeds.status import Status
from rules.dumps.life import Act as Say
from rules.dumps.life import Event as Word
from rules.orders.decision import Kind
from rules.orders.life import GIVEN, Act
from services import adoption
from services.desks import sensors
from services.dumps import desk as dump_desk
from services.dumps.desk import Aim
from services.orders import desk
from services.orders.desk import NOTHING, Person, Wanted
from services.store import dumps, orders, quarantine, records, stations
from services.store.engine import Store
from tests.services.dumps.test_dumps import known
from tests.services.making import SetClock
from tests.services.test_adoption import SENSOR, city
from tests.services.test_open311 import ROADS
from tests.services.test_plow import BEGAN, Desk, driven

PLACES = (
    "quarantine?limit=200",
    "sensors/unassigned",
    f"sensors/{SENSOR['code']}/sheet",
    "snow/sections",
    "snow/dumps",
    "snow/roads",
)
KATO = Person("kato")


class Winter:
    """Everything that may happen to what a winter's console shows, one thing at a time."""

    def __init__(self, store: Store, clock: SetClock, seed: int) -> None:
        self.store, self.clock, self.chance = store, clock, random.Random(seed)
        self.city, self.dumps, self.seen = city(), known(), 0
        self.plows = Desk(store, ROADS)
        self.plows.clock = self.plows.plow._clock = clock
        self.deeds = (self.refuse, self.read, self.adopt, self.let_go, self.order, self.act, self.say, self.plow)

    async def step(self) -> None:
        for deed in [self.heard, *self.chance.sample(self.deeds, 6)]:
            await deed()

    async def heard(self) -> None:
        self.seen += 1
        told = {"station": SENSOR["code"], "quantity": "snow_depth", "unit": "cm", "value": 10.0 + self.seen}
        async with self.store.write() as connection:
            await records.save(connection, [Reading(gateway="lora", measured_at=self.clock.at, **told)], self.clock.at)

    async def refuse(self) -> None:
        self.seen += 1
        topic, payload = f"hub/v1/gw1/{self.seen}/level", str(self.seen).encode()
        one = Message(topic=topic, payload=payload, received_at=self.clock.at, gateway="gw1")
        async with self.store.write() as connection:
            await quarantine.keep(connection, one, Rejected(code="bad_json", message="not JSON", at="0"))

    async def read(self) -> None:
        async with self.store.write() as connection:
            waiting = [row["id"] for row in await quarantine.newest(connection, 5)]
            if waiting:
                await quarantine.mark_replayed(connection, [self.chance.choice(waiting)], self.clock.at)

    async def adopt(self) -> None:
        wanted = {**SENSOR, "name": f"中ノ橋{self.seen}"}
        await sensors.adopt(self.store, self.city, wanted, "sato", self.clock.at)
        await self.learn()

    async def let_go(self) -> None:
        try:
            await sensors.let_go(self.store, self.city, SENSOR["code"], "sato", self.clock.at)
        except sensors.SensorError:
            return  # it is not adopted: nothing to let go
        await self.learn()

    async def learn(self) -> None:
        async with self.store.read() as connection:
            adopted = await stations.everyone(connection)
        self.city.stations.adopt(adoption.known(adopted, self.city.areas))

    async def order(self) -> None:
        self.seen += 1
        wanted = Wanted(status=Status.ACTUAL, section=f"plow-{self.seen}", section_name="中央", kind=Kind.PLOW)
        await desk.give(self.store, wanted, Act.ORDER, KATO, NOTHING, self.clock.at)

    async def act(self) -> None:
        async with self.store.read() as connection:
            some = [one for one in await orders.still_open(connection) if one.state in GIVEN]
        if some:
            one = self.chance.choice(some)
            act = self.chance.choice([Act.NOTE, Act.CANCEL, Act.FINISH])
            await desk.do(self.store, one.id, act, KATO, replace(NOTHING, text="電話"), self.clock.at)

    async def say(self) -> None:
        async with self.store.read() as connection:
            upto = (await dumps.mark(connection, Status.ACTUAL)).get("d1", 0)
        said = self.chance.choice([Say.OPEN, Say.FULL, Say.CLOSE])
        word = Word(act=said, at=self.clock.at, who="kato", text="")
        await dump_desk.do(self.store, self.dumps, Aim(Status.ACTUAL, "d1", upto), word)

    async def plow(self) -> None:
        """A run over a road that has just ended; its positions come at once, as the past of roads has it."""
        start = (self.clock.at - timedelta(minutes=3) - BEGAN).total_seconds()
        await self.plows.hear(driven((0, 0), (200, 0), start=start), self.clock.at)
