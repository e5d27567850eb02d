"""X (formerly Twitter): a thread per alert revision, on one account.

X has no idempotency key. What stands in for one: every post differs from every other (issue time, revision), X
refuses an identical recent text, and after an attempt of unknown outcome we look at our own timeline first.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import Field, field_validator, model_validator

from feeds.status import Status
from rules.alert import Alert
from services.channels.admission import refusal
from services.channels.channel import Delivery, Outcome, Payload, Progress, Verdict
from services.channels.marks import unmarked
from services.channels.x_client import Client, Posted, Secrets, same_text
from services.channels.x_text import render_thread
from services.channels.x_verdict import FAILURES, judge, refused, reply_refused

_log: Any = structlog.get_logger("channel.x")
_SLACK = timedelta(minutes=2)  # between our clock and that of X
_THREAD_TRIES = 3  # X may not see our last post at once; after so many attempts the next part stands alone
_PATIENCE_S = 40.0  # no further part is begun after this long, so that an attempt ends within the outbox's lease


class Config(Secrets):
    """One account. ``base_url`` is for a stand-in only; empty means the real X."""

    statuses: frozenset[Status] = frozenset({Status.ACTUAL})
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
        self._timeout_s = config.timeout_s
        self._client = Client(config, config.base_url, config.timeout_s)

    def render(self, alert: Alert) -> Payload:
        return render_thread(alert)

    async def send(self, delivery: Delivery, now: datetime, progress: Progress) -> Outcome:
        never = refusal(delivery, self.statuses, now) or _unmarked(delivery)
        if never:
            return never
        began = asyncio.get_running_loop().time()
        ids = list(delivery.done)
        if delivery.after_unknown:
            unseen = await self._look_back(delivery, ids, progress)
            if unseen:
                return unseen
        fresh = False
        for text in delivery.payload.parts[len(ids) :]:
            if asyncio.get_running_loop().time() - began > _PATIENCE_S:
                return _at_part(Outcome(verdict=Verdict.LATER, detail="X is slow"), len(ids) + 1, delivery)
            outcome = await self._send_part(delivery, text, ids[-1] if ids else delivery.reply_to)
            if outcome.verdict not in {Verdict.ACCEPTED, Verdict.DUPLICATE}:
                return _at_part(outcome, len(ids) + 1, delivery)
            fresh = fresh or outcome.verdict is Verdict.ACCEPTED
            if outcome.remote_id:
                ids.append(outcome.remote_id)
                await progress(outcome.remote_id)
        count = len(delivery.payload.parts)
        return Outcome(
            verdict=Verdict.ACCEPTED if fresh else Verdict.DUPLICATE,
            remote_id=ids[0] if ids else "",
            detail=f"{count} posts" if count > 1 else "",
        )

    async def close(self) -> None:
        await self._client.close()

    async def _send_part(self, delivery: Delivery, text: str, reply_to: str) -> Outcome:
        outcome = await self._post(text, reply_to)
        if reply_to and reply_refused(outcome):
            if reply_to != delivery.reply_to and delivery.attempts < _THREAD_TRIES:  # our own post of a moment ago
                return Outcome(verdict=Verdict.LATER, detail=outcome.detail)
            outcome = await self._post(text, "")  # somebody deleted it: the warning matters, not the thread
        if outcome.verdict is not Verdict.DUPLICATE:
            return outcome
        since = delivery.first_tried_at if delivery.after_unknown else None
        found = _find(text, await self._timeline(since) or [])
        if not found and text != delivery.payload.parts[-1]:  # the next part needs something to answer to
            return Outcome(verdict=Verdict.LATER, detail=f"{outcome.detail}; not seen on the timeline yet")
        return Outcome(verdict=Verdict.DUPLICATE, remote_id=found, detail=outcome.detail)

    async def _post(self, text: str, reply_to: str) -> Outcome:
        try:
            return Outcome(verdict=Verdict.ACCEPTED, remote_id=await self._client.post(text, reply_to))
        except FAILURES as error:
            return judge(error)

    async def _look_back(self, delivery: Delivery, ids: list[str], progress: Progress) -> Outcome | None:
        """Add what an earlier attempt did publish to ``ids``. An outcome where that could not be learned."""
        posts = await self._timeline(delivery.first_tried_at)
        if posts is None:
            return Outcome(verdict=Verdict.UNKNOWN, detail="an earlier attempt may be out and X cannot be read now")
        for text in delivery.payload.parts[len(ids) :]:
            found = _find(text, posts)
            if not found:
                break
            ids.append(found)
            await progress(found)
        return None

    async def _timeline(self, since: datetime | None) -> list[Posted] | None:
        """Our posts since then; empty where X will not show them; None where X cannot be reached.

        An account that may post but not read still posts: X itself refuses the same text twice.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._client.timeline(since - _SLACK if since else None)
        except FAILURES as error:
            _log.warning("own timeline not read", reason=judge(error).detail)
            return [] if refused(error) else None


def _find(text: str, posts: list[Posted]) -> str:
    wanted = same_text(text)
    return next((post.id for post in posts if same_text(post.text) == wanted), "")


def _unmarked(delivery: Delivery) -> Outcome | None:
    if not unmarked(delivery.payload.parts, delivery.status):
        return None
    return Outcome(verdict=Verdict.REJECTED, detail=f"a post of an alert of status {delivery.status} lacks its mark")


def _at_part(outcome: Outcome, part: int, delivery: Delivery) -> Outcome:
    count = len(delivery.payload.parts)
    if count == 1:
        return outcome
    detail = f"post {part} of {count}: {outcome.detail}"
    return Outcome(verdict=outcome.verdict, detail=detail, retry_at=outcome.retry_at)
