"""A drill's records and real ones lie in one table and never meet in a reading of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.records import Report
from feeds.status import Status
from services.store import readings, records
from services.store.engine import Store
from tests.services.making import NOW, reading

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("status", list(Status))
async def test_reports_of_one_status_only(store: Store, status: Status) -> None:
    batch = [
        Report(
            gateway="police", report_id=one.value, kind="bear", measured_at=NOW, text="クマ", place="山岸", status=one
        )
        for one in Status
    ]
    async with store.write() as connection:
        await records.save(connection, batch, NOW)
        found = await records.reports(connection, status, NOW - HOUR, NOW)
    assert [one.report_id for one in found] == [status.value]


async def test_a_drills_reading_is_no_repeat_of_the_real_one(store: Store) -> None:
    """A gateway that says of a reading already sent: this was a drill."""
    async with store.write() as connection:
        await records.save(connection, [reading()], NOW)
        saved = await records.save(connection, [reading(status=Status.EXERCISE)], NOW)
        subject = ["tatesakabashi/water_level"]
        found = {one: await readings.series(connection, subject, one, NOW - HOUR, NOW) for one in Status}
    assert (len(saved.new), saved.duplicates) == (1, 0)
    assert {one: len(series) for one, series in found.items()} == {
        Status.ACTUAL: 1,
        Status.EXERCISE: 1,
        Status.TEST: 0,
    }
