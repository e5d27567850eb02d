"""X (formerly Twitter): a thread per alert revision, on one account.

X has no idempotency key. What stands in for one: every post differs from every other (issue time, revision), X
refuses an identical recent text, and after an attempt of unknown outcome we look at our own timeline first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import Field, field_validator, model_validator

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.channel import WHOLE, Delivery, Form, Outcome, Payload, Progress, Verdict
from services.channels.proof import Proof
from services.channels.thread.sending import Part, send_thread
from services.channels.thread.text import TWO, render_thread
from services.channels.x.client import Client, Posted, Secrets, same_text
from services.channels.x.verdict import FAILURES, judge, refused, reply_refused
from services.channels.x.weight import STYLE
from services.clock import wall

_log: Any = structlog.get_logger("channel.x")
_SLACK = timedelta(minutes=2)  # between our clock and that of X


class Config(Secrets):
    """One account. ``base_url`` is for a stand-in only; empty means the real X."""

    statuses: frozenset[Status] = frozenset({Status.ACTUAL})
    languages: frozenset[str] = TWO
    base_url: str = Field(default="", pattern=r"^(https?://[^\s/]+)?/?$")
    timeout_s: float = Field(default=12.0, gt=0, le=15)  # of one call

    @field_validator("access_token")
    @classmethod
    def _names_account(cls, token: Any) -> Any:
        number, hyphen, _ = token.get_secret_value().partition("-")
        if not (hyphen and number.isdecimal()):
            raise ValueError("must be an OAuth 1.0a access token, which begins with the account's number and a hyphen")
        return token

    @model_validator(mode="after")
    def _real_or_drill(self) -> Config:
        if not self.base_url and Status.ACTUAL in self.statuses and len(self.statuses) > 1:
            raise ValueError("an account on the real X takes Actual alone, or drills alone; set up a second account")
        return self


class X:
    """The channel ``x``."""

    name = "x"

    def __init__(self, config: Config) -> None:
        self.statuses = config.statuses
        self._style = replace(STYLE, languages=config.languages)
        self._wall = _Timeline(Client(config, config.base_url, config.timeout_s), config.timeout_s)

    def render(self, alert: Alert) -> Payload:
        return self.render_as(alert, WHOLE)

    def render_as(self, alert: Alert, form: Form) -> Payload:
        return render_thread(alert, self._style, form)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        if never := refusal(delivery, self.statuses, now):
            return never
        outcome = await send_thread(self._wall, delivery, progress)
        return replace(outcome, told=self._wall.client.limits)

    async def prove(self, alert: Alert, now: datetime) -> Proof:  # noqa: ARG002
        """Sign in and read the own timeline, which costs next to nothing; nothing is posted."""
        return await self._wall.prove()

    async def close(self) -> None:
        await self._wall.client.close()


class _Timeline:
    """The account's own timeline, which is also where it is looked up what is out."""

    title = "X"

    def __init__(self, client: Client, timeout_s: float) -> None:
        self.client = client
        self._timeout_s = timeout_s

    async def post(self, part: Part, reply_to: str) -> Outcome:
        try:
            return Outcome(verdict=Verdict.ACCEPTED, remote_id=await self.client.post(part.text, reply_to))
        except FAILURES as error:
            outcome = judge(error)
        if outcome.verdict is not Verdict.DUPLICATE:
            return outcome
        found = _find(part.text, await self._posts(part.began if part.again else None) or [])
        if not found and not part.last:  # the next part needs something to answer to
            return Outcome(
                verdict=Verdict.LATER, detail=f"{outcome.detail}; not seen on the timeline yet", cause=outcome.cause
            )
        return Outcome(verdict=Verdict.DUPLICATE, remote_id=found, detail=outcome.detail)

    async def look_back(self, parts: Sequence[Part]) -> list[str] | None:
        posts = await self._posts(parts[0].began) if parts else []
        if posts is None:
            return None
        ids: list[str] = []
        for part in parts:
            found = _find(part.text, posts)
            if not found:
                break
            ids.append(found)
        return ids

    async def prove(self) -> Proof:
        """Unlike a look back, where X's no is an answer too: what it says of the keys is what is asked for."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self.client.timeline(wall() - _SLACK)
        except FAILURES as error:
            return Proof(fault=judge(error).detail)
        return Proof(
            proven=("ログインできた", "自分の投稿を読めた"), unproven=("投稿する権限（試すと公開されるため）",)
        )

    def reply_refused(self, outcome: Outcome) -> bool:
        return reply_refused(outcome)

    async def _posts(self, since: datetime | None) -> list[Posted] | None:
        """Our posts since then; empty where X will not show them; None where X cannot be reached.

        An account that may post but not read still posts: X itself refuses the same text twice.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self.client.timeline(since - _SLACK if since else None)
        except FAILURES as error:
            _log.warning("own timeline not read", reason=judge(error).detail)
            return [] if refused(error) else None


def _find(text: str, posts: list[Posted]) -> str:
    wanted = same_text(text)
    return next((post.id for post in posts if same_text(post.text) == wanted), "")
