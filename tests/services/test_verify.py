"""Verify: real models over stored readings, and the verdicts on what they foresaw."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.status import Status
from geo.models.flood import Flood
from geo.verification.teller import Told
from services.bell import Bell
from services.predict import Predict
from services.store import cursors, hazards, records, stories
from services.store.engine import Store
from services.verify import Verify
from tests.services.making import NOW, SetClock, hazard, reading
from tests.services.web_floor import ground

TEN = timedelta(minutes=10)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def river(
    store: Store, levels: list[float], *, silent: range = range(0), steps: int = 1, busy: int = 40
) -> SetClock:
    """A reading each ten minutes from NOW on; predicted from the 22nd on as long as it is busy, and once at the end."""
    clock = SetClock()
    predict = Predict(store, Bell(), clock, ground(), [Flood()])
    verify = Verify(store, clock, ground(), [Flood()], 400 * DAY)
    said = {NOW + number * TEN: level for number, level in enumerate(levels) if number not in silent}
    async with store.write() as connection:
        await records.save(connection, [reading(value=level, measured_at=at) for at, level in said.items()], NOW)
    for number in [*range(21, min(busy, len(levels))), *range(busy, len(levels), 12), len(levels) - 1]:
        clock.at = NOW + number * TEN
        await predict.step()
        if number % steps == 0:
            await verify.step()
    await verify.step()
    return clock


async def told(store: Store, status: Status = Status.ACTUAL) -> list[Told]:
    async with store.read() as connection:
        return await stories.between(connection, status, NOW - 99 * HOUR, NOW + 999 * HOUR)


async def verdicts(store: Store) -> list[tuple[int, str, str]]:
    return [(one.thread.level, one.story.verdict.value, one.story.why) for one in await told(store)]


SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
RISE = [1.0] * 24 + [1.0 + 0.1 * step for step in range(14)]  # quiet, then 0.6 m an hour: over 2.0 m after 100 minutes
FALL = [2.3 - 0.1 * step for step in range(14)] + [1.0] * 80


@pytest.mark.parametrize("steps", [1, 1000])
async def test_a_rise_that_was_foreseen_is_a_hit_whether_looked_at_at_once_or_much_later(
    store: Store, steps: int
) -> None:
    await river(store, RISE + FALL, steps=steps)
    caution = [one for one in await told(store) if one.thread.level == 2]
    (one,) = [one for one in caution if one.story.crossed_at]
    assert one.story.verdict == "hit" and one.thread.place == "tatesakabashi" and one.version.startswith("flood@")
    assert one.story.lead and HOUR / 2 <= one.story.lead <= 2 * HOUR and not one.unfinished
    assert one.story.crossed_at == NOW + 34 * TEN


@SQLITE
async def test_a_warning_for_nothing_is_false_and_with_a_silent_gauge_it_is_nobodys_to_say(store: Store) -> None:
    stops = [1.0] * 24 + [1.0 + 0.1 * step for step in range(7)] + [1.6] * 100
    await river(store, stops)
    found = await verdicts(store)
    assert found and {(verdict, why) for _, verdict, why in found} == {("false", "")}


@SQLITE
async def test_what_a_silent_gauge_did_is_unknown(store: Store) -> None:
    stops = [1.0] * 24 + [1.0 + 0.1 * step for step in range(7)] + [1.6] * 100
    await river(store, stops, silent=range(31, 130))
    found = await verdicts(store)
    assert found and {(verdict, why) for _, verdict, why in found} == {("unknown", "silent")}


@SQLITE
async def test_a_jump_is_a_miss(store: Store) -> None:
    await river(store, [1.0] * 24 + [2.4, 2.4, 2.4])
    assert await verdicts(store) == [(2, "miss", ""), (4, "open", "")], "and now the slope is steep"


@SQLITE
async def test_a_gauge_that_comes_back_above_is_not_said_to_have_been_missed(store: Store) -> None:
    await river(store, [1.0] * 12 + [2.4] * 30, silent=range(12, 38), busy=50)
    assert await verdicts(store) == [(2, "unknown", "silent")]


async def test_drills_stay_apart_and_a_model_that_observes_nothing_is_counted_apart(store: Store) -> None:
    clock = SetClock()
    for seen, at in (([hazard(observed=False, model="oracle@7", source="x:foreseen")], NOW), ([], NOW + HOUR)):
        async with store.write() as connection:
            before = await hazards.current(connection, Status.EXERCISE)
            await hazards.replace_picture(connection, before, seen, at)
    verify = Verify(store, clock, ground(), [Flood()], 400 * DAY)
    clock.at = NOW + 2 * HOUR
    assert not await verify.step()
    (one,) = await told(store, Status.EXERCISE)
    assert (one.thread.place, one.thread.level, one.story.verdict, one.unfinished) == ("x", 0, "open", True)
    clock.at = NOW + 14 * HOUR
    await verify.step()
    (one,) = await told(store, Status.EXERCISE)
    assert (one.story.verdict, one.story.why) == ("unknown", "no_counterpart")
    assert await told(store) == []


async def test_work_is_bounded_and_the_position_is_that_of_what_was_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await river(store, RISE, steps=1000)
    expected = await verdicts(store)
    async with store.write() as connection:
        await connection.exec_driver_sql("DELETE FROM stories")
        await connection.exec_driver_sql("DELETE FROM cursors WHERE name = 'verify'")
    monkeypatch.setattr("services.verify._AT_ONCE", 3)
    clock = SetClock(NOW + 38 * TEN)
    for _ in range(500):  # a new life each step: nothing is kept in memory
        if not await Verify(store, clock, ground(), [Flood()], 400 * DAY).step():
            break
    async with store.read() as connection:
        assert await cursors.position(connection, "verify") == await hazards.latest_seq(connection) > 6
    assert await verdicts(store) == expected


@SQLITE
async def test_what_has_been_kept_long_enough_is_deleted_and_what_is_unfinished_is_not(store: Store) -> None:
    clock = await river(store, RISE + FALL + [2.4, 2.4])
    whole = await told(store)
    assert [one.unfinished for one in whole] == [False, False, True]
    verify = Verify(store, clock, ground(), [Flood()], 31 * DAY)
    clock.at += 30 * DAY
    await verify.step()
    assert len(await told(store)) == len(whole), "not a day too early"
    clock.at += 2 * DAY
    await verify.step()
    assert await told(store) == whole[2:]
