"""緊急速報メール by way of L-Alert's node: a document for each carrier, and never a second one to the same.

Each carrier's mail is a part of its own. One that is refused does not keep the others' phones silent; the delivery is
then refused as a whole, and says whose phones stayed so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from rules.alert import Alert
from rules.urgent_mail import Reach, to_mails
from services.channels.admission import refusal
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.lalert import node
from services.channels.lalert.node import MEDIA_TYPE, Node

_CARRIERS = {"UMC1": "NTTドコモ", "UMC2": "KDDI", "UMC3": "ソフトバンク"}
_REFUSED = "refused "
_TAKEN = frozenset({Verdict.ACCEPTED, Verdict.DUPLICATE})


class Config(node.Config):
    """The node's settings, and whose phones ring for what."""

    carriers: tuple[Literal["UMC1", "UMC2", "UMC3"], ...] = Field(default=("UMC1", "UMC2", "UMC3"), min_length=1)
    title_limit: int = Field(default=15, ge=5, le=60)
    message_limit: int = Field(default=500, ge=50, le=2000)
    all_clear: bool = False


class UrgentMail:
    """The channel ``urgent_mail``."""

    name = "urgent_mail"

    def __init__(self, config: Config) -> None:
        self.statuses, self._node = config.statuses, Node(config)
        self._reach = Reach(
            carriers=config.carriers,
            title=config.title_limit,
            message=config.message_limit,
            all_clear=config.all_clear,
        )

    def render(self, alert: Alert) -> Payload:
        """A document for each carrier; raises ValueError, with the reason, where no phone shall ring."""
        issues = to_mails(alert, self._node.voice, self._reach)
        return Payload(
            media_type=MEDIA_TYPE,
            parts=tuple(self._node.written(issue) for issue in issues),
            counts=tuple(f"{_CARRIERS[one.carrier]} {len(one.headline)}/{self._reach.message}字" for one in issues),
        )

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        """Publish what is not out yet, carrier after carrier."""
        if never := refusal(delivery, self.statuses, now):
            return never
        done = list(delivery.done)
        for number, document in enumerate(delivery.payload.parts[len(done) :], start=len(done) + 1):
            outcome = await self._node.publish(document, f"{delivery.key}/{number}")
            if outcome.verdict not in _TAKEN and outcome.verdict is not Verdict.REJECTED:
                return outcome
            taken = outcome.verdict in _TAKEN
            done.append(outcome.remote_id if taken else f"{_REFUSED}{number}: {outcome.detail}")
            await progress(done[-1])
        refused = [one for one in done if one.startswith(_REFUSED)]
        if refused:
            detail = f"{len(refused)} of {len(done)} carriers: {'; '.join(refused)}"
            return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=Cause.REFUSED)
        return Outcome(verdict=Verdict.ACCEPTED, remote_id=delivery.key)

    async def close(self) -> None:
        await self._node.close()
