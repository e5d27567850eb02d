"""The city's disaster information linkage system: CAP 1.2 by HTTPS POST.

From there the alert goes on to what the city has connected (mail, apps, signage, L-Alert). The receiver knows a
delivery by its ``Idempotency-Key`` and drops doubles, so an unknown outcome is simply sent again under the same key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FilePath

from feeds.cap.sign import Signer
from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.cap_document import cap_payload
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.channels.http import Address, Answer, Door, Token, failed, told
from services.channels.proof import OF_TESTS, Proof, by_sending
from services.clock import wall


class Config(BaseModel):
    """Where the linkage system is and how it knows us."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Address
    token: Token = Field(min_length=1)
    ca_file: FilePath | None = None  # the city's own certificate authority, where it is not a public one
    timeout_s: float = Field(default=30.0, gt=0, le=40)  # of one call
    format: Literal["cap", "edxl"] = "cap"  # the bare document, or in an envelope of EDXL-DE 1.0
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})


class Linkage:
    """The channel ``linkage``."""

    name = "linkage"

    def __init__(self, config: Config, signer: Signer | None = None) -> None:
        self.statuses, self._signer = config.statuses, signer
        self._config = config
        self._door = Door(config.timeout_s, config.ca_file)

    def render(self, alert: Alert) -> Payload:
        """The CAP document, in an envelope where the receiver wants one.

        Raises :class:`feeds.cap.CapError` naming the element that breaks the standard.
        """
        return cap_payload(alert, self._signer, enveloped=self._config.format == "edxl")

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Post the stored bytes once under the delivery's key; one part, so there is no progress to tell."""
        if refused := refusal(delivery, self.statuses, now):
            return refused
        headers = {
            "Authorization": f"Bearer {self._config.token.get_secret_value()}",
            "Content-Type": f"{delivery.payload.media_type}; charset=utf-8",
            "Idempotency-Key": delivery.key,
        }
        (document,) = delivery.payload.parts
        answer = await self._door.call("POST", self._config.url, data=document.encode(), headers=headers)
        return answer if isinstance(answer, Outcome) else self._judge(answer, wall())

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        """A document of status Test, acknowledged by the receiver: the whole way of an alert."""
        twin = Linkage(self._config.model_copy(update={"statuses": OF_TESTS}), self._signer)
        return await by_sending(twin, alert, now, "相手先が状態 Test のCAPを受け付け、受領を返した")

    async def close(self) -> None:
        await self._door.close()

    def _judge(self, answer: Answer, at: datetime) -> Outcome:
        """The contract with the receiver, status by status."""
        match answer.status:
            case 200 | 409:
                return Outcome(verdict=Verdict.DUPLICATE, remote_id=_receipt(answer), detail=str(answer.status))
            case status if 200 < status < 300:
                return Outcome(verdict=Verdict.ACCEPTED, remote_id=_receipt(answer), detail=str(status))
            case _:
                return failed(answer, at, told(answer, self._config.token))


def _receipt(answer: Answer) -> str:
    return answer.member("receipt")[:200]
