"""One HTTPS call of a channel: what came back, or what its failing means. The same for every service we call ourselves.

A call is made on a fresh connection (a stale one would turn a plain "try later" into "not known"), follows no
redirect (a token goes to the configured address and nowhere else), reads a bounded answer, and has time limits.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import AfterValidator, SecretStr

from services.channels.channel import Cause, Outcome, Verdict
from services.outgoing.session import Outward, open_session
from services.outgoing.session import told as kind_of

_LONGEST_WAIT = timedelta(minutes=15)  # a service that asks for more is asked again anyway
_BODY_LIMIT = 262_144  # bytes read of an answer
_REASON_LIMIT = 300  # characters of it shown to staff


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    headers: Mapping[str, str]  # case-insensitive
    body: str

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def member(self, *names: str) -> str:
        """A text inside the JSON object: the first of these names that is there; empty where none is."""
        whole = self.json
        found = [whole[name] for name in names if isinstance(whole, dict) and isinstance(whole.get(name), str)]
        return found[0] if found else ""


class Door:
    """The way to one service."""

    def __init__(self, timeout_s: float = 30.0, ca_file: Path | None = None, *, many: bool = False) -> None:
        """``many``: calls by the thousand. Connections are kept then, because a repeat does no harm there."""
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=5, sock_read=min(20.0, timeout_s))
        self._ca_file, self._many = ca_file, many
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, url: str, **options: Any) -> Answer | Outcome:
        """The answer, whatever its status; an Outcome where there is none. ``options`` are aiohttp's."""
        try:
            async with self._open().request(method, url, allow_redirects=False, **options) as response:
                return Answer(response.status, response.headers, await _start_of(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Outcome(verdict=Verdict.LATER, detail=f"no connection ({kind_of(error)})", cause=Cause.UNREACHED)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            detail = f"sent, but no answer ({type(error).__name__})"
            return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=Cause.NO_ANSWER)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = Outward(ca_file=self._ca_file, force_close=not self._many)
            self._session = open_session(self._timeout, connector=connector)
        return self._session


def failed(answer: Answer, at: datetime, detail: str) -> Outcome:
    """What a status that is no success means. ``at`` is wall time.

    The dear mistake is to call something a failure that was published: every 5xx but 503 is "unknown".
    """
    cause = Cause.of_status(answer.status)
    match answer.status:
        case 408 | 425 | 429 | 503:
            until = retry_at(answer.headers.get("Retry-After", ""), at)
            return Outcome(verdict=Verdict.LATER, detail=detail, retry_at=until, cause=cause)
        case status if status >= 500:
            return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=cause)
        case _:
            return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=cause)


def told(answer: Answer, *secrets: SecretStr) -> str:
    """Status and the service's own words for staff: one line, bounded, never with a secret of ours in it."""
    words = answer.member("message", "error_description", "error") or answer.body
    for secret in secrets:
        words = words.replace(secret.get_secret_value(), "***")
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())[:_REASON_LIMIT]
    return f"{answer.status} {line}".strip()


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


def encrypted(address: str) -> str:
    """The address, where it is ``https`` or on this machine. Raises ValueError with the cure."""
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc or url.fragment:
        raise ValueError("url must look like https://host/path, without user, password or #; the token goes apart")
    if url.scheme == "http" and not is_loopback(url.hostname):
        raise ValueError(f"http:// is only for this machine; write https://{url.hostname}/… with the same path")
    return address


def header_safe(secret: SecretStr) -> SecretStr:
    """The secret, where it can stand in a header. Raises ValueError with the cure, and never shows it."""
    if not re.fullmatch(r"[\x21-\x7e]+", secret.get_secret_value()):
        raise ValueError("may hold only visible ASCII characters; is there a line break at its end?")
    return secret


Address = Annotated[str, AfterValidator(encrypted)]  # of a setting: https, or on this machine
Base = Annotated[str, AfterValidator(lambda value: encrypted(value).rstrip("/"))]  # what paths are put behind
Token = Annotated[SecretStr, AfterValidator(header_safe)]


async def _start_of(response: aiohttp.ClientResponse) -> str:
    """The beginning of the answer. The status line has decided; a body that breaks off changes nothing."""
    body = b""
    try:
        while len(body) < _BODY_LIMIT and (chunk := await response.content.read(_BODY_LIMIT - len(body))):
            body += chunk
    except (aiohttp.ClientError, TimeoutError, OSError):
        return body.decode("utf-8", "replace")
    return body.decode("utf-8", "replace")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
