"""Positions of other people's vehicles: the mappings of config/mappings read what those services send."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.activities import ACTIVITIES, activity
from feeds.feed import Feed
from feeds.mapping import MappingError, read_mappings
from feeds.owntracks import OwnTracks
from feeds.plain import Plain
from feeds.records import Decoded, Fix, Message
from feeds.registry import by_name, feeds_with
from tests.feeds.making import NOW, TIME, message

REAL = os.environ.get("SHIRASE_REAL_DATA", "")
EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "mappings"
CSV = """
[[message]]
name = "logger"
format = "csv"
station = "機番"
time = { path = "時刻", format = "%Y/%m/%d %H:%M:%S" }
[message.fix]
lon = "経度"
lat = "緯度"
speed = "速度"
speed_unit = "knots"
activity = "作業"
"""


def example(name: str) -> Feed:
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    feed = by_name(name, feeds_with(read_mappings([(name, text)])))
    assert feed is not None
    return feed


def decode(feed: Feed | str, body: Any) -> Decoded:
    if isinstance(feed, str):
        (one,) = read_mappings([("m.toml", feed)]).messages
        found = by_name(one.name, feeds_with(read_mappings([("m.toml", feed)])))
        assert found is not None
        feed = found
    payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return feed.decode(Message(topic="", payload=payload, received_at=NOW, gateway="peer"))


def fixes(decoded: Decoded) -> list[Fix]:
    return [one for one in decoded.records if isinstance(one, Fix)]


def test_finnish_plows() -> None:
    place = {"timestamp": "2026-01-15T06:10:00", "coords": "(24.94 60.17)", "events": ["su", "au"]}
    moving = {**place, "events": ["siirtoajo"]}
    body = [{"id": 7, "last_location": place}, {"id": 8, "last_location": {**moving, "coords": [24.95, 60.18]}}]
    one, other = fixes(decode(example("plows-finnish"), body))
    assert (one.vehicle, one.lon, one.lat, one.activity, one.activity_name) == ("7", 24.94, 60.17, "plow", "su, au")
    assert one.measured_at == datetime(2026, 1, 15, 4, 10, tzinfo=UTC)
    assert (other.lon, other.activity, other.activity_name) == (24.95, "none", "siirtoajo")


def test_chicago_plows() -> None:
    entry = {
        "assetName": "S11649",
        "postingTime": "2015-12-02T08:03:12-06:00",
        "longitude": -87.76087,
        "latitude": 41.894943,
        "directionDegrees": 270,
    }
    body = {"TrackingDataResponse": {"locationList": [entry, {**entry, "latitude": 141}, {"assetName": "x"}]}}
    decoded = decode(example("plows-chicago"), body)
    (one,) = fixes(decoded)
    assert (one.vehicle, one.gateway, one.heading_deg, one.activity) == ("S11649", "peer", 270, None)
    assert [(bad.code, bad.at) for bad in decoded.rejected] == [("bad_position", "/1/lat"), ("no_time", "/2/time")]


@pytest.mark.skipif(not REAL, reason="SHIRASE_REAL_DATA does not say where the plow feed is")
def test_chicago_as_it_was_served() -> None:
    feed, keys = example("plows-chicago"), set()
    lines = Path(REAL, "snow", "plow_feed_chicago_20151202.ndjson").read_text(encoding="utf-8").splitlines()
    count = 0
    for line in lines:
        decoded = decode(feed, json.loads(line))
        assert not decoded.rejected
        count += len(decoded.records)
        keys |= {one.key for one in decoded.records}
    assert (count, len(keys)) == (2633, 1708), "what a poll repeats has the same key"


def test_a_table_of_a_logger() -> None:
    rows = (
        "機番,時刻,経度,緯度,速度,作業",
        "12,2026/01/15 06:10:00,141.15,39.7,10,新雪除雪",
        "13,2026/01/15 06:10:00,,39.7,,",
    )
    table = "\n".join(rows)
    decoded = decode(CSV, table)
    (one,) = fixes(decoded)
    assert (one.vehicle, one.speed_kmh, one.activity, one.activity_name) == ("12", 18.52, "plow", "新雪除雪")
    assert [bad.code for bad in decoded.rejected] == ["no_position"]


@pytest.mark.parametrize("coords", ["somewhere", "(24.9)", [24.9], 7, None, ["x", "y"], "(1 2 3)"])
def test_a_place_that_is_none(coords: object) -> None:
    body = [{"id": 1, "last_location": {"timestamp": TIME, "coords": coords}}]
    decoded = decode(example("plows-finnish"), body)
    assert not decoded.records and decoded.rejected[0].code == "bad_position"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('time = { path = "時刻", format = "%Y/%m/%d %H:%M:%S" }', ""), "needs time"),
        (('lon = "経度"', ""), "either lon and lat, or point"),
        (('lon = "経度"', 'point = "p"'), "either lon and lat, or point"),
        (("[message.fix]", '[message.values]\nrain_1h = { path = "r", unit = "mm" }\n[message.fix]'), "one of"),
    ],
)
def test_a_mapping_that_cannot_be(change: tuple[str, str], fault: str) -> None:
    with pytest.raises(MappingError, match=fault):
        read_mappings([("m.toml", CSV.replace(*change))])


def test_activities_in_our_own_formats() -> None:
    ours = {"v": 1, "time": TIME, "lon": 141.1, "lat": 39.7, "activity": "Plowing"}
    (fix,) = fixes(Plain().decode(message(ours, "hub/v1/gw07/fix/p7")))
    assert (fix.activity, fix.activity_name) == ("plow", "Plowing")
    phone = {"_type": "location", "lat": 39.7, "lon": 141.1, "tst": 1768425000, "tag": "回送"}
    (fix,) = fixes(OwnTracks().decode(message(phone, "owntracks/plows/p7")))
    assert fix.activity == "none"
    wrong = Plain().decode(message({**ours, "activity": ["au"] * 9}, "hub/v1/gw07/fix/p7"))
    assert wrong.rejected[0].code == "bad_member"


def test_words_of_providers() -> None:
    assert activity() is None and activity("", " ") is None
    assert activity("AU") == "plow" and activity("blade down") == "plow" and activity("凍結防止剤散布") == "deice"
    assert activity("something new") == "other" and activity("something new", "idle") == "other"
    assert {activity(word) for word in ("au", "su", "pe", "nt", "siirtoajo")} == set(ACTIVITIES)
