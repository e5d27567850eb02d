"""A storm night for the pictures of the snow pages, at five to four and at dawn; through the hub's own loops."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.status import Status
from rules.dumps.life import Act as Told
from rules.dumps.life import Event as Word
from rules.orders.life import Act, Order
from services.configuration.plow import Plow as Settled
from services.dumps import desk as dump_desk
from services.dumps.picture import Dumps
from services.dumps.sites import sites_of
from services.ledger.account import account
from services.ledger.desk import Wanted, Writer, write_down
from services.ledger.start import load_book
from services.orders import desk
from services.orders.desk import Person, Said
from services.orders.loop import Orders, Practice
from services.plow import Plow
from services.roads import load_roads
from services.settings import load
from services.store import orders, records
from tests.e2e.residents import AT_NIGHT, BEFORE, call, reply
from tests.e2e.scene import PROFILE, Scene
from tests.exercise.plows import SECTION, drive
from tests.exercise.stage import CONTRACTORS, DUMPS
from tests.exercise.telegrams import JST
from tests.exercise.trucks import HEAP, OTHER, haul
from tests.feeds.jma_making import read, report
from tests.feeds.test_jma_snow_ahead import depth, item, local, series

EVENING = datetime(2027, 1, 15, 1, 0, tzinfo=JST)  # a Friday
_DESK = Person("sato")


@dataclass
class Storm:
    """The night over a scene that began at EVENING; ``token`` opens the contractor's page."""

    made: Scene
    token: str = ""

    def __post_init__(self) -> None:
        self.settings = load([], {"SHIRASE_PROFILE": str(PROFILE)})
        roads = load_roads(self.settings, self.made.city.ground.areas)
        assert roads is not None  # as the scene itself has them
        self.roads = roads
        once, bell, clock, city = self.made.store, self.made.bell, self.made.clock, self.made.city
        self.orders = Orders(once, bell, clock, city.ground, Practice(rules=city.orders, roads=roads))
        self.plow = Plow(once, bell, clock, roads)
        plow = Settled.model_validate(tomllib.loads(CONTRACTORS + DUMPS)["plow"])
        self.dumps = Dumps(sites_of(roads, plow))

    async def until_four(self) -> None:
        """Tamayama is done, the centre at work, one contractor has not answered, and two sections wait for the desk."""
        await self._forecast()
        await call(self.made, self.roads, BEFORE)
        await self._to(2, 0)
        await self._order("plow-tamayama", vehicles=2)
        await self._to(2, 20)
        await self._order(SECTION, vehicles=3)
        await self._order("plow-kita", vehicles=None)
        plows = drive(self.made.clock.now() + timedelta(minutes=5))
        await self._act("plow-tamayama", Act.START, Said(happened_at=EVENING + timedelta(hours=2, minutes=8)))
        await reply(self.made)
        await self._to(2, 40)
        await call(self.made, self.roads, AT_NIGHT)
        await self._act("plow-tamayama", Act.FINISH, Said())
        await self._to(2, 55)
        trucks = haul(EVENING)
        await self.made.hear([play for play in (*plows, *trucks) if play.at <= self.made.clock.now()])
        await self._look()
        await self._dumps()

    async def until_dawn(self) -> None:
        """All machines are home; what they did is declared, and one line of it approved."""
        now = self.made.clock.now()
        plows = drive(EVENING + timedelta(hours=2, minutes=25))
        for section in ("plow-matsuzono", "plow-nishi"):
            await self._order(section, vehicles=2)
        await self._to(3, 40)
        await self.made.hear([play for play in plows if play.at > now])
        await self._look()
        await self._to(4, 0)
        book, now = load_book(self.settings), self.made.clock.now()
        by = Writer(name=_DESK.name, now=now, status=Status.EXERCISE)
        async with self.made.store.read() as connection:
            days = (EVENING.date(), EVENING.date())
            gps = (await account(connection, book, Status.EXERCISE, days)).gps()
        declared = [Wanted(item=item, seconds=-(-seconds // 360) * 360) for item, seconds in gps.items()]
        await write_down(self.made.store, book, "declared", declared, by)
        async with self.made.store.read() as connection:
            first = (await account(connection, book, Status.EXERCISE, days)).items[0]
        approved = Wanted(item=first.item, seconds=gps[first.item], seen=first.seen)
        await write_down(self.made.store, book, "approved", [approved], by)

    async def _forecast(self) -> None:
        """The evening's telegram: for the plain a range, for the hills one amount, until the next evening."""
        low, high = (f"２４時間最大降雪量（範囲の{end}端）" for end in "下上")
        plain = depth(10, type=low, ref="1") + depth(15, type=high, ref="1")
        parts = local("平地", plain) + local("山沿い", depth(20, ref="1"))
        body = series({"1": (f"{EVENING - timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+09:00", "PT24H")}, item(parts))
        issued = f"{EVENING - timedelta(hours=2):%Y-%m-%dT%H:%M:%S}+09:00"
        telegram = report("警報級の可能性（明日まで）", body, at=issued, status="訓練", publisher="盛岡地方気象台")
        async with self.made.store.write() as connection:
            await records.save(connection, [read(telegram)], EVENING)

    async def _dumps(self) -> None:
        """One has just filled up, the other is open."""
        now = self.made.clock.now()
        for dump, seen, act, ago in ((HEAP, 0, Told.OPEN, 150), (OTHER, 0, Told.OPEN, 150), (HEAP, 1, Told.FULL, 4)):
            word = Word(act=act, at=now - timedelta(minutes=ago), who=_DESK.name)
            await dump_desk.do(self.made.store, self.dumps, dump_desk.Aim(Status.EXERCISE, dump, seen), word)

    async def _to(self, hours: int, minutes: int) -> None:
        await self.made.play(EVENING + timedelta(hours=hours, minutes=minutes))
        await self._look()

    async def _look(self) -> None:
        while await self.plow.step():
            pass
        await self.orders.step()

    async def _order(self, section: str, vehicles: int | None) -> None:
        """Order it; with vehicles it is acknowledged at once."""
        await self._act(section, Act.ORDER, Said(text="幹線と通学路から。終わったら知らせてください"))
        if vehicles is not None:
            await self._act(section, Act.ACKNOWLEDGE, Said(vehicles=vehicles))

    async def _act(self, section: str, act: Act, said: Said) -> None:
        order = await self._of(section)
        await desk.do(self.made.store, order.id, act, _DESK, said, self.made.clock.now())
        if act is Act.ORDER:
            now = self.made.clock.now()
            self.token, *_ = await desk.link(self.made.store, order.id, _DESK, now, timedelta(hours=18))

    async def _of(self, section: str) -> Order:
        async with self.made.store.read() as connection:
            standing = await orders.still_open(connection, Status.EXERCISE)
        return next(one for one in standing if one.section == section)
