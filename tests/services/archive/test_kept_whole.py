"""Crashes, full disks and several makers: no half of anything is ever told of, and nothing is lost."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from services.archive.plan import Work
from services.archive.registry import KINDS
from services.archive.shelf import FullError
from services.clock import wall
from services.lease import Leased, LeaseLostError
from services.store import leases
from services.store.engine import Store
from tests.services.archive.making import YESTERDAY, job, path, real, row, save, shelf, work_off

READINGS = Work(KINDS["readings"], YESTERDAY)
OLD = 7200.0  # seconds


def lying(folder: Path) -> list[Path]:
    return sorted((folder / "archive" / "readings").iterdir())


async def test_of_two_makers_one_makes_and_the_other_stands_by(store: Store, tmp_path: Path) -> None:
    await save(store, real())
    first, second = Leased(store, "archive", "first"), Leased(store, "archive", "second")
    one, other = job(first, tmp_path), job(second, tmp_path)
    assert await first.run(one.step) and not await second.run(other.step)
    await first.give_back()
    while await second.run(other.step):
        pass
    assert await row(store, "readings", YESTERDAY.name) is not None


async def test_a_maker_that_froze_tells_of_nothing_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """It comes back between the name of its file and the row, and another has taken over meanwhile."""
    await save(store, real())
    frozen = Leased(store, "archive", "frozen")
    assert await frozen.renew()
    async with store.write() as connection:
        assert await leases.take(connection, "archive", "another", wall() + timedelta(hours=1))
    with pytest.raises(LeaseLostError):
        await job(frozen, tmp_path).make(READINGS)
    assert await row(store, "readings", YESTERDAY.name) is None
    (orphan,) = lying(tmp_path)
    another = job(store, tmp_path)
    await work_off(another)
    assert lying(tmp_path) == [orphan], "the same rows are the same file, and now a row names it"
    await save(store, real(value=9.5, measured_at=YESTERDAY.begins), at=YESTERDAY.ends)
    await work_off(another)
    assert len(lying(tmp_path)) == 2, "whoever downloads the version before gets it to its end"
    os.utime(orphan, (0, wall().timestamp() - OLD))
    await work_off(another)
    named = await row(store, "readings", YESTERDAY.name)
    assert named is not None and lying(tmp_path) == [path(tmp_path, named)]


@pytest.mark.one_engine
async def test_half_a_file_is_never_told_of_and_swept_away(store: Store, tmp_path: Path) -> None:
    """What a process that was killed while it wrote has left."""
    await save(store, real())
    half = shelf(tmp_path)._aside("readings", YESTERDAY.name)
    half.parent.mkdir(parents=True)
    half.write_bytes(b"\x1f\x8b half")
    await work_off(job(store, tmp_path))
    assert half in lying(tmp_path), "its maker may be at work"
    os.utime(half, (0, wall().timestamp() - OLD))
    await work_off(job(store, tmp_path))
    one = await row(store, "readings", YESTERDAY.name)
    assert one is not None and lying(tmp_path) == [path(tmp_path, one)]


@pytest.mark.one_engine
async def test_a_full_disk_is_told_and_what_is_missing_is_made_when_there_is_room(store: Store, tmp_path: Path) -> None:
    await save(store, real())
    archive = job(store, tmp_path)
    aside = archive._shelf._aside("readings", YESTERDAY.name)
    aside.parent.mkdir(parents=True)
    aside.symlink_to("/dev/full")  # takes no byte, as a disk without room
    assert not await archive.step()
    assert "一杯" in archive.troubles[0] and lying(tmp_path) == []
    assert await row(store, "readings", YESTERDAY.name) is None
    assert await work_off(archive) > 0 and archive.troubles == []
    assert await row(store, "readings", YESTERDAY.name) is not None


@pytest.mark.one_engine
async def test_limits_are_told_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    await save(store, real())
    for small in (shelf(tmp_path, limit=0), shelf(tmp_path, spare=10**18)):
        archive = job(store, tmp_path)
        archive._shelf = small
        assert not await archive.step() and archive.troubles
        with pytest.raises(FullError):
            await archive.make(READINGS)
    assert await row(store, "readings", YESTERDAY.name) is None
