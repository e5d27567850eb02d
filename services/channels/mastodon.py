"""Mastodon: a thread per alert revision, on one account of any server.

A retry under the same ``Idempotency-Key`` gives the first post again, but a server remembers keys for an hour only;
so after an attempt of unknown outcome the own page is read before anything is posted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import regex
from pydantic import BaseModel, ConfigDict, Field

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.channel import WHOLE, Cause, Delivery, Form, Outcome, Payload, Progress, Verdict
from services.channels.http import Answer, Base, Door, Token, failed, told
from services.channels.proof import Proof, by_looking
from services.channels.thread.cutting import WORD, Scale
from services.channels.thread.sending import Part, same_text, send_thread
from services.channels.thread.text import TWO, Style, render_thread
from services.clock import wall

_URL = regex.compile(r"https?://[^\s<>()「」、。]+")
_LINK = "x" * 23  # a link counts so, however long it is (``characters_reserved_per_url``)
_SLACK = timedelta(minutes=2)  # between our clock and the server's
_PAGES = 5  # of forty posts: more than an account posts within the life of one alert
_TAG = re.compile(r"<[^>]*>")


class Config(BaseModel):
    """One account. ``max_characters`` is the server's, as ``/api/v2/instance`` tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Base = Field(description="of the server, https://host")
    token: Token = Field(description="access token with the scopes read:accounts read:statuses write:statuses")
    max_characters: int = Field(default=500, ge=200, le=100_000)
    timeout_s: float = Field(default=12.0, gt=0, le=15)  # of one call
    statuses: frozenset[Status] = frozenset({Status.ACTUAL})
    languages: frozenset[str] = TWO


class Mastodon:
    """The channel ``mastodon``."""

    name = "mastodon"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._style = Style(title="Mastodon", limit=config.max_characters, scale=SCALE, languages=config.languages)
        self._wall = _Page(config)

    def render(self, alert: Alert) -> Payload:
        return self.render_as(alert, WHOLE)

    def render_as(self, alert: Alert, form: Form) -> Payload:
        return render_thread(alert, self._style, form)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        return refusal(delivery, self.statuses, now) or await send_thread(self._wall, delivery, progress)

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """Log in and read the own page; nothing is posted."""
        return await by_looking(self._wall)

    async def close(self) -> None:
        await self._wall.door.close()


class _Page:
    """The account's own page."""

    title = "Mastodon"

    def __init__(self, config: Config) -> None:
        self.door = Door(config.timeout_s)
        self._base, self._token = f"{config.url}/api/v1", config.token
        self._headers = {"Authorization": f"Bearer {config.token.get_secret_value()}"}
        self._account = ""

    async def post(self, part: Part, reply_to: str) -> Outcome:
        """The first post of a thread is public, what follows is unlisted: it is read there, and fills no timeline."""
        body = {"status": part.text, "visibility": "public" if part.number == 1 else "unlisted"}
        if part.language:
            body["language"] = part.language.split("-")[0]
        if reply_to:
            body["in_reply_to_id"] = reply_to
        headers = self._headers | {"Idempotency-Key": part.key}
        answer = await self.door.call("POST", f"{self._base}/statuses", json=body, headers=headers)
        if isinstance(answer, Outcome):
            return answer
        remote_id = answer.member("id")
        if 200 <= answer.status < 300 and remote_id:
            return Outcome(verdict=Verdict.ACCEPTED, remote_id=remote_id)
        if answer.status < 300:
            return Outcome(verdict=Verdict.UNKNOWN, detail=f"{answer.status} in an unexpected shape", cause=Cause.FAULT)
        return self._failed(answer)

    async def look_back(self, parts: Sequence[Part]) -> list[str] | None:
        shown = await self._since(parts[0].began - _SLACK) if parts else {}
        if shown is None:
            return None
        ids: list[str] = []
        for part in parts:
            if same_text(part.text) not in shown:
                break
            ids.append(shown[same_text(part.text)])
        return ids

    def reply_refused(self, outcome: Outcome) -> bool:
        return outcome.verdict is Verdict.REJECTED and "reply" in outcome.detail.lower()

    async def _since(self, moment: datetime) -> dict[str, str] | None:
        """Own posts since then by their text; None where they cannot be read now."""
        found: dict[str, str] = {}
        query = {"limit": "40", "exclude_reblogs": "true"}
        for _ in range(_PAGES):
            page = await self._page(query)
            if page is None:
                return None
            new = [post for post in page if (_moment(post["created_at"]) or moment) >= moment]
            found |= {same_text(plain(post["content"])): post["id"] for post in new}
            if not new or len(new) < len(page):
                break
            query |= {"max_id": page[-1]["id"]}
        return found

    async def _page(self, query: dict[str, str]) -> list[dict[str, Any]] | None:
        if not self._account:
            me = await self.door.call("GET", f"{self._base}/accounts/verify_credentials", headers=self._headers)
            self._account = me.member("id") if isinstance(me, Answer) and me.status == 200 else ""
        if not self._account.isdecimal():
            return None
        address = f"{self._base}/accounts/{self._account}/statuses"
        answer = await self.door.call("GET", address, params=query, headers=self._headers)
        whole = answer.json if isinstance(answer, Answer) and answer.status == 200 else None
        fit = isinstance(whole, list) and all(_is_post(one) for one in whole)
        return whole if fit else None

    def _failed(self, answer: Answer) -> Outcome:
        detail = f"Mastodon: {told(answer, self._token)}"
        if answer.status == 503:  # of the server behind a door that has counted the post, perhaps
            return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=Cause.BUSY)
        outcome = failed(answer, wall(), detail)
        reset = _moment(answer.headers.get("X-RateLimit-Reset", ""))
        if answer.status == 429 and reset:
            return Outcome(verdict=Verdict.LATER, detail=detail, retry_at=reset, cause=Cause.LIMIT)
        return outcome


def characters(text: str) -> int:
    """The length of a text as Mastodon counts it: graphemes, a link 23."""
    return len(regex.findall(r"\X", _URL.sub(_LINK, text)))


SCALE = Scale(characters, regex.compile(f"{_URL.pattern}|{WORD}"))


def plain(content: str) -> str:
    """A post's HTML as text. Hidden spans are part of the link that they shorten."""
    return unescape(_TAG.sub("", re.sub(r"<br\s*/?>|</p>", "\n", content)))


def _is_post(one: Any) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(name), str) for name in ("id", "content", "created_at"))


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
