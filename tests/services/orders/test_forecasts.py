"""Forecasts out of the store: known in time, of their own status, replaced when they are superseded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feeds.records import Record
from feeds.snow_ahead import SnowForecast, SnowSpan
from feeds.status import Status
from rules.orders.decision import Reason
from rules.orders.life import State
from services.broker.link import Incoming
from services.grants import Grant
from services.intake import Intake
from services.store import decided, records
from services.store.engine import Store
from tests.feeds.jma_making import read, report
from tests.feeds.test_jma_snow_ahead import depth, item, series
from tests.rules.orders.nights import at, rising
from tests.services.orders.night import HOUR, MIDNIGHT, Night

pytestmark = pytest.mark.one_engine
DAY = {"1": ("2027-01-14T18:00:00+09:00", "PT24H")}


async def hears(night: Night, *some: Record) -> None:
    async with night.store.write() as connection:
        await records.save(connection, some, night.clock.now())


def bought(cm: float, issued: datetime = MIDNIGHT, status: Status = Status.ACTUAL) -> SnowForecast:
    span = SnowSpan(start=MIDNIGHT, until=at("07:00"), low_cm=cm, high_cm=cm, over_h=7.0)
    return SnowForecast(gateway="tenki", place="sw", measured_at=issued, spans=(span,), source="○○気象", status=status)


def foreseen(cm: float) -> tuple[Record, ...]:
    """The forecaster's, for twenty-four hours from six in the evening on."""
    body = series(DAY, item(depth(cm, ref="1")))
    return (read(report("警報級の可能性（明日まで）", body, at="2027-01-14T17:00:00+09:00")),)


async def expected(night: Night, status: Status = Status.ACTUAL) -> tuple[float | None, str]:
    async with night.store.read() as connection:
        made = await decided.last_look_at(connection, status, "sw")
    assert made is not None
    return made.picture.ahead.snow_cm, made.picture.ahead.source


async def test_a_telegram_makes_the_proposal_and_the_order_says_so(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(4, 4), MIDNIGHT)
    assert await night.look() == []
    await hears(night, *foreseen(24))
    (proposed,) = await night.look()
    told = proposed.events[0]
    assert (proposed.state, told.facts["reason"], told.facts["have_cm"]) == (State.PROPOSED, Reason.FORECAST, 11.0)
    assert "気象庁 1月14日17:00 発表、内陸" in told.text
    async with store.read() as connection:
        (recorded, *_) = await decided.recorded(connection, Status.ACTUAL, "sw", 10)
    assert recorded.picture.ahead.refs[0].startswith("jma/VPFD60|")
    night.restarted()
    assert [one.id for one in await night.look(MIDNIGHT + timedelta(minutes=3))] == [proposed.id]


async def test_a_newer_issue_replaces_a_late_older_one_does_not_and_a_drill_stays_one(store: Store) -> None:
    night = Night(store)
    await night.snows(rising(4, 4), MIDNIGHT)
    await night.snows(rising(4, 4), MIDNIGHT, Status.EXERCISE)
    await hears(night, bought(3), bought(2, MIDNIGHT - HOUR), bought(20, status=Status.EXERCISE))
    await night.look()
    assert await expected(night) == (3.0, "○○気象 1月15日00:00 発表")
    assert await expected(night, Status.EXERCISE) == (20.0, "○○気象 1月15日00:00 発表")
    night.clock.at = MIDNIGHT + HOUR
    await hears(night, bought(7, MIDNIGHT + HOUR), replace(bought(9), status=Status.TEST))
    await night.look()
    assert (await expected(night))[0] == 6.0  # six of its seven hours


def test_a_gateway_foretells_snow_only_where_it_may() -> None:
    payload = {
        "issued": "2027-01-15T00:00:00+09:00",
        "place": "sw",
        "from": "2027-01-15T01:00:00+09:00",
        "hourly_cm": [2],
    }
    incoming = Incoming(
        topic="hub/v1/tenki/forecast",
        payload=json.dumps(payload).encode(),
        retained=False,
        received_at=MIDNIGHT,
        connection=0,
        packet_id=0,
        qos=1,
    )
    refused = Intake({"tenki": Grant(telegram=True)}).sort(incoming)
    assert refused.records == () and refused.rejected[0].code == "no_grant"
    (drill,) = Intake({"tenki": Grant(forecast=True, status=Status.EXERCISE)}).sort(incoming).records
    assert isinstance(drill, SnowForecast) and drill.status is Status.EXERCISE
