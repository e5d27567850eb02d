"""Putting a thread on an account's public page: part after part, and never a part twice.

What differs from service to service stands behind :class:`Wall`; what to do when an answer is lost, when a part is out
already, and when the post to be answered is gone, is the same everywhere and stands here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.channels.channel import Cause, Delivery, Outcome, Progress, Verdict
from services.channels.marks import unmarked

_THREAD_TRIES = 3  # a service may not see our last post at once; after so many attempts the next part stands alone
_PATIENCE_S = 40.0  # no further part is begun after this long, so that an attempt ends within the outbox's lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One post of a thread, the same at every attempt."""

    number: int  # from 1
    text: str
    language: str  # BCP 47; empty where it is not known
    key: str  # idempotency key of this very post
    began: datetime  # when the first attempt at the thread began
    last: bool  # nothing answers to it
    again: bool  # an earlier attempt may have published it


class Wall(Protocol):
    """The public page of one account."""

    title: str  # of the service, for sentences: 「X」

    async def post(self, part: Part, reply_to: str) -> Outcome:
        """Try once. Never raises for what the service or the network does. ``reply_to`` is a remote id, or empty."""
        ...

    async def look_back(self, parts: Sequence[Part]) -> list[str] | None:
        """Remote ids of the first of these parts, as far as they are out; None where that cannot be learned now."""
        ...

    def reply_refused(self, outcome: Outcome) -> bool:
        """True where only the reply was refused: the post to be answered is gone, or not yet seen everywhere."""
        ...


async def send_thread(wall: Wall, delivery: Delivery, progress: Progress) -> Outcome:
    """Send what is not out yet of a delivery. ``progress`` is told the id of each part before the next is tried."""
    if unmarked(delivery.payload.parts, delivery.status):
        detail = f"a post of an alert of status {delivery.status} lacks its mark"
        return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=Cause.OURS)
    began = asyncio.get_running_loop().time()
    parts, ids, fresh = _parts(delivery), list(delivery.done), False
    if delivery.after_unknown:
        found = await wall.look_back(parts[len(ids) :])
        if found is None:
            detail = f"an earlier attempt may be out and {wall.title} cannot be read now"
            return Outcome(verdict=Verdict.UNKNOWN, detail=detail, cause=Cause.NO_ANSWER)
        for remote_id in found:
            ids.append(remote_id)
            await progress(remote_id)
    for part in parts[len(ids) :]:
        if asyncio.get_running_loop().time() - began > _PATIENCE_S:
            slow = Outcome(verdict=Verdict.LATER, detail=f"{wall.title} is slow", cause=Cause.BUSY)
            return _at_part(slow, len(ids) + 1, delivery)
        outcome = await _send_part(wall, delivery, part, ids[-1] if ids else delivery.reply_to)
        if outcome.verdict not in {Verdict.ACCEPTED, Verdict.DUPLICATE}:
            return _at_part(outcome, len(ids) + 1, delivery)
        fresh = fresh or outcome.verdict is Verdict.ACCEPTED
        if outcome.remote_id:
            ids.append(outcome.remote_id)
            await progress(outcome.remote_id)
    return Outcome(
        verdict=Verdict.ACCEPTED if fresh else Verdict.DUPLICATE,
        remote_id=ids[0] if ids else "",
        detail=f"{len(parts)} posts" if len(parts) > 1 else "",
    )


def same_text(text: str) -> str:
    """A text as it compares: white space comes back otherwise than it was sent."""
    return "".join(text.split())


def _parts(delivery: Delivery) -> list[Part]:
    payload, count = delivery.payload, len(delivery.payload.parts)
    if delivery.first_tried_at is None:
        raise ValueError("a delivery is claimed, and so dated, before it is sent")
    return [
        Part(
            number=index + 1,
            text=text,
            language=payload.languages[index] if payload.languages else "",
            key=f"{delivery.key}-{index + 1}",
            began=delivery.first_tried_at,
            last=index == count - 1,
            again=delivery.after_unknown,
        )
        for index, text in enumerate(payload.parts)
    ]


async def _send_part(wall: Wall, delivery: Delivery, part: Part, reply_to: str) -> Outcome:
    outcome = await wall.post(part, reply_to)
    if reply_to and wall.reply_refused(outcome):
        if reply_to != delivery.reply_to and delivery.attempts < _THREAD_TRIES:  # our own post of a moment ago
            return Outcome(verdict=Verdict.LATER, detail=outcome.detail, cause=outcome.cause)
        outcome = await wall.post(part, "")  # somebody deleted it: the warning matters, not the thread
    return outcome


def _at_part(outcome: Outcome, part: int, delivery: Delivery) -> Outcome:
    count = len(delivery.payload.parts)
    if count == 1:
        return outcome
    detail = f"post {part} of {count}: {outcome.detail}"
    return replace(outcome, detail=detail)
