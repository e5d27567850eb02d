"""The prefecture that `make load` plays, and the arithmetic behind the nation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from feeds.checks import checked
from feeds.records import Message
from feeds.registry import for_message
from tests.load.paper import SIZES, Costs, rows, table
from tests.load.prefecture import BATCH, Prefecture

AT = datetime(2026, 1, 15, 4, 0, tzinfo=UTC)


def readings(land: Prefecture, seconds: int) -> int:
    every = (one for second in range(seconds) for one in land.messages(second, AT + timedelta(seconds=second)))
    return sum(one.records for one in every if one.topic.endswith("/batch"))


def test_every_sensor_reports_once_in_ten_minutes_and_each_minute_in_a_storm() -> None:
    land = Prefecture(sensors=990)
    assert readings(land, 600) == 990 and land.readings_per_second == pytest.approx(990 / 600)
    storm = Prefecture(sensors=990, storm=1 / 3)
    assert readings(storm, 60) == pytest.approx(330 + 660 / 10, abs=30)
    assert readings(storm, 600) == 330 * 10 + 660


def test_plows_work_in_the_morning_and_gateways_say_that_they_live() -> None:
    land = Prefecture()
    assert land.at_work(AT) == 330 and land.at_work(AT.replace(hour=14)) == 66
    topics = {one.topic.split("/")[-1] for second in range(60) for one in land.messages(second, AT)}
    assert {"batch", "heartbeat"} < topics and "plow0" in topics


def test_the_hub_takes_what_it_sends() -> None:
    for one in Prefecture(sensors=2000).messages(0, AT):
        message = Message(topic=one.topic, payload=one.payload, received_at=AT, gateway=one.gateway)
        feed = for_message(message)
        if one.records:
            assert feed is not None
            found = checked(feed.decode(message), message)
            assert (len(found.records), found.rejected) == (one.records, ()), one
            assert one.records <= BATCH


def test_the_nation_is_arithmetic() -> None:
    costs = Costs(ingest_us=200, database_us=100, broker_us=20, stored_bytes=500, store_rate=3000)
    city, prefecture, nation = rows(costs)
    assert prefecture.calm == pytest.approx(33.3, abs=0.1) and prefecture.storm == pytest.approx(133.3, abs=0.1)
    assert nation.storm == pytest.approx(47 * prefecture.storm) and nation.stores == 4 and prefecture.stores == 1
    assert city.bottleneck == "nothing" and "writer" in nation.bottleneck
    assert prefecture.cores == pytest.approx(133.3 * 320e-6 / 0.6, rel=0.01)
    assert all(name in table([city, prefecture, nation]) for name in SIZES)
    assert json.dumps(prefecture.disk_gb)
