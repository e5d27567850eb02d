"""E-mail to residents who subscribed: one mail each, over one mail server of the city's.

The mail server is a relay that signs (DKIM) and is named in SPF and DMARC of the sender's domain; it tells at once
which addresses it refuses. See docs/channels.md.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.channel import Cause, Delivery, Outcome, Payload, Progress, Verdict
from services.channels.http import is_loopback
from services.channels.mail.lines import Lines, Server
from services.channels.mail.message import From, Written, mail, name_of
from services.channels.mail.text import body_of, render, subject_of
from services.channels.marks import unmarked
from services.channels.people.book import Book, Fate, Person, Said
from services.channels.people.fanout import Crew, Pace, fan_out
from services.channels.proof import Proof
from services.clock import wall

_PORTS = {"tls": 465, "starttls": 587, "none": 25}


class Config(BaseModel):
    """One mail server and one sender."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")
    sender: str = Field(pattern=r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{3,190}$", description="alerts@city.example")
    sender_name: str = Field(default="", max_length=60, pattern=r"^[^\r\n]*$")
    port: int = Field(default=0, ge=0, le=65535)  # 0: the usual one
    security: Literal["tls", "starttls", "none"] = "starttls"  # none: on this machine only
    user: str = ""
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None  # of the server's own authority
    timeout_s: float = Field(default=15.0, gt=0, le=30)  # of one reply
    per_second: float = Field(default=20.0, gt=0, le=1000)  # mails, by what the server's keeper allows
    connections: int = Field(default=4, ge=1, le=50)
    per_connection: int = Field(default=100, ge=1, le=10_000)  # mails
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})

    @model_validator(mode="after")
    def _secret_things_are_encrypted(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security = "none" is only for this machine; write "starttls" or "tls"')
        if bool(self.user) != bool(self.password.get_secret_value()):
            raise ValueError("user and password go together")
        return self


class Mail:
    """The channel ``mail``. Without a book it can render, and nothing else."""

    name = "mail"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self.book: Book | None = None
        domain = config.sender.rpartition("@")[2]
        self.sender = From(address=config.sender, name=config.sender_name, list_id=f"alerts.{domain}")
        self._crew = Crew(config.connections, Pace(config.per_second))
        server = Server(
            host=config.host,
            port=config.port or _PORTS[config.security],
            security=config.security,
            user=config.user,
            password=config.password,
            ca_file=config.ca_file,
            timeout_s=config.timeout_s,
            per_connection=config.per_connection,
            hello=domain,
        )
        self._lines = Lines(server)

    def render(self, alert: Alert) -> Payload:
        return render(alert)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        """One slice; see :mod:`services.channels.people.fanout`."""
        if never := refusal(delivery, self.statuses, now):
            return never
        if unmarked(delivery.payload.parts, delivery.status):
            return Outcome(
                verdict=Verdict.REJECTED, detail=f"a mail of status {delivery.status} lacks its mark", cause=Cause.OURS
            )
        if self.book is None:
            return Outcome(
                verdict=Verdict.REJECTED,
                detail="there are no subscribers here; write [subscriptions]",
                cause=Cause.OURS,
            )
        return await fan_out(self, self.book, self._crew, delivery, progress)

    async def tell(self, delivery: Delivery, person: Person) -> Said | Outcome:
        """The mail in the person's language, Japanese where the alert does not speak it."""
        spoken = dict(zip(delivery.payload.languages, delivery.payload.parts, strict=True))
        language = person.language if person.language in spoken else delivery.payload.languages[0]
        earlier = [revision for revision in dict.fromkeys((person.first, person.last)) if revision]
        written = Written(
            subject=subject_of(spoken[language]),
            body=body_of(spoken[language]),
            language=language,
            name=name_of(delivery.series, delivery.revision, person),
            thread=tuple(name_of(delivery.series, revision, person) for revision in earlier),
            urgent=not delivery.payload.quiet,
        )
        return await self.post(person, written)

    async def post(self, person: Person, written: Written) -> Said | Outcome:
        """Any mail to one person, at the channel's own pace where it is not part of a delivery."""
        try:
            message = mail(self.sender, person, written, wall())
        except ValueError:  # one person's letter that cannot be written keeps nobody else's
            return Said(fate=Fate.REFUSED, code="宛先か件名を書けない")
        return await self._lines.send(self.sender.address, person.address, message)

    async def turn(self) -> None:
        """Wait until another mail may go, for what is not part of a delivery."""
        await self._crew.pace.turn()

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """Connect and log in; no mail is sent."""
        fault = await self._lines.reached()
        if fault:
            return Proof(fault=f"{fault.verdict.value}：{fault.detail}")
        proven = ("メールサーバーにつながり、ログインできた",)
        return Proof(proven=proven, unproven=("受信者への配送（試すとメールが届くため）",))

    async def close(self) -> None:
        await self._lines.close()
