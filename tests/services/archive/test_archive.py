"""Days and months are made once, the same on every engine, anew where the past moves, and never of what is not open."""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.quantities import FOR_STAFF
from feeds.records import Flag
from feeds.status import Status
from services.archive.period import Period
from services.archive.plan import Work
from services.archive.registry import KINDS
from services.configuration.open_data import OpenData
from services.store import by_day
from services.store.engine import Store
from tests.services.archive.making import NOON, TODAY, YESTERDAY, job, path, real, row, save, text, work_off
from tests.services.making import NOW, reading

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What these readings have to be packed to, on whatever engine they lie.
SAME = "99ed077a1cea"


async def test_a_finished_day_is_made_of_what_is_open_and_nothing_else(store: Store, tmp_path: Path) -> None:
    secret = {"station": "wana", "quantity": sorted(FOR_STAFF)[0]}
    await save(
        store,
        real(station="yuki", quantity="snow_depth", unit="cm", value=18.5),
        real(value=2.5, measured_at=YESTERDAY.begins),
        real(value=2.25, measured_at=YESTERDAY.ends - timedelta(seconds=1)),
        real(value=9.0, measured_at=YESTERDAY.ends),
        real(value=777.0, measured_at=NOON + HOUR, flags=frozenset({Flag.SPIKE})),
        reading(status=Status.EXERCISE, value=666.0, measured_at=NOON),
        reading(status=Status.TEST, value=555.0, measured_at=NOON),
        real(**secret, value=1.0),
        real(station="wana", quantity="battery", value=0.5),
        real(station="demo", value=444.0),
        real(station="nobody knows it", value=333.0),
        real(gateway="kept", value=222.0, measured_at=NOON + 2 * HOUR),
    )
    assert await work_off(job(store, tmp_path, terms=OpenData(kept_back_gateways=("kept",)))) > 0
    one = await row(store, "readings", YESTERDAY.name)
    told = list(csv.reader(io.StringIO(text(tmp_path, one))))
    assert told[0] == ["観測所コード", "観測所名", "観測項目", "観測日時", "値", "単位", "区分"]
    assert told[1:] == [
        ["tatesakabashi", "館坂橋", "water_level", "2026-11-19T00:00:00+09:00", "2.5", "m", "Actual"],
        ["tatesakabashi", "館坂橋", "water_level", "2026-11-19T23:59:59+09:00", "2.25", "m", "Actual"],
        ["yuki", "雪", "snow_depth", "2026-11-19T12:00:00+09:00", "18.5", "cm", "Actual"],
    ]
    assert one is not None and (one.rows, one.version, one.before) == (3, 1, "")
    assert one.bytes == path(tmp_path, one).stat().st_size
    assert one.sha256 == hashlib.sha256(path(tmp_path, one).read_bytes()).hexdigest()
    snow = text(tmp_path, await row(store, "snow_depth_daily", YESTERDAY.name)).splitlines()
    assert snow[1:] == ["yuki,雪,2026-11-19,18.5,18.5,18.5,1"]
    assert await row(store, "readings", TODAY.name) is None, "today is not over"


async def test_the_same_data_are_the_same_bytes_on_every_engine(store: Store, tmp_path: Path) -> None:
    some = [
        real(station=station, quantity=quantity, value=number / 7, unit=unit, measured_at=NOON + number * HOUR / 4)
        for station, quantity, unit in (("yuki", "snow_depth", "cm"), ("tatesakabashi", "water_level", "m"))
        for number in range(9)
    ]
    await save(store, *some[::2], *some[1::2])
    await work_off(job(store, tmp_path))
    one = await row(store, "readings", YESTERDAY.name)
    assert one is not None and one.content.startswith(SAME)
    assert await work_off(job(store, tmp_path / "another disk")) > 0
    again = await row(store, "readings", YESTERDAY.name)
    assert again is not None and (again.sha256, again.version) == (one.sha256, 1)


async def test_of_a_month_of_rows_a_few_are_in_memory(store: Store) -> None:
    """Ten thousand sensors are read as one is: so many rows at once, and a transaction for each few sensors."""
    second = timedelta(seconds=1)
    await save(store, *(real(value=1.0, measured_at=YESTERDAY.begins + one * second) for one in range(4100)))
    await save(store, *(real(station=f"s{one}", value=2.0) for one in range(60)))
    wanted, transactions = await by_day.subjects(store, Status.ACTUAL), 0

    class Counting:
        def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
            nonlocal transactions
            transactions += 1
            return store.read()

    parts = by_day.trusted(Counting(), wanted, (YESTERDAY.begins, YESTERDAY.ends), ())
    sizes = [len(part) async for part in parts]
    assert len(wanted) == 61 and sum(sizes) == 4160 and max(sizes) <= 2000
    assert transactions == 3


async def test_a_late_reading_makes_a_day_and_its_month_anew_and_says_so(store: Store, tmp_path: Path) -> None:
    halloween = Period("2026-10-31")
    await save(store, real(measured_at=halloween.begins), at=Period("2026-10-30").begins)
    archive = job(store, tmp_path, at=halloween.ends + DAY / 2)
    await work_off(archive)
    day, month = await row(store, "readings", "2026-10-30"), await row(store, "readings", "2026-10")
    assert day is not None and month is not None and (day.rows, month.rows) == (0, 1)
    assert text(tmp_path, month) == text(tmp_path, await row(store, "readings", "2026-10-31"))
    assert await work_off(archive) == 0, "nothing came, nothing is made"
    await save(store, real(measured_at=Period("2026-10-30").begins, value=1.25), at=halloween.ends)
    assert await work_off(archive) == 3, "a day and its month of readings; of snow the day was looked at"
    later, whole = await row(store, "readings", "2026-10-30"), await row(store, "readings", "2026-10")
    assert later is not None and (later.version, later.before, later.rows) == (2, day.sha256, 1)
    assert whole is not None and (whole.version, whole.before, whole.rows) == (2, month.sha256, 2)
    assert text(tmp_path, whole).count("観測所コード") == 1, "one head, however many days"
    assert "1.25" in text(tmp_path, whole)
    snow = await row(store, "snow_depth_daily", "2026-10-30")
    assert snow is not None and snow.version == 1


async def test_what_may_not_be_given_away_any_more_goes_from_what_was_made(store: Store, tmp_path: Path) -> None:
    await save(store, real(gateway="gw1", value=2.5), real(gateway="gw2", value=3.5, measured_at=NOON + HOUR))
    await work_off(job(store, tmp_path))
    await work_off(job(store, tmp_path, terms=OpenData(kept_back_gateways=("gw2",))))
    one = await row(store, "readings", YESTERDAY.name)
    assert one is not None and one.version == 2 and "3.5" not in text(tmp_path, one)
    await job(store, tmp_path).make(Work(KINDS["readings"], YESTERDAY, withdraw=True))
    one = await row(store, "readings", YESTERDAY.name)
    assert one is not None and one.withdrawn and (one.rows, one.bytes, one.version) == (0, 0, 3)


async def test_a_file_that_is_gone_is_made_again_and_is_no_correction(store: Store, tmp_path: Path) -> None:
    await save(store, real())
    archive = job(store, tmp_path)
    await work_off(archive)
    one = await row(store, "readings", YESTERDAY.name)
    assert one is not None
    path(tmp_path, one).unlink()
    assert await work_off(archive) == 1
    again = await row(store, "readings", YESTERDAY.name)
    assert again is not None and (again.sha256, again.version) == (one.sha256, 1) and path(tmp_path, one).exists()


async def test_each_day_is_looked_at_once_more_when_it_has_settled(store: Store, tmp_path: Path) -> None:
    await save(store, real())
    archive = job(store, tmp_path)
    await work_off(archive)
    one = await row(store, "readings", YESTERDAY.name)
    later = await job(store, tmp_path, at=NOW + 8 * DAY).make(Work(KINDS["readings"], YESTERDAY))
    assert one is not None and not later.new
    assert (later.row.version, later.row.made_at) == (1, one.made_at) and later.row.looked_at > one.looked_at
