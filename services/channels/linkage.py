"""The city's disaster information linkage system: CAP 1.2 by HTTPS POST.

From there the alert goes on to what the city has connected (mail, apps, signage, L-Alert). The receiver knows a
delivery by its ``Idempotency-Key`` and drops doubles, so an unknown outcome is simply sent again under the same key.
"""

from __future__ import annotations

import ipaddress
import json
import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, field_validator

from feeds.cap import write
from feeds.status import Status
from rules.alert import Alert
from rules.cap_message import to_cap
from services.channels.admission import refusal
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.clock import wall

MEDIA_TYPE = "application/cap+xml"
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5, sock_read=20)
_LONGEST_WAIT = timedelta(minutes=15)  # a receiver that asks for more is asked again anyway
_BODY_LIMIT = 8192  # bytes read of an answer
_REASON_LIMIT = 300  # characters of it shown to staff


class Config(BaseModel):
    """Where the linkage system is and how it knows us."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    token: SecretStr = Field(min_length=1)
    ca_file: FilePath | None = None  # the city's own certificate authority, where it is not a public one
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})

    @field_validator("url")
    @classmethod
    def _encrypted(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc or url.fragment:
            raise ValueError("url must look like https://host/path, without user, password or #; the token goes apart")
        if url.scheme == "http" and not _is_loopback(url.hostname):
            raise ValueError(f"http:// is only for this machine; write https://{url.hostname}{url.path}")
        return value

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\x21-\x7e]+", value.get_secret_value()):
            raise ValueError("token may hold only visible ASCII characters; is there a line break at its end?")
        return value


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str
    body: str


class Linkage:
    """The channel ``linkage``."""

    name = "linkage"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._config = config
        self._session: aiohttp.ClientSession | None = None

    def render(self, alert: Alert) -> Payload:
        """The CAP document; raises :class:`feeds.cap.CapError` naming the element that breaks the standard."""
        document = write(to_cap(alert)).decode()
        return Payload(media_type=MEDIA_TYPE, parts=(document,), counts=(f"{len(document.encode())} bytes",))

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:  # noqa: ARG002
        """Post the stored bytes once under the delivery's key; one part, so there is no progress to tell."""
        if refused := refusal(delivery, self.statuses, now):
            return refused
        try:
            return self._judge(await self._post(delivery), wall())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Outcome(verdict=Verdict.LATER, detail=f"no connection ({type(error).__name__})")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Outcome(verdict=Verdict.UNKNOWN, detail=f"sent, but no answer ({type(error).__name__})")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, delivery: Delivery) -> _Answer:
        headers = {
            "Authorization": f"Bearer {self._config.token.get_secret_value()}",
            "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
            "Idempotency-Key": delivery.key,
        }
        (document,) = delivery.payload.parts
        # A redirect is not followed: the token goes to the configured address and nowhere else.
        request = self._open().post(self._config.url, data=document.encode(), headers=headers, allow_redirects=False)
        async with request as response:
            return _Answer(response.status, response.headers.get("Retry-After", ""), await _start_of(response))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=self._config.ca_file)
            # A fresh connection each time: a stale one would turn a plain "try later" into "not known".
            connector = aiohttp.TCPConnector(ssl=context, force_close=True)
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT, connector=connector)
        return self._session

    def _judge(self, answer: _Answer, at: datetime) -> Outcome:
        """The contract with the receiver, status by status."""
        detail = f"{answer.status} {self._reason(answer.body)}".strip()
        match answer.status:
            case 200 | 409:
                return Outcome(verdict=Verdict.DUPLICATE, remote_id=_receipt(answer.body), detail=str(answer.status))
            case status if 200 < status < 300:
                return Outcome(verdict=Verdict.ACCEPTED, remote_id=_receipt(answer.body), detail=str(status))
            case 408 | 425 | 429 | 503:
                return Outcome(verdict=Verdict.LATER, detail=detail, retry_at=retry_at(answer.retry_after, at))
            case status if status >= 500:
                return Outcome(verdict=Verdict.UNKNOWN, detail=detail)
            case _:
                return Outcome(verdict=Verdict.REJECTED, detail=detail)

    def _reason(self, body: str) -> str:
        """The receiver's own words for staff: one line, bounded, never with our token in it."""
        told = _member(body, "message") or _member(body, "error") or body
        told = told.replace(self._config.token.get_secret_value(), "***")
        return " ".join("".join(c if c.isprintable() else " " for c in told).split())[:_REASON_LIMIT]


def retry_at(header: str, now: datetime) -> datetime | None:
    """A Retry-After header, seconds or HTTP date, as the time of the next try; None where it says nothing usable."""
    header = header.strip()
    if re.fullmatch(r"\d{1,9}", header, re.ASCII):
        return now + min(timedelta(seconds=int(header)), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(now, min(moment, now + _LONGEST_WAIT))


async def _start_of(response: aiohttp.ClientResponse) -> str:
    """The beginning of the answer. The status line has decided; a body that breaks off changes nothing."""
    body = b""
    try:
        while len(body) < _BODY_LIMIT and (chunk := await response.content.read(_BODY_LIMIT - len(body))):
            body += chunk
    except (aiohttp.ClientError, TimeoutError, OSError):
        return body.decode("utf-8", "replace")
    return body.decode("utf-8", "replace")


def _receipt(body: str) -> str:
    return _member(body, "receipt")[:200]


def _member(body: str, name: str) -> str:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
