"""What plows did of a street is read back only as far as it takes, and comes to the same as reading all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from feeds.status import Status
from geo.plow.coverage import coverage
from geo.plow.passes import Pass
from services.store import plowed
from services.store.engine import Store
from services.store.last_done import Change, last_done
from services.store.plowed import Vehicle
from tests.services.between import statements
from tests.services.making import NOW

STREETS = [f"s{number}" for number in range(60)]
P7 = Vehicle(Status.ACTUAL, "gw", "p7")
DAY_S = 24 * 3600
DAY = (NOW - timedelta(seconds=DAY_S), NOW)


def passed(segment: str, ago_s: float, low: float = 0.0, high: float = 200.0, activity: str = "plow") -> Pass:
    ended = plowed.at(NOW.timestamp() - ago_s).timestamp()
    return Pass(
        segment=segment,
        began=ended - 30,
        ended=ended,
        from_m=low,
        to_m=high,
        length_m=200.0,
        direction=1,
        fixes=3,
        off_m=2.0,
        activity=activity,
    )


def by_chance(random: Random) -> list[Pass]:
    """Streets with nothing to forty passes of a day and a bit, most of them over a part."""
    found = []
    for segment in STREETS:
        for _ in range(random.choice([0, 1, 2, 5, 40])):
            low, high = sorted(random.choices(range(0, 201, 20), k=2))
            ago = random.choice([600, 3600, DAY_S + 3600]) * random.random()
            found.append(passed(segment, ago, low, high, random.choice(["plow", "plow", "", "deice"])))
    return found


async def kept(store: Store, some: Sequence[Pass]) -> None:
    async with store.write() as connection:
        await plowed.replace(connection, (), [(P7, one) for one in some])


async def test_when_a_street_was_done_is_what_all_passes_of_the_day_come_to(store: Store) -> None:
    """Also with passes that the step takes away and puts there."""
    random = Random(7)
    before, new = by_chance(random), by_chance(random)
    await kept(store, before)
    async with store.read() as connection:
        stored = await plowed.passes_over(connection, Status.ACTUAL, STREETS, NOW - timedelta(days=3))
        gone = frozenset(number for number in stored if random.random() < 0.3)
        found = await last_done(connection, Status.ACTUAL, STREETS, DAY, Change(gone, new))
        earlier = await last_done(connection, Status.ACTUAL, STREETS, (DAY[0], NOW - timedelta(hours=2)))
    left = [one for number, one in stored.items() if number not in gone] + new
    whole = coverage(one for one in left if one.ended >= NOW.timestamp() - DAY_S)
    assert found == {segment: one.done_at for segment, one in whole.items() if one.done_at is not None}
    assert 20 < len(found) < len(STREETS), "some are done, some are not"
    until = NOW.timestamp() - 7200
    whole = coverage(one for one in stored.values() if NOW.timestamp() - DAY_S <= one.ended <= until)
    assert earlier == {segment: one.done_at for segment, one in whole.items() if one.done_at is not None}


async def test_what_was_before_a_pass_over_the_whole_street_is_not_read(store: Store) -> None:
    await kept(store, [passed(segment, ago) for segment in STREETS for ago in range(300, DAY_S, 3600)])
    async with store.read() as connection:
        with statements(store) as asked:
            found = await last_done(connection, Status.ACTUAL, STREETS, DAY)
    assert len(asked) == 1, "the last twenty minutes say it of every street"
    assert set(found.values()) == {NOW.timestamp() - 300}


async def test_the_newest_rounds_are_found_section_by_section(store: Store) -> None:
    """However many there are of one; of what was known at the time, the last."""
    hour = timedelta(hours=1)
    for number in range(1, 6):
        told = {f"sec{one}": NOW + number * hour for one in range(number)}
        async with store.write() as connection:
            await plowed.go_round(connection, Status.ACTUAL, told, NOW + number * hour)
            await plowed.go_round(connection, Status.EXERCISE, {"drill": NOW}, NOW)
    async with store.read() as connection:
        assert await plowed.last_round(connection, Status.ACTUAL, NOW) == {}
        at_three = await plowed.last_round(connection, Status.ACTUAL, NOW + 3 * hour)
        assert at_three == {f"sec{one}": NOW + 3 * hour for one in range(3)}
        assert len(await plowed.last_round(connection, Status.ACTUAL, NOW + 9 * hour)) == 5
        assert await plowed.last_round(connection, Status.TEST, NOW) == {}
