"""A channel on a test's clock: so many posts in a quarter of an hour; it can be down, or lose its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from feeds.status import Status
from rules.alert import Alert
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.clock import Clock

LIMIT, WINDOW = 100, timedelta(minutes=15)


@dataclass
class Rationed:
    """A window begins with the first post in it; what is over gets a 429 and the reset."""

    clock: Clock
    name: str = "x"
    statuses: frozenset[Status] = frozenset(Status)
    taken: list[tuple[datetime, Delivery]] = field(default_factory=list)
    limit: int = LIMIT
    refused: int = 0
    down: bool = False  # no connection is made
    silent: bool = False  # what is sent is not answered, and not taken either
    began: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def render(self, alert: Alert) -> Payload:
        return Payload(media_type="text/plain", parts=(alert.identifier,))

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        if self.down:
            return Outcome(verdict=Verdict.LATER, detail="no connection (ClientConnectorDNSError)")
        if self.silent:
            return Outcome(verdict=Verdict.UNKNOWN, detail="sent, but no answer")
        if now >= self.began + WINDOW:
            self.began = now
        if sum(at >= self.began for at, _ in self.taken) >= self.limit:
            self.refused += 1
            return Outcome(verdict=Verdict.LATER, retry_at=self.began + WINDOW)
        self.taken.append((now, delivery))
        return Outcome(verdict=Verdict.ACCEPTED, remote_id=str(len(self.taken)))

    async def close(self) -> None: ...
