"""A store with an outbox, and every outlet of the registry with its stand-in at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import func, select

from rules.alert import Alert
from services.bell import Bell
from services.channels.budget.meter import meters
from services.channels.budget.tariff import tariffs
from services.channels.channel import Channel
from services.clock import Clock, wall
from services.deliver import Deliver
from services.loop import Loop, Loops
from services.residents.book import ResidentsBook
from services.residents.seal import Seal
from services.residents.wish import Wish
from services.store import alerts, subscribers
from services.store.engine import Store
from services.store.subscribers import Membership, Subscriber
from services.store.tables import outbox as queue
from services.store.users import Scope
from tests.fakes.x import FakeX
from tests.services.making import alert, employ
from tests.services.people import MemoryBook
from tests.services.test_channel_contract import FAKES, Rig, rig_of
from tests.services.web_floor import ground

OFFICER = "hirata"
_PATIENCE_S = 600.0


@dataclass(frozen=True)
class House:
    """``channels`` work off the outbox; ``bare`` are the same once more, with no store around them."""

    store: Store
    bell: Bell
    channels: Mapping[str, Channel]
    bare: Mapping[str, Channel]
    books: Sequence[MemoryBook]  # of the bare ones

    def nobody_told(self) -> None:
        """Whoever the bare channels tell has heard nothing yet."""
        for book in self.books:
            book.said.clear()

    async def draft(self, one: Alert) -> str:
        payloads = {name: channel.render(one) for name, channel in self.channels.items()}
        async with self.store.write() as connection:
            return await alerts.add_draft(connection, one, payloads, wall())

    async def settled(self, count: int, every: float = 0.002) -> None:
        """Until so many deliveries are confirmed. Asked ``every`` so many seconds, for the question costs time too."""
        done = select(func.count()).select_from(queue).where(queue.c.state.in_(("accepted", "duplicate")))
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                async with self.store.read() as connection:
                    if int(await connection.scalar(done) or 0) >= count:
                        return
                await asyncio.sleep(every)


@asynccontextmanager
async def house_with(folder: Path, names: Sequence[str]) -> AsyncIterator[House]:
    """These outlets. Mail and push each have one subscriber: how many more take how long, their pace tells."""
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        store = await Store.open(f"sqlite:///{folder / 'shirase.db'}")
        stack.push_async_callback(store.close)
        await employ(store, OFFICER, scope=Scope(evacuation=True))
        rigs = {name: await stack.enter_async_context(_rig(name, folder / name)) for name in names}
        channels, bare = ({name: rig.build() for name, rig in rigs.items()} for _ in range(2))
        for channel in (*channels.values(), *bare.values()):
            stack.push_async_callback(channel.close)
        books = {name: rig.book for name, rig in rigs.items() if rig.book is not None}
        for name, book in books.items():
            await _subscribe(store, book, channels[name])
        bell, loops, meter = Bell(), Loops(), meters(tariffs({}, {name: {} for name in names}))
        for name, channel in channels.items():
            sender = Deliver(store, bell, Clock(), channel, meter=meter.get(name))
            loops.start(Loop(sender.name, sender.step, bell.listen("outbox"), lambda: 1.0, again=True))
        stack.push_async_callback(loops.stop)
        yield House(store, bell, channels, bare, list(books.values()))


def fresh(series: str, number: int) -> Alert:
    """An order to leave, which every outlet takes. No two say the same: services refuse that."""
    now = wall().replace(microsecond=0)
    said = f"計測 {series}。川に近づかないでください。"
    text = replace(alert().texts["ja"], event="避難指示", short=said, description=said)
    times = {"sent": now + timedelta(seconds=number), "effective": now, "expires": now + timedelta(hours=3)}
    return alert(series=series, texts={"ja": text}, level=4, response="Evacuate", **times)


@asynccontextmanager
async def _rig(name: str, folder: Path) -> AsyncIterator[Rig]:
    folder.mkdir()
    if name != "x":
        async with rig_of(name, folder) as rig:
            yield rig
        return
    patient = FakeX(rate_limit=1_000_000)
    await patient.start()
    yield FAKES[name][1](patient)
    await patient.stop()


async def _subscribe(store: Store, book: MemoryBook, channel: Channel) -> None:
    """The book's one person, in the store, who wants everything."""
    (one,) = book.people
    seal = Seal(SecretStr("k" * 40))
    uid = f"uid-{channel.name:0>12}"
    row = Subscriber(
        uid=uid,
        channel=channel.name,
        lookup=uid,
        sealed=seal.close(uid, one.address),
        state=Membership.CONFIRMED,
        wish=Wish(),
        changed_at=wall(),
    )
    async with store.write() as connection:
        await subscribers.add(connection, row)
    theirs = ResidentsBook(store, seal, ground().areas, "https://city.example")
    channel.book = theirs  # type: ignore[attr-defined]
