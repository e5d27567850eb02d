"""The channel ``log``: what would be told, as plain text in the hub's own log.

For trying out rules and for a hub without accounts. It reaches nobody, so it takes drills and tests too, marked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict

from feeds.status import Status
from rules.alert import Alert, Text
from services.channels.admission import refusal
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.channels.marks import led, status_mark, turn_mark
from services.channels.proof import OF_TESTS, Proof, by_sending

_log: Any = structlog.get_logger("channel.log")


class Config(BaseModel):
    """Nothing has to be set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: frozenset[Status] = frozenset(Status)


class Log:
    """The channel ``log``."""

    name = "log"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses

    def render(self, alert: Alert) -> Payload:
        """One plain text: every language in full, then who, when, where and until when."""
        mark = status_mark(alert.status)
        texts = sorted(alert.texts.values(), key=lambda text: text.language != "ja")
        facts = [
            f"{alert.sender_name or alert.sender} {alert.identifier} 第{alert.revision}報 {alert.sent.isoformat()}発表",
            f"対象: {'、'.join(place.name for place in alert.places)}  期限: {alert.expires.isoformat()}",
        ]
        body = "\n\n".join(["\n".join(_lines(alert, text)) for text in texts] + ["\n".join(facts)])
        text = f"{mark}{led(body, turn_mark(alert))}{mark}"
        return Payload(media_type="text/plain", parts=(text,), counts=(f"{len(text)}字",))

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Write one log line. A repeat writes it again: a log is no place where a double does harm."""
        never = refusal(delivery, self.statuses, now)
        if never:
            return never
        _log.info(
            "alert",
            delivery=delivery.id,
            series=delivery.series,
            revision=delivery.revision,
            status=delivery.status.value,
            text="\n".join(delivery.payload.parts),
        )
        return Outcome(verdict=Verdict.ACCEPTED, remote_id=delivery.id)

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        """One line, marked."""
        return await by_sending(Log(Config(statuses=OF_TESTS)), alert, now, "ログに書けた")

    async def close(self) -> None:
        """Nothing is open."""


def _lines(alert: Alert, text: Text) -> list[str]:
    told = alert.correction.get(text.language, "")
    return [line for line in (told, text.headline, text.description, text.instruction, text.short) if line]
