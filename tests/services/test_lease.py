"""Leases: one process runs, the others stand by, and what a process writes after it lost its turn is rolled back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.clock import wall
from services.lease import Leased, LeaseLostError
from services.store import cursors, leases
from services.store.engine import Store
from services.store.tables import leases as table


class Verb:
    """A step that moves a cursor."""

    def __init__(self, leased: Leased) -> None:
        self.leased, self.steps = leased, 0

    async def step(self) -> bool:
        self.steps += 1
        async with self.leased.write() as connection:
            await cursors.move(connection, "verb", await cursors.position(connection, "verb") + 1)
        return True

    async def run(self) -> bool:
        return await self.leased.run(self.step)


async def position(store: Store) -> int:
    async with store.read() as connection:
        return await cursors.position(connection, "verb")


async def run_out(store: Store) -> None:
    """What time would do to a process that is gone."""
    async with store.write() as connection:
        await connection.execute(table.update().values(until=wall() - timedelta(seconds=1)))


async def test_one_runs_and_the_others_stand_by(store: Store) -> None:
    verbs = [Verb(Leased(store, "verb", f"p{number}")) for number in range(3)]
    ran = await asyncio.gather(*(verb.run() for verb in verbs for _ in range(4)))
    assert sorted(verb.steps for verb in verbs) == [0, 0, 4]
    assert (sum(ran), await position(store)) == (4, 4)


async def test_another_takes_over_when_the_lease_runs_out_and_at_once_when_it_is_given_back(store: Store) -> None:
    one, other = Verb(Leased(store, "verb", "one")), Verb(Leased(store, "verb", "other"))
    assert await one.run() and not await other.run()
    await run_out(store)
    assert await other.run() and not await one.run()
    await other.leased.give_back()
    assert await one.run()


async def test_a_lease_from_before_the_clock_was_set_back_keeps_nobody_waiting(store: Store) -> None:
    one, other = Verb(Leased(store, "verb", "one")), Verb(Leased(store, "verb", "other"))
    assert await one.run()
    async with store.write() as connection:
        await connection.execute(table.update().values(until=wall() + timedelta(hours=1)))
    assert await other.run() and not await one.run()


async def test_one_that_froze_writes_nothing_after_another_took_over(store: Store) -> None:
    frozen, other = Verb(Leased(store, "verb", "frozen")), Verb(Leased(store, "verb", "other"))
    assert await frozen.run()
    await run_out(store)
    assert await other.run()
    assert await position(store) == 2
    with pytest.raises(LeaseLostError):
        await frozen.step()
    assert not await frozen.run(), "it believes to have the lease, finds that it has not, and stands by"
    assert not await frozen.run() and frozen.steps == 3
    assert await position(store) == 2


async def test_a_step_longer_than_its_lease_keeps_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.6))
    slow, other = Leased(store, "verb", "slow"), Verb(Leased(store, "verb", "other"))

    async def long() -> bool:
        await asyncio.sleep(1.5)
        assert not await other.run()
        return True

    assert await slow.run(long)


async def test_an_error_of_the_step_is_the_loops_to_see(store: Store) -> None:
    async def fails() -> bool:
        raise RuntimeError("the model broke")

    with pytest.raises(RuntimeError, match="the model broke"):
        await Leased(store, "verb", "one").run(fails)


async def test_a_hub_that_is_alone_need_not_wait_for_the_dead(store: Store) -> None:
    assert await Verb(Leased(store, "verb", "dead")).run()
    async with store.write() as connection:
        await leases.clear(connection)
    assert await Verb(Leased(store, "verb", "alive")).run()
