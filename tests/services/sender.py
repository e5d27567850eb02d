"""A channel with its stand-in, and what an outbox would remember between attempts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.status import Status
from rules.alert import Alert, Text
from services.channels.channel import Channel, Delivery, Outcome, Payload
from services.channels.keeping import Look, Shown, View
from tests.services.making import NOW, alert

JAPANESE_LONG = "館坂橋の水位は2.60メートルで、なお上がっています。" * 24
ENGLISH = Text(
    language="en",
    event="River level",
    headline="The Kitakami is above the evacuation level",
    description="2.60 m at Tatesaka bridge.",
    instruction="Keep away from the river.",
    short="The Kitakami (Tatesaka bridge) is above the evacuation decision level. Keep away from the river.",
)


def long_alert(**changes: Any) -> Alert:
    """In Japanese and English, with a link, too long for one post anywhere."""
    whole = alert(**changes)
    japanese = replace(whole.texts["ja"], instruction=JAPANESE_LONG)
    return replace(whole, texts={"ja": japanese, "en": ENGLISH}, web="https://bousai.example.jp/alerts/1")


def seeing(*shown: Shown, moving: Collection[str] = ()) -> Look:
    """A look at a store in which this is so."""

    async def look() -> View:
        return View(shown=shown, moving=frozenset(moving))

    return look


class Sender:
    """Sends a payload as the outbox would, attempt after attempt."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.done: list[str] = []
        self.began = datetime.now(UTC) - timedelta(seconds=5)

    async def send(self, payload: Payload, **changes: Any) -> Outcome:
        delivery = Delivery(
            id="d1",
            key="3b241101-e2bb-4255-8caf-4136c566a962",
            series="s",
            revision=1,
            channel=self.channel.name,
            payload=payload,
            status=Status.EXERCISE,
            attempts=1,
            after_unknown=False,
            first_tried_at=self.began,
            done=tuple(self.done),
            expires=NOW + timedelta(hours=1),
        )
        return await self.channel.send(replace(delivery, **changes), NOW, self._progress)

    async def again(self, payload: Payload, **changes: Any) -> Outcome:
        """After an attempt of unknown outcome."""
        return await self.send(payload, **{"attempts": 2, "after_unknown": True} | changes)

    async def _progress(self, remote_id: str) -> None:
        self.done.append(remote_id)
