"""Every feed, one line each. Feeds do not overlap: a topic belongs to the first that accepts it."""

from __future__ import annotations

from feeds.cap_feed import CapFeed
from feeds.feed import Feed
from feeds.jma.feed import Jma
from feeds.plain import Plain
from feeds.records import Message
from feeds.senml import Senml, is_senml

FEEDS: tuple[Feed, ...] = (
    Jma(),
    Plain(),
    Senml(),
    CapFeed(),
)


def for_message(message: Message) -> Feed | None:
    """The feed of an MQTT message, None where no feed wants it.

    The topic decides, with one exception: readings come as hub JSON or as SenML on the same topics, so there the
    payload tells which of the two it is.
    """
    feed = next((feed for feed in FEEDS if feed.accepts(message.topic)), None)
    return by_name(Senml.name) if isinstance(feed, Plain) and is_senml(message.payload) else feed


def by_name(name: str) -> Feed | None:
    """The feed called so, None where there is none."""
    return next((feed for feed in FEEDS if feed.name == name), None)
