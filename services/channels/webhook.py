"""A webhook: the alert as JSON, by HTTPS POST to a partner's address, signed (Standard Webhooks, standardwebhooks.com).

The receiver checks the signature over id, time and body with the shared secret, and drops what it has seen by the id,
which is the same at every attempt. So a lost answer is simply sent again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, field_validator

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.channels.facts import facts
from services.channels.http import Address, Door, failed, told
from services.channels.proof import OF_TESTS, Proof, by_sending
from services.clock import wall
from services.trail import traceparent

MEDIA_TYPE = "application/json"
_PREFIX = "whsec_"


class Config(BaseModel):
    """One receiver."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Address
    secret: SecretStr = Field(description="whsec_ and base64 of 24 to 64 random bytes, shared with the receiver")
    ca_file: FilePath | None = None
    timeout_s: float = Field(default=15.0, gt=0, le=40)  # of one call
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})

    @field_validator("secret")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        _key(value)
        return value


class Webhook:
    """The channel ``webhook``."""

    name = "webhook"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._config, self._door = config, Door(config.timeout_s, config.ca_file)

    def render(self, alert: Alert) -> Payload:
        """One JSON object: ``type`` and ``timestamp`` as the standard has them, the alert under ``data``."""
        data = {"type": f"alert.{alert.msg_type.lower()}", "timestamp": alert.sent.isoformat(), "data": facts(alert)}
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return Payload(media_type=MEDIA_TYPE, parts=(body,), counts=(f"{len(body.encode())} bytes",))

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Post the stored bytes once; they are signed at each attempt, for the time is signed too."""
        if never := refusal(delivery, self.statuses, now):
            return never
        body = delivery.payload.parts[0].encode()
        at = str(int(wall().timestamp()))
        headers = {
            "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
            "webhook-id": delivery.key,
            "webhook-timestamp": at,
            "traceparent": traceparent(delivery),
            "webhook-signature": signature(self._config.secret, delivery.key, at, body),
        }
        answer = await self._door.call("POST", self._config.url, data=body, headers=headers)
        if isinstance(answer, Outcome):
            return answer
        match answer.status:
            case 208 | 409:
                return Outcome(verdict=Verdict.DUPLICATE, remote_id=delivery.key, detail=str(answer.status))
            case status if 200 <= status < 300:
                return Outcome(verdict=Verdict.ACCEPTED, remote_id=delivery.key)
            case _:
                return failed(answer, wall(), told(answer, self._config.secret))

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        """A signed event of status Test, taken by the receiver: the whole way of an alert."""
        twin = Webhook(self._config.model_copy(update={"statuses": OF_TESTS}))
        return await by_sending(twin, alert, now, "相手先が状態 Test の署名つき通知を受け付けた")

    async def close(self) -> None:
        await self._door.close()


def signature(secret: SecretStr, message: str, at: str, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``id.time.body``."""
    signed = hmac.new(_key(secret), f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _key(secret: SecretStr) -> bytes:
    try:
        key = base64.b64decode(secret.get_secret_value().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("must be whsec_ and base64; is there a line break at its end?") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"holds {len(key)} bytes; take 24 to 64 random ones")
    return key
