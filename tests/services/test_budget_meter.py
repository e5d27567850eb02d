"""The count of what was spent: by part, once, through failures and restarts; and what it holds back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from feeds.status import Status
from rules.alert import Alert
from services.channels.budget.gate import Gate
from services.channels.budget.meter import Meter
from services.channels.budget.tariff import Own, tariffs
from services.channels.channel import Delivery, Outcome, Payload, Told, Verdict
from services.store import alerts, outbox, spending
from services.store.engine import Store
from services.store.queue_terms import OF_ITS_ALERT
from services.store.tables import alerts as stored
from services.store.tables import outbox as rows
from tests.services.making import NOW, alert

WALL = datetime(2027, 1, 10, 3, 0, tzinfo=UTC)
METER = Meter("x", tariffs({"x": Own(money_a_month=Decimal(60))}, {"x": {}})["x"])
THREAD = Payload(media_type="text/plain", parts=("大雪 https://city.example/a", "路面凍結", "Snow"))


async def issued(store: Store, one: Alert, payload: Payload = THREAD) -> None:
    async with store.write() as connection:
        await alerts.add_draft(connection, one, {"x": payload}, NOW)
        await alerts.mark_issued(connection, one, NOW)
        await outbox.add(connection, one, {"x": payload}, NOW, WALL)


async def claim(store: Store, at: datetime = WALL, meter: Meter = METER) -> Delivery | None:
    async with store.hold() as connection:

        async def admits(row: object) -> bool:
            return await meter.room(connection, row, NOW, at) is None  # type: ignore[arg-type]

        await outbox.sweep(connection, NOW, at)
        return await outbox.claim(connection, "x", NOW, at, admits=admits)


async def finish(store: Store, delivery: Delivery, outcome: Outcome, at: datetime = WALL) -> None:
    async with store.write() as connection:
        await outbox.finish(connection, delivery, outcome, NOW, at)
        await METER.finished(connection, delivery, outcome, at)


async def spent(store: Store, at: datetime = WALL) -> dict[str, float]:
    async with store.read() as connection:
        return {gauge.window.name: gauge.spent for gauge in await METER.gauges(connection, at)}


async def test_each_part_counts_when_it_is_out_and_once(store: Store) -> None:
    await issued(store, alert(channels=("x",)))
    delivery = await claim(store)
    assert delivery
    async with store.hold() as connection:
        await METER.part_out(connection, delivery, 0, WALL)
    assert await spent(store) == {"quarter_hour": 1, "day": 1, "money": 200_000}
    await finish(store, delivery, Outcome(verdict=Verdict.ACCEPTED, remote_id="1"))
    assert await spent(store) == {"quarter_hour": 3, "day": 3, "money": 230_000}


async def test_what_may_be_out_counts_until_it_is_known_and_never_twice(store: Store) -> None:
    await issued(store, alert(channels=("x",)))
    first = await claim(store)
    assert first
    await finish(store, first, Outcome(verdict=Verdict.UNKNOWN))
    assert (await spent(store))["money"] == 200_000
    again = await claim(store, WALL + timedelta(hours=1))
    assert again
    await finish(store, again, Outcome(verdict=Verdict.DUPLICATE, remote_id="1"), WALL + timedelta(hours=1))
    assert (await spent(store, WALL + timedelta(hours=1)))["money"] == 230_000


async def test_what_was_refused_costs_nothing(store: Store) -> None:
    await issued(store, alert(channels=("x",)))
    delivery = await claim(store)
    assert delivery
    await finish(store, delivery, Outcome(verdict=Verdict.LATER))
    assert (await spent(store))["money"] == 0


async def test_a_window_forgets_what_left_it(store: Store) -> None:
    await issued(store, alert(channels=("x",)))
    delivery = await claim(store)
    assert delivery
    await finish(store, delivery, Outcome(verdict=Verdict.ACCEPTED, remote_id="1"))
    later = await spent(store, WALL + timedelta(minutes=16))
    assert (later["quarter_hour"], later["day"]) == (0, 3)


async def test_the_providers_word_stands_over_our_own_count(store: Store) -> None:
    told = Told(window="quarter_hour", limit=50, used=49, resets_at=WALL + timedelta(minutes=4))
    async with store.write() as connection:
        await spending.hear(connection, "x", (told,), WALL)
    async with store.read() as connection:
        (gauge, *_) = await METER.gauges(connection, WALL + timedelta(minutes=1))
    assert (gauge.limit, gauge.spent, gauge.told, gauge.frees) == (50, 49, True, told.resets_at)
    await issued(store, alert(channels=("x",), level=3, severity="Moderate"))
    assert await claim(store, WALL + timedelta(minutes=1)) is None, "three posts do not fit"
    async with store.read() as connection:
        assert await connection.scalar(select(rows.c.state)) == "waiting"
    assert await claim(store, WALL + timedelta(minutes=5)), "the window has opened again"


async def test_what_was_heard_and_spent_by_a_clock_that_ran_ahead_fills_no_window(store: Store) -> None:
    ahead, gate = WALL + timedelta(hours=1), Gate(METER)
    told = Told(window="quarter_hour", limit=50, used=50, resets_at=None)
    await issued(store, alert(channels=("x",), level=3, severity="Moderate"))
    delivery = await claim(store, ahead)
    assert delivery
    await finish(store, delivery, Outcome(verdict=Verdict.UNKNOWN, told=(told,)), ahead)
    async with store.hold() as connection:
        columns = (rows, stored.c.level, stored.c.ends, stored.c.body.label("alert"))
        found = await connection.execute(select(*columns).join(stored, OF_ITS_ALERT))
        waits = found.mappings().one()
        assert not await gate.admits(connection, waits, NOW, ahead) and gate.full(ahead)
        assert not gate.full(WALL), "the clock was set back"
        assert await gate.admits(connection, waits, NOW, WALL)
    assert (await spent(store))["quarter_hour"] == 0


async def test_an_all_clear_does_not_wait_for_room(store: Store) -> None:
    told = Told(window="quarter_hour", limit=50, used=50, resets_at=WALL + timedelta(minutes=4))
    async with store.write() as connection:
        await spending.hear(connection, "x", (told,), WALL)
    await issued(store, alert(series="a", channels=("x",), level=3, severity="Moderate"))
    await issued(store, alert(series="drill", channels=("x",), level=5))
    await issued(store, alert(series="b", channels=("x",), level=4, status=Status.ACTUAL))
    delivery = await claim(store, WALL + timedelta(minutes=1))
    assert delivery and delivery.series == "b" and delivery.urgent
    assert await claim(store, WALL + timedelta(minutes=1)) is None, "a drill waits, whatever its level"


async def test_what_waits_already_counts_for_the_next_plan(store: Store) -> None:
    await issued(store, alert(channels=("x",)))
    async with store.read() as connection:
        money = (await METER.gauges(connection, WALL, with_waiting=True))[2]
    assert (money.spent, money.committed) == (0, 230_000)
