"""The chronology loses its head by the rules, and the chain still says what went, from where it holds, and who lied."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from feeds.status import Status
from services.cli import run
from services.clock import wall
from services.configuration.retention import Retention as Days
from services.retention import job
from services.retention.job import Retention, sized
from services.settings import load
from services.store import chronology
from services.store.chronology import CUT, Chain, Entry
from services.store.engine import Store
from services.store.tables import chronology as log
from tests.services.making import NOW, SetClock

MONTH = timedelta(days=31)
SETTINGS = load(environment={}).model_copy(update={"retention": Days(alerts_days=400, chronology_days=400)})


async def written(store: Store, begin: datetime = NOW, many: int = 60) -> None:
    """Five entries a month, the first on 20 November."""
    entries = [
        Entry(at=begin + number * MONTH / 5, status=Status.ACTUAL, kind="note", who="sato", text=f"{number}")
        for number in range(many)
    ]
    async with store.write() as connection:
        await chronology.append(connection, entries)


async def look(store: Store) -> Chain:
    async with store.read() as connection:
        return await chronology.verify(connection)


async def test_at_every_slice_and_after_every_restart_the_chain_is_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rows at a time, and each time by a job that knows nothing of the one before it."""
    monkeypatch.setattr(job, "_FIRST", 2)
    await written(store)
    clock = SetClock(NOW + timedelta(days=400) + 6 * MONTH + timedelta(days=3))
    seen = [await look(store)]
    while await Retention(store, clock, SETTINGS).step():
        seen.append(await look(store))
    assert len(seen) > 10 and all(one.broken is None for one in seen)
    assert seen[0].cut is None and len({one.cut and one.cut.hash for one in seen[1:]}) == 1, (
        "said once, before it begins"
    )
    last = seen[-1]
    assert last.cut is not None and last.since is not None
    assert (last.cut.upto, last.cut.count, last.first, last.rows) == (27, 27, 28, 34)
    assert last.since >= datetime.fromisoformat("2027-05-01T00:00:00+09:00") > last.cut.until, "whole months, in Japan"

    clock.at += 4 * MONTH
    await Retention(store, clock, SETTINGS).run()
    again = await look(store)
    assert again.broken is None and again.cut is not None and again.cut.upto == again.first - 1 > last.cut.upto


async def test_a_head_that_somebody_else_took_away_is_found(store: Store) -> None:
    await written(store)
    clock = SetClock(NOW + timedelta(days=400) + 6 * MONTH)
    await Retention(store, clock, SETTINGS).run()
    first = (await look(store)).first
    async with store.write() as connection:
        await connection.execute(delete(log).where(log.c.seq == first))
        assert await chronology.first_broken(connection) == first + 1


async def test_a_cut_that_was_made_up_is_found(store: Store) -> None:
    """An entry may say what it likes: the first row has to follow on the hash it names."""
    await written(store, many=10)
    async with store.write() as connection:
        await connection.execute(delete(log).where(log.c.seq <= 4))
        refs = {"upto": "4", "hash": "f" * 64, "count": "4", "until": NOW.isoformat()}
        for said in (refs, {"upto": "four"}):
            made = Entry(at=NOW, status=Status.ACTUAL, kind=CUT, who="retention", text="", refs=said)
            await chronology.append(connection, [made])
        assert await chronology.first_broken(connection) == 5


async def test_a_cut_that_was_changed_afterwards_is_found(store: Store) -> None:
    await written(store)
    await Retention(store, SetClock(NOW + timedelta(days=400) + 6 * MONTH), SETTINGS).run()
    async with store.write() as connection:
        cut = (await connection.execute(select(log.c.seq, log.c.refs).where(log.c.kind == CUT))).one()
        await connection.execute(update(log).where(log.c.seq == cut.seq).values(refs={**cut.refs, "count": "1"}))
        assert await chronology.first_broken(connection) == cut.seq


def test_a_slice_that_held_the_turn_too_long_is_followed_by_a_smaller_one() -> None:
    assert [sized(100, took) for took in (0.001, 0.03, 0.2)] == [200, 100, 50]
    assert (sized(2000, 0.001), sized(20, 5.0)) == (2000, 20)


def test_the_command_shows_what_is_due_lets_it_go_and_follows_the_chain(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shirase.db").write_bytes(migrated.read_bytes())

    async def filled() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        await written(store, begin=wall() - timedelta(days=3700), many=120)
        await store.close()

    asyncio.run(filled())
    monkeypatch.setenv("SHIRASE_DATA_DIR", str(tmp_path))

    def lines(*words: str) -> list[dict[str, object]]:
        assert run(["retention", *words]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    shown = {one["rule"]: one for one in lines("show")}
    due = shown["chronology"]
    assert due["days"] == 3653 and 0 < int(str(due["due"])) < 20 and due["oldest"] and "last entry" in str(due["never"])
    assert [one["due"] for one in lines("run", "--dry-run")] == [one["due"] for one in shown.values()], "it only says"
    (chain,) = lines("verify")
    assert (chain["whole"], chain["from"], chain["cut"]) == (True, 1, None)
    (again,) = lines("verify", "--hash", str(chain["hash"]))
    assert again["noted"] == chain["last"] == 120
    assert run(["retention", "verify", "--hash", "0" * 64]) == 1 and '"noted": null' in capsys.readouterr().out
    assert lines("run") == [{"rule": "chronology", "gone": due["due"]}]
    (chain,) = lines("verify")
    assert chain["whole"] is True and isinstance(chain["cut"], dict) and chain["cut"]["rows"] == due["due"]

    async def broken() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'shirase.db'}")
        async with store.write() as connection:
            await connection.execute(update(log).where(log.c.seq == 50).values(text="なかった"))
        await store.close()

    asyncio.run(broken())
    assert run(["retention", "verify"]) == 1
    assert json.loads(capsys.readouterr().out)["broken_at"] == 50
