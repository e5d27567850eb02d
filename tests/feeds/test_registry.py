"""Which feed is asked."""

from __future__ import annotations

import pytest

from feeds.registry import FEEDS, by_name, for_topic


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("hub/v1/gw07/st0123/snow_depth", "plain"),
        ("hub/v1/gw07/batch", "plain"),
        ("hub/v1/police/report", "plain"),
        ("hub/v1/jma/telegram", "jma"),
        ("hub/v1/gw07/Bad Name/x", "plain"),
        ("hub/v1/gw07/status", None),
        ("hub/v1/gw07/heartbeat", None),
        ("hub/v1/public/alerts/1", None),
        ("zigbee2mqtt/porch", None),
    ],
)
def test_for_topic(topic: str, name: str | None) -> None:
    feed = for_topic(topic)
    assert (feed.name if feed else None) == name
    assert sum(one.accepts(topic) for one in FEEDS) <= 1


def test_names_are_unique() -> None:
    names = [feed.name for feed in FEEDS]
    assert len(set(names)) == len(names)
    assert [by_name(name) for name in names] == list(FEEDS)
    assert by_name("nothing") is None
