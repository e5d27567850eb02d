"""Six hours that come at once: every window is computed anew, and nobody is told stale news."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from feeds.checks import checked
from feeds.plain import Plain
from feeds.records import Flag, Message
from feeds.status import Status
from geo.hazard import Hazard
from geo.models.flood import Flood
from services.bell import Bell
from services.history import History
from services.predict import Predict
from services.store import hazards, records
from services.store.engine import Store
from services.store.tables import alerts, suppressions
from tests.services.making import NOW, SetClock
from tests.services.test_evaluate import evaluating
from tests.services.web_floor import ground

MINUTE = timedelta(minutes=1)
HIGH, LOW = 2.9, 0.8  # 氾濫危険水位 of the gauge is 2.8 m


class City:
    """The way of a reading from its bytes to a draft, with a clock that the test sets."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.history = store, SetClock(), History()
        self.predict = Predict(store, Bell(), self.clock, ground(), [Flood()])
        self.evaluate = evaluating(store, self.clock)

    async def receive(self, levels: Sequence[tuple[datetime, float]]) -> list[set[Flag]]:
        """One message of the gateway, stored as ingest does, then everything that follows from it."""
        body = [
            {"v": 1, "station": "tatesakabashi", "quantity": "water_level", "unit": "m"}
            | {"value": value, "time": at.isoformat()}
            for at, value in levels
        ]
        message = Message(
            topic="hub/v1/gw07/batch", payload=json.dumps(body).encode(), received_at=self.clock.at, gateway="gw07"
        )
        decoded = checked(Plain().decode(message), message)
        assert decoded.rejected == ()
        draft = self.history.draft()
        async with self.store.write() as connection:
            flagged = await self.history.judge(connection, decoded.records, draft)
            saved = await records.save(connection, flagged, message.received_at)
        self.history.learn(draft, saved.new)
        await self.look()
        return [set(one.flags) for one in flagged]  # type: ignore[union-attr]

    async def look(self) -> None:
        await self.predict.step()
        await self.evaluate.step()

    async def picture(self) -> list[Hazard]:
        async with self.store.read() as connection:
            return list((await hazards.current(connection, Status.ACTUAL)).values())

    async def drafts(self) -> list[int]:
        async with self.store.read() as connection:
            levels = select(alerts.c.level).where(alerts.c.rule == "river-level").order_by(alerts.c.revision)
            return list(await connection.scalars(levels))

    async def reasons(self) -> set[str]:
        async with self.store.read() as connection:
            return set(await connection.scalars(select(suppressions.c.reason).where(suppressions.c.current)))


@pytest.fixture
def city(store: Store) -> City:
    return City(store)


def every_ten_minutes(begin: timedelta, end: timedelta, value: float) -> list[tuple[datetime, float]]:
    count = (end - begin) // (10 * MINUTE)
    return [(NOW + begin + n * 10 * MINUTE, value) for n in range(count + 1)]


async def test_a_backfill_is_computed_and_shown_but_no_alert_comes_from_it_alone(city: City) -> None:
    flags = await city.receive(every_ten_minutes(-360 * MINUTE, -20 * MINUTE, HIGH))
    assert all(Flag.LATE in one for one in flags)
    (hazard,) = await city.picture()
    assert (hazard.level, hazard.late) == (4, True), "the desk sees that the river is high"
    assert hazard.since <= NOW - 350 * MINUTE, "and since when"
    assert "遅れて届いた値" in hazard.evidence[0].text
    assert await city.drafts() == []
    assert await city.reasons() == {"late"}, "and why nothing is said"


async def test_the_first_reading_in_time_makes_it_news(city: City) -> None:
    await city.receive(every_ten_minutes(-360 * MINUTE, -20 * MINUTE, HIGH))
    await city.receive([(NOW, HIGH)])
    (hazard,) = await city.picture()
    assert (hazard.level, hazard.late) == (4, False)
    assert await city.drafts() == [4]


async def test_a_backfill_neither_repeats_nor_ends_what_was_told(city: City) -> None:
    await city.receive([(NOW - 10 * MINUTE, HIGH), (NOW, HIGH)])
    assert await city.drafts() == [4]
    city.clock.at = NOW + 15 * MINUTE
    flags = await city.receive(every_ten_minutes(-360 * MINUTE, -20 * MINUTE, LOW))
    assert all({Flag.LATE, Flag.OUT_OF_ORDER} <= one for one in flags)
    (hazard,) = await city.picture()
    assert (hazard.level, hazard.late) == (4, False), "what is newest was in time"
    assert await city.drafts() == [4]


async def test_a_backfill_alone_raises_no_level(city: City) -> None:
    await city.receive([(NOW - 10 * MINUTE, 2.5), (NOW, 2.5)])
    assert await city.drafts() == [2]
    city.clock.at = NOW + 45 * MINUTE
    await city.receive([(NOW + 10 * MINUTE, 2.7), (NOW + 20 * MINUTE, HIGH), (NOW + 30 * MINUTE, HIGH)])
    assert [hazard.level for hazard in await city.picture() if hazard.observed] == [4]
    assert await city.drafts() == [2]


async def test_a_suspected_flood_waits_for_the_next_report_and_loses_nothing(city: City) -> None:
    city.clock.at = NOW
    await city.receive([(NOW - 20 * MINUTE, LOW), (NOW - 10 * MINUTE, LOW)])
    (flags,) = await city.receive([(NOW, HIGH)])
    assert flags == {Flag.SPIKE}
    assert await city.picture() == [] and await city.drafts() == []
    city.clock.at = NOW + 10 * MINUTE
    await city.receive([(NOW + 10 * MINUTE, HIGH)])
    (hazard,) = [one for one in await city.picture() if one.observed]
    assert (hazard.level, hazard.facts["confirmed"], hazard.since) == (4, True, NOW), "since the report that was held"
    assert await city.drafts() == [4]
