"""A question to a provider: no redirect, bounded in time and size, every way of saying no one kind of error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from feeds.instant import instant
from services.channels.http import retry_at
from services.outgoing import session as outgoing
from services.outgoing.session import TooLargeError, bounded, told

LIMIT = 2 * 1024 * 1024  # bytes of an answer
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST_WORDS = 160


class UnheardError(Exception):
    """Nothing was heard. ``state`` as :mod:`services.store.listened` names it; ``resumes``: not before then, UTC.

    ``charged``: whether the provider may count it as answered all the same.
    """

    def __init__(self, text: str, state: str = "failing", resumes: datetime | None = None, *, charged: bool = True):
        super().__init__(text)
        self.state, self.resumes, self.charged = state, resumes, charged


@dataclass(frozen=True, slots=True)
class Door:
    """The way to one provider. ``secret`` never stands in what is told."""

    session: aiohttp.ClientSession
    title: str
    secret: str = ""

    async def get(self, url: str, params: Mapping[str, str], now: datetime) -> bytes:
        """The answer. Raises UnheardError."""
        try:
            async with self.session.get(url, params=params, headers=self.headers, allow_redirects=False) as response:
                body = await bounded(response, LIMIT)
                if response.status != 200:
                    raise self.refusal(response.status, response.headers, body, now)
                return body
        except TooLargeError as error:
            raise UnheardError(f"{error}") from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise UnheardError(f"{self.title} に接続できません（{told(error)}）", charged=False) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnheardError(f"{self.title} の答えが届きません（{type(error).__name__}）") from None

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}

    def refusal(self, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> UnheardError:
        """What a status other than 200 means."""
        words = self._words(body)
        told = f"{self.title}: {status} {words}".strip()
        if status == 429:
            resumes = _reset(headers, now) or now + timedelta(minutes=15)
            return UnheardError(f"{told}（回数の上限）", "waiting", resumes, charged=False)
        if status in (401, 402, 403) or 300 <= status < 400:
            cure = {401: "認証の鍵が使えません", 402: "残高がありません", 403: "この契約・権限では読めません"}
            text = f"{told}（{cure.get(status, '別の住所を案内されました')}）"
            return UnheardError(text, "refused", now + _HOUR, charged=False)
        if 400 <= status < 500 and status != 408:
            return UnheardError(f"{told}（問い合わせが受け付けられません）", "refused", now + _HOUR, charged=False)
        return UnheardError(told, "failing", retry_at(headers.get("Retry-After", ""), now), charged=False)

    def _words(self, body: bytes) -> str:
        """The provider's own, one line, bounded."""
        try:
            whole = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        told = whole if isinstance(whole, dict) else {}
        named = (told.get(name) for name in ("detail", "title", "error", "message"))
        words = next((one for one in named if isinstance(one, str)), "")
        words = words.replace(self.secret, "***") if self.secret else words
        return " ".join("".join(one if one.isprintable() else " " for one in words).split())[:_LONGEST_WORDS]


def open_session(agent: str, timeout_s: float) -> aiohttp.ClientSession:
    """For one source: whole answers have ``timeout_s``; streams set limits of their own."""
    limits = aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(5.0, timeout_s))
    return outgoing.open_session(limits, {"User-Agent": agent})


def _reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """X tells seconds since 1970, Mastodon a time; others ``Retry-After``. Never more than a day ahead."""
    told = headers.get("x-rate-limit-reset", "").strip()
    found: datetime | None = None
    if told.isascii() and told.isdigit() and len(told) < 12:
        found = datetime.fromtimestamp(int(told), UTC)
    elif told:
        try:
            found = instant(told)
        except ValueError:
            found = None
    found = found or retry_at(headers.get("Retry-After", ""), now)
    return None if found is None else min(max(found, now + timedelta(seconds=1)), now + _DAY)
