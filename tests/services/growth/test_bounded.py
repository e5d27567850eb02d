"""What is written and read each second, or over years, grows with what happens and never with its square."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.channels.budget.use import Use
from services.channels.channel import Delivery, Payload
from services.channels.registry import renderer
from services.store import alerts, spending, suppressions
from services.store.alerts import Refusal
from services.store.engine import Store
from services.store.suppressions import Suppression
from services.store.tables import suppressed
from services.store.tables import suppressions as reasons
from services.why import evidence
from tests.services.making import NOW, alert, hazard

SECOND = timedelta(seconds=1)


async def test_a_night_of_snow_adds_one_row_for_each_hazard_that_comes_to_be_held(store: Store) -> None:
    """Forty hazards join one by one: forty rows, not forty ever longer lists. Who leaves and comes again has two."""
    keys = [f"Actual/snow/a{number:02}" for number in range(40)]
    for many in range(1, 41):
        async with store.write() as connection:
            held = Suppression("snow", "s", "gather", "digest", f"{many}か所", tuple(keys[:many]))
            await suppressions.replace_standing(connection, Status.ACTUAL, NOW + many * SECOND, [held])
    async with store.write() as connection:
        assert await _rows(connection) == (1, 40)
        at = NOW + 41 * SECOND
        less = Suppression("snow", "s", "gather", "digest", "39か所", tuple(keys[1:]))
        await suppressions.replace_standing(connection, Status.ACTUAL, at, [less])
        whole = Suppression("snow", "s", "gather", "digest", "40か所", tuple(keys))
        await suppressions.replace_standing(connection, Status.ACTUAL, at + SECOND, [whole])
        assert await _rows(connection) == (1, 41)
        for moment, there in ((NOW, 0), (NOW + SECOND, 1), (at, 0), (at + SECOND, 1)):
            found = await suppressions.at(connection, Status.ACTUAL, keys[0], moment)
            assert len(found) == there, moment
        await suppressions.replace_standing(connection, Status.ACTUAL, at + 2 * SECOND, [])
        (over,) = await suppressions.at(connection, Status.ACTUAL, keys[5], at + SECOND)
        assert (over.since, over.until, over.what.detail) == (NOW + 6 * SECOND, at + 2 * SECOND, "40か所")


async def _rows(connection: AsyncConnection) -> tuple[int, int]:
    many = [await connection.scalar(select(func.count()).select_from(table)) for table in (reasons, suppressed)]
    return many[0] or 0, many[1] or 0


async def test_reasons_of_one_name_are_one_with_the_hazards_of_both(store: Store) -> None:
    some = [
        Suppression("r", "s", "inhibit", "inhibited", detail, (key,)) for detail, key in (("ア", "k1"), ("イ", "k2"))
    ]
    async with store.write() as connection:
        await suppressions.replace_standing(connection, Status.ACTUAL, NOW, some)
        for key in ("k1", "k2"):
            (held,) = await suppressions.at(connection, Status.ACTUAL, key, NOW)
            assert held.what.detail == "ア、イ"


async def test_refusals_are_found_by_their_code_without_reading_payloads(store: Store) -> None:
    one, other = alert(channels=("x",)), alert(series="other", channels=("x",))
    async with store.write() as connection:
        refused = {"x": Refusal("予算のため送らない", "budget_spent"), "log": renderer("log").render(one)}
        await alerts.add_draft(connection, one, refused, NOW)
        await alerts.add_draft(connection, other, {"x": Refusal("code を持たない")}, NOW)
        found = await alerts.refused(connection, one.status, "budget_")
        assert found == [(one.series, one.rule, "x", "予算のため送らない")]
        assert await alerts.refused(connection, one.status, "budget_l") == []


async def test_days_are_those_of_japan_and_a_thread_over_midnight_is_one_delivery(store: Store) -> None:
    midnight = datetime(2026, 1, 14, 15, tzinfo=UTC)
    one = alert(channels=("x",))
    sent = Delivery(
        id="d", key="k", series="s", revision=1, channel="x", payload=Payload(media_type="text/plain", parts=("雪",)),
        status=one.status, attempts=1, after_unknown=False, first_tried_at=None, expires=one.expires,
        context={"kind": "snow", "level": "2"},
    )  # fmt: skip
    async with store.write() as connection:
        for part, at in enumerate([midnight - SECOND, midnight, midnight + timedelta(hours=20)]):
            await spending.add(connection, sent, part, Use(calls=1, micros=10**9), "USD", at, sure=True)
        window = (midnight - timedelta(days=1), midnight + timedelta(days=1))
        days = await spending.by_day(connection, *window)
        assert [(one.day, one.kind, one.use.calls, one.use.micros) for one in days] == [
            (date(2026, 1, 14), "snow", 1, 10**9),
            (date(2026, 1, 15), "snow", 2, 2 * 10**9),
        ]
        assert await spending.deliveries(connection, *window) == {"x": 1}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_why_reads_every_revision_that_stood_however_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that names the hazard is the oldest of twenty, and they are read three at a time."""
    monkeypatch.setattr(evidence, "_AT_ONCE", 3)
    seen = hazard()
    async with store.write() as connection:
        for number in range(20):
            named = (seen.key,) if number == 0 else ("Exercise/other",)
            sent = NOW + number * SECOND
            one = alert(series=f"s{number:02}", hazards=named, sent=sent, expires=NOW + timedelta(hours=2))
            await alerts.add_draft(connection, one, {}, sent)
        found = await evidence._written(connection, seen.key, seen.status, NOW + timedelta(minutes=1))
    assert [one.alert.series for one in found] == ["s00"]
