"""Web Push (RFC 8030) to browsers of residents: encrypted for each, signed by us, kept by the service until it expires.

404 and 410 mean that the browser has left: it is forgotten. 401 and 403 stay with the person, for a browser that
subscribed under an older key of ours says so too; where everybody says so, the delivery is rejected and staff look.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.http import Answer, Door, failed
from services.channels.marks import status_mark
from services.channels.people.book import Book, Fate, Person, Said
from services.channels.people.fanout import Crew, Pace, fan_out
from services.channels.push.encryption import encrypted
from services.channels.push.text import bears, render, topic_of
from services.channels.push.vapid import Vapid, private
from services.clock import wall
from services.residents.address import PushAddress, known_service

# Of the browsers that people have: Chrome and its kin, Firefox, Safari, Edge.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".notify.windows.com",
)
_LONGEST_TTL = 2_419_200  # four weeks, in seconds


def _a_key(key: SecretStr) -> SecretStr:
    private(key.get_secret_value())
    return key


class Config(BaseModel):
    """Our key, and which push services are called: a host, or ``.domain`` for all below it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    private_key: Annotated[SecretStr, AfterValidator(_a_key)] = Field(description="shirase secrets vapid FILE")
    contact: str = Field(
        pattern=r"^(mailto:[^\s@]+@[^\s@]+|https://\S+)$", description="mailto:… of who keeps this hub"
    )
    services: tuple[str, ...] = Field(default=SERVICES, min_length=1)
    timeout_s: float = Field(default=10.0, gt=0, le=30)  # of one call
    per_second: float = Field(default=100.0, gt=0, le=5000)
    connections: int = Field(default=20, ge=1, le=200)
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})


class Push:
    """The channel ``push``. Without a book it can render, and nothing else."""

    name = "push"

    def __init__(self, config: Config) -> None:
        self.statuses, self.services = config.statuses, config.services
        self.book: Book | None = None
        self._vapid = Vapid(config.private_key.get_secret_value(), config.contact)
        self._door = Door(config.timeout_s, many=True)
        self._crew = Crew(config.connections, Pace(config.per_second))
        self._closed_until: dict[str, datetime] = {}  # service → when it wants to be asked again

    @property
    def public_key(self) -> str:
        """What browsers subscribe to."""
        return self._vapid.public_key

    def render(self, alert: Alert) -> Payload:
        return render(alert)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        """One slice; see :mod:`services.channels.people.fanout`."""
        if never := refusal(delivery, self.statuses, now):
            return never
        if not all(bears(part, status_mark(delivery.status)) for part in delivery.payload.parts):
            return Outcome(
                verdict=Verdict.REJECTED, detail=f"a push of status {delivery.status} lacks its mark", cause=Cause.OURS
            )
        if self.book is None:
            return Outcome(
                verdict=Verdict.REJECTED,
                detail="there are no subscribers here; write [subscriptions]",
                cause=Cause.OURS,
            )
        left = int((delivery.expires - now).total_seconds())
        return await fan_out(_Round(self, min(left, _LONGEST_TTL)), self.book, self._crew, delivery, progress)

    async def push(self, address: PushAddress, body: str, headers: dict[str, str]) -> Said:
        """One message to one browser."""
        host = urlsplit(address.endpoint).hostname or ""
        if not known_service(host, self.services):
            return Said(fate=Fate.REFUSED, code="push service not in the settings")
        at = wall()
        if (until := self._closed_until.get(host)) and at < until:
            return Said(fate=Fate.HELD, code="429", retry_at=until)
        try:
            sealed = encrypted(body.encode(), address.p256dh, address.auth)
        except ValueError:
            return Said(fate=Fate.GONE, code="keys of no browser")
        told = headers | {"Authorization": self._vapid.header(address.endpoint, at)}
        answer = await self._door.call("POST", address.endpoint, data=sealed, headers=told)
        said = judged(answer, at)
        if isinstance(answer, Answer) and answer.status == 429 and said.retry_at:
            self._closed_until[host] = said.retry_at
        return said

    async def close(self) -> None:
        await self._door.close()


class _Round:
    """One slice of a delivery: what all of its messages have in common."""

    def __init__(self, channel: Push, ttl: int) -> None:
        self._channel, self._ttl = channel, ttl

    async def tell(self, delivery: Delivery, person: Person) -> Said:
        spoken = dict(zip(delivery.payload.languages, delivery.payload.parts, strict=True))
        body = spoken.get(person.language, delivery.payload.parts[0])
        headers = {
            "TTL": str(self._ttl),
            "Urgency": "normal" if delivery.payload.quiet else "high",
            "Topic": topic_of(delivery.series),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }
        return await self._channel.push(PushAddress.of(person.address), body, headers)


def judged(answer: Answer | Outcome, at: datetime) -> Said:
    """What a push service's answer means for one browser. Its words stay there: they may repeat the endpoint."""
    if isinstance(answer, Outcome):
        fate = Fate.UNREACHED if answer.verdict is Verdict.LATER else Fate.UNKNOWN
        return Said(fate=fate, code=answer.detail)
    code = str(answer.status)
    if 200 <= answer.status < 300:
        return Said(fate=Fate.TOLD, code=code)
    if answer.status in (404, 410):
        return Said(fate=Fate.GONE, code=code)
    outcome = failed(answer, at, code)
    fates = {Verdict.LATER: Fate.LATER, Verdict.UNKNOWN: Fate.UNKNOWN}
    return Said(fate=fates.get(outcome.verdict, Fate.REFUSED), code=code, retry_at=outcome.retry_at)
