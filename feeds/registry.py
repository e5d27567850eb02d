"""Every feed, one line each. Feeds do not overlap: a topic belongs to the first that accepts it."""

from __future__ import annotations

from feeds.feed import Feed
from feeds.jma.feed import Jma
from feeds.plain import Plain

FEEDS: tuple[Feed, ...] = (
    Jma(),
    Plain(),
)


def for_topic(topic: str) -> Feed | None:
    """The feed of an MQTT topic, None where no feed wants it."""
    return next((feed for feed in FEEDS if feed.accepts(topic)), None)


def by_name(name: str) -> Feed | None:
    """The feed called so, None where there is none."""
    return next((feed for feed in FEEDS if feed.name == name), None)
