"""Which feed is asked."""

from __future__ import annotations

import pytest

from feeds.registry import FEEDS, by_name, for_message
from tests.feeds.making import READING, message


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("hub/v1/gw07/st0123/snow_depth", "plain"),
        ("hub/v1/gw07/batch", "plain"),
        ("hub/v1/police/report", "plain"),
        ("hub/v1/jma/telegram", "jma"),
        ("20260918175015_0_VPWW53_030000.xml", "jma"),
        ("hub/v1/gw07/Bad Name/x", "plain"),
        ("hub/v1/gw07/status", None),
        ("hub/v1/gw07/heartbeat", None),
        ("hub/v1/public/alerts/1", None),
        ("hub/v1/gw07/fix/plow-7", "plain"),
        ("application/1/device/24e124136b000001/event/up", "chirpstack"),
        ("v3/morioka@ttn/devices/snow-123/up", "ttn"),
        ("owntracks/plows/p7", "owntracks"),
        ("owntracks/plows/p7/event", None),
        ("v1/devices/me/telemetry", "thingsboard"),
        ("v1/gateway/telemetry", "thingsboard"),
        ("zigbee2mqtt/house/porch", "zigbee2mqtt"),
        ("v1.1/Datastreams(42)/Observations", "sensorthings"),
        ("somebody/elses/topic", None),
    ],
)
def test_the_topic_decides(topic: str, name: str | None) -> None:
    feed = for_message(message(READING, topic))
    assert (feed.name if feed else None) == name
    assert sum(one.accepts(topic) for one in FEEDS) <= 1


@pytest.mark.parametrize("topic", ["hub/v1/gw07/st0123/snow_depth", "hub/v1/gw07/batch"])
def test_readings_are_hub_json_or_senml(topic: str) -> None:
    for body, name in (([READING], "plain"), ([{"n": "d:air", "v": 1}], "senml")):
        feed = for_message(message(body, topic))
        assert feed is not None and feed.name == name


def test_senml_is_looked_for_among_readings_only() -> None:
    feed = for_message(message([{"n": "d:air", "v": 1}], "hub/v1/jma/telegram"))
    assert feed is not None and feed.name == "jma"
    assert for_message(message([{"n": "d:air", "v": 1}], "hub/v1/gw07/heartbeat")) is None


def test_names_are_unique() -> None:
    names = [feed.name for feed in FEEDS]
    assert len(set(names)) == len(names)
    assert [by_name(name) for name in names] == list(FEEDS)
    assert by_name("nothing") is None
