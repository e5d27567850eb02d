"""What the loop remembers of readings is what the store would say, however they came."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from feeds.records import Flag
from feeds.status import Status
from services.recent import Recent
from services.store import readings, records
from services.store.engine import Store
from services.store.tables import records as records_table
from tests.services.making import NOW, reading

DAY = timedelta(hours=25)
SUBJECTS = ["tatesakabashi/water_level", "other/water_level"]


async def both(store: Store, recent: Recent, now: datetime, subjects: list[str] = SUBJECTS) -> list[object]:
    """What is remembered, after it was found to be what is stored; values of both sensors."""
    told: list[object] = []
    async with store.read() as connection:
        upto = await records.latest_seq(connection)
        for status in Status:
            asked = await readings.series(connection, subjects, status, now - DAY, now)
            found = await recent.gather(connection, dict.fromkeys(subjects, DAY), status, now, upto)
            assert found == {subject: some for subject, some in asked.items() if some}, status
            told += [sample.value for some in found.values() for sample in some]
    return told


async def came(store: Store, *some: tuple[datetime, float], **more: object) -> None:
    async with store.write() as connection:
        batch = [reading(value=value, measured_at=at, **more) for at, value in some]
        await records.save(connection, batch, NOW)


async def test_what_comes_in_any_order_is_in_its_place(store: Store) -> None:
    recent, dice = Recent(), random.Random(5)
    ages = [timedelta(minutes=10 * back) for back in range(200)]
    dice.shuffle(ages)
    for turn in range(20):
        now = NOW + timedelta(minutes=turn)
        some = [(now - age, round(dice.uniform(0.5, 1.5), 2)) for age in ages[10 * turn : 10 * turn + 10]]
        station, status = dice.choice(["tatesakabashi", "other", "foreign"]), dice.choice(list(Status))
        flags = frozenset({dice.choice([Flag.SPIKE, Flag.OUT_OF_RANGE, Flag.LATE])}) if turn % 3 == 0 else frozenset()
        await came(store, *some, station=station, status=status, flags=flags)
        await both(store, recent, now)


async def test_a_revision_takes_the_place_of_what_is_remembered(store: Store) -> None:
    recent = Recent()
    await came(store, (NOW, 1.0), message_id="m1")
    assert await both(store, recent, NOW) == [1.0]
    await came(store, (NOW, 1.2), message_id="m1")
    assert await both(store, recent, NOW) == [1.2]


async def test_what_is_yet_to_come_waits_and_what_is_old_goes(store: Store) -> None:
    recent = Recent()
    await came(store, (NOW - DAY, 1.0), (NOW + timedelta(minutes=1), 1.1))
    assert await both(store, recent, NOW) == [1.0]
    assert await both(store, recent, NOW + timedelta(minutes=1)) == [1.1]


async def test_each_sensor_is_remembered_as_far_back_as_it_is_asked_for(store: Store) -> None:
    recent, spans = Recent(), {"tatesakabashi/water_level": 2 * DAY, "other/water_level": DAY}
    for station in ("tatesakabashi", "other"):
        await came(store, (NOW - 1.5 * DAY, 1.0), (NOW, 1.1), station=station)
    async with store.read() as connection:
        found = await recent.gather(connection, spans, Status.ACTUAL, NOW, await records.latest_seq(connection))
    assert {station: len(some) for (station, _), some in found.items()} == {"tatesakabashi": 2, "other": 1}


async def test_a_clock_that_goes_back_and_other_sensors_are_asked_of_the_store(store: Store) -> None:
    recent = Recent()
    await came(store, (NOW - DAY, 1.0), (NOW, 1.1))
    assert await both(store, recent, NOW + timedelta(hours=1)) == [1.1]
    assert await both(store, recent, NOW) == [1.0, 1.1]
    await came(store, (NOW, 2.0), station="new")
    assert await both(store, recent, NOW, [*SUBJECTS, "new/water_level"]) == [2.0, 1.0, 1.1]


async def test_a_look_reads_only_what_is_new(store: Store) -> None:
    """Told by what the store can no longer say: what is taken out of it is still remembered."""
    recent = Recent()
    await came(store, (NOW, 1.0))
    await both(store, recent, NOW)
    async with store.write() as connection:
        await connection.execute(records_table.delete())
    await came(store, (NOW + timedelta(seconds=1), 1.1))
    async with store.read() as connection:
        upto = await records.latest_seq(connection)
        spans = dict.fromkeys(SUBJECTS, DAY)
        found = await recent.gather(connection, spans, Status.ACTUAL, NOW + timedelta(hours=1), upto)
    assert [sample.value for sample in found["tatesakabashi", "water_level"]] == [1.0, 1.1]
