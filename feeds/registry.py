"""Every feed, one line each. A topic belongs to the first that accepts it; a city's mappings come before the rest."""

from __future__ import annotations

from collections.abc import Sequence

from feeds.cap.feed import CapFeed
from feeds.chirpstack import Chirpstack
from feeds.crime_csv import CrimeCsv
from feeds.feed import Feed
from feeds.jma.feed import Jma
from feeds.lalert.read import Lalert
from feeds.mapped import Mapped
from feeds.mapping import Mappings
from feeds.names import TABLE_ONLY, Words
from feeds.owntracks import OwnTracks
from feeds.plain import Plain
from feeds.police_mail import PoliceMail
from feeds.records import Message
from feeds.senml import Senml, is_senml
from feeds.sensorthings import SensorThings
from feeds.things_stack import ThingsStack
from feeds.thingsboard import ThingsBoard
from feeds.topics import matches
from feeds.zigbee2mqtt import Zigbee2Mqtt


def feeds_with(mappings: Mappings, adopted: Words = TABLE_ONLY) -> tuple[Feed, ...]:
    """All feeds of a city with its own mappings and words, and those of the sensors it adopted."""
    words = adopted.before(mappings.words)
    return (
        *(Mapped(one, words) for one in mappings.messages),
        Jma(),
        Plain(),
        Senml(),
        CapFeed(),
        Lalert(),
        PoliceMail(),
        CrimeCsv(),
        Chirpstack(words),
        ThingsStack(words),
        OwnTracks(),
        ThingsBoard(words),
        Zigbee2Mqtt(words),
        SensorThings(words),
    )


FEEDS = feeds_with(Mappings())


def for_message(message: Message, among: Sequence[Feed] = FEEDS) -> Feed | None:
    """The feed of an MQTT message, None where no feed wants it.

    The topic decides, with one exception: readings come as hub JSON or as SenML on the same topics, so there the
    payload tells which of the two it is.
    """
    feed = next((feed for feed in among if feed.accepts(message.topic)), None)
    return by_name(Senml.name, among) if isinstance(feed, Plain) and is_senml(message.payload) else feed


def by_name(name: str, among: Sequence[Feed] = FEEDS) -> Feed | None:
    """The feed called so, None where there is none."""
    return next((feed for feed in among if feed.name == name), None)


def topic_filters(among: Sequence[Feed] = FEEDS) -> tuple[str, ...]:
    """The MQTT topic filters outside of hub/v1 that the feeds read, in order.

    One that another covers is left away: a broker would deliver its messages twice.
    """
    every = {one for feed in among for one in feed.filters}
    return tuple(sorted(one for one in every if not any(matches(other, one) for other in every - {one})))
