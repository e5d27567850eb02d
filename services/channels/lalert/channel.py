"""L-Alert: broadcasters and apps of the whole country take the city's word from here.

A transmission keeps its ``distributionID`` at every attempt, and its revision only grows: a receiver drops what is not
newer than what it has. So a lost answer is simply sent again.
"""

from __future__ import annotations

from datetime import datetime

from rules.alert import Alert
from rules.lalert_message import to_lalert
from services.channels.admission import refusal
from services.channels.channel import Delivery, Outcome, Payload, Progress
from services.channels.lalert.node import MEDIA_TYPE, Config, Node
from services.channels.proof import OF_TESTS, Proof, by_sending


class LAlert:
    """The channel ``lalert``."""

    name = "lalert"

    def __init__(self, config: Config) -> None:
        self.statuses, self._config, self._node = config.statuses, config, Node(config)

    def render(self, alert: Alert) -> Payload:
        """The document; raises ValueError where L-Alert has no words for it."""
        document = self._node.written(to_lalert(alert, self._node.voice))
        return Payload(media_type=MEDIA_TYPE, parts=(document,), counts=(f"{len(document.encode())} bytes",))

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Publish the stored document once; one part, so there is no progress to tell."""
        if never := refusal(delivery, self.statuses, now):
            return never
        (document,) = delivery.payload.parts
        return await self._node.publish(document, delivery.key)

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        """A document of status Test, taken by the node: it goes no further than to who asks for tests."""
        twin = LAlert(self._config.model_copy(update={"statuses": OF_TESTS}))
        return await by_sending(twin, alert, now, "ノードが状態 Test の文書を受け付けた")

    async def close(self) -> None:
        await self._node.close()
