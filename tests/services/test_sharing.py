"""Several that predict and several that deliver: every piece is one process's, and what a dead one had goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from feeds.records import Reading
from feeds.status import Status
from geo.catchment import shares
from geo.registry import BY_GAUGE, MODELS
from services.bell import Bell
from services.channels.linkage import Config, Linkage
from services.clock import wall
from services.deliver import Deliver
from services.health import Health
from services.lease import Leased
from services.line import Report
from services.predict import Predict
from services.sharing import Sharing
from services.store import hazards, leases, processes, records
from services.store.engine import Store
from services.store.tables import leases as lease_table
from services.store.tables import processes as process_table
from tests.fakes.linkage import FakeLinkage
from tests.geo.making import gauge, ground
from tests.services.making import NOW, SetClock, alert
from tests.services.test_deliver import issue

PIECES = tuple(f"predict:{number}" for number in range(5))


@pytest.fixture(autouse=True)
def looking_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sharing._LOOK_S", 0.0)


class Process:
    """One that runs the verb, as the others see it."""

    def __init__(self, store: Store, me: str) -> None:
        self.store, self.me = store, me
        sharing = Sharing(store, me, "predict", PIECES)
        self.pieces = {name: Leased(store, name, me, sharing) for name in PIECES}

    async def live(self) -> list[str]:
        """Say so, and try each piece; those that it then has."""
        async with self.store.write() as connection:
            await processes.report(connection, self.me, Report(services=("predict",), health=Health()), wall())
        tried = [name for name, leased in self.pieces.items() if await leased.renew()]
        async with self.store.read() as connection:
            held = await leases.holders(connection, PIECES, wall())
        assert set(tried) <= {name for name, holder in held.items() if holder == self.me}
        return tried


async def die(store: Store, one: Process) -> None:
    """What time would do to one that is gone."""
    long_ago = wall() - timedelta(minutes=1)
    async with store.write() as connection:
        theirs = lease_table.c.holder == one.me
        await connection.execute(update(lease_table).where(theirs).values(until=long_ago))
        gone = process_table.c.name == one.me
        await connection.execute(update(process_table).where(gone).values(seen_at=long_ago))


async def test_each_piece_is_ones_and_what_a_dead_one_had_goes_to_the_others(store: Store) -> None:
    a, b, c = (Process(store, name) for name in "abc")
    assert await a.live() == [*PIECES], "alone it has everything"
    await b.live()
    mine = await a.live()
    theirs = await b.live()
    assert (len(mine), len(theirs)) == (3, 2) and {*mine, *theirs} == {*PIECES} and not {*mine} & {*theirs}
    assert [await a.live(), await b.live()] == [mine, theirs], "and so it stays"
    await die(store, a)
    for _ in range(2):
        await c.live()
        await b.live()
    shared = [await b.live(), await c.live()]
    assert sorted(shared[0] + shared[1]) == [*PIECES] and max(map(len, shared)) == 3


async def test_pieces_of_the_picture_are_the_whole_and_leave_each_other_alone(store: Store) -> None:
    rivers = {"a1": ("大川", "sw"), "b1": ("北川", "nw"), "c1": ("中川", "ne")}
    world = ground(*(gauge(code, river=river, areas=(area,)) for code, (river, area) in rivers.items()))
    await rise(store, ("a1", "b1", "c1"))
    pieces = shares("predict", MODELS, BY_GAUGE, world.stations)
    for piece in pieces:
        await Predict(store, Bell(), SetClock(), world, piece).step()
    found = await picture(store)
    assert {one.partition(":")[0].split("/")[-1] for one in found} == {"a1", "b1", "c1"}
    # One falls: its own piece alone ends its hazards.
    clock = SetClock(NOW + timedelta(minutes=10))
    await rise(store, ("b1",), value=0.2, until=clock.at)
    others = [Predict(store, Bell(), clock, world, piece) for piece in pieces if not piece.name.endswith("北川")]
    for one in others:
        await one.step()
    assert await picture(store) == found
    (own,) = (Predict(store, Bell(), clock, world, piece) for piece in pieces if piece.name.endswith("北川"))
    await own.step()
    assert not any("/b1" in key for key in await picture(store))


async def test_whoever_has_not_the_queue_sends_only_what_nothing_holds_back(store: Store) -> None:
    fake = FakeLinkage()
    await fake.start()
    outlet = Linkage(Config(url=fake.url, token=fake.token, statuses=frozenset({Status.ACTUAL, Status.EXERCISE})))
    try:
        await issue(store, outlet, alert(channels=("linkage",)))
        real = {"status": Status.ACTUAL, "channels": ("linkage",), "series": "Actual-grave", "level": 4}
        await issue(store, outlet, alert(**real, identifier="Actual-grave-1"))
        owner, other = (Deliver(store, Bell(), SetClock(), outlet) for _ in range(2))
        owner.once, other.once = Leased(store, owner.name, "owner"), Leased(store, owner.name, "other")
        assert await owner.once.renew()
        assert await other.step() and not await other.step(), "it keeps no pace, so what is not urgent waits"
        assert [one.alert.identifier for one in fake.received] == ["Actual-grave-1"]
        assert await owner.step() and not await owner.step() and len(fake.received) == 2
    finally:
        await outlet.close()
        await fake.stop()


async def rise(store: Store, codes: Sequence[str], value: float = 3.5, until: datetime = NOW) -> None:
    """Five reports of each gauge, the newest two minutes old."""
    times = [until - timedelta(minutes=10 - 2 * step) for step in range(5)]
    readings = [
        Reading(gateway="gw", station=code, quantity="water_level", value=value, unit="m", measured_at=at)
        for code in codes
        for at in times
    ]
    async with store.write() as connection:
        await records.save(connection, readings, until)


async def picture(store: Store) -> list[str]:
    async with store.read() as connection:
        return sorted(await hazards.current(connection, Status.ACTUAL))
