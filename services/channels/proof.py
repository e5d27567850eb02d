"""What a channel can prove of itself without telling the public anything.

Each does what is true and safe on its own outlet: an account is asked who it is and shows its own page, a text is
checked by the service and dropped, a machine is sent a message of status Test and acknowledges it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from feeds.status import Status
from rules.alert import Alert
from services.channels.channel import Channel, Delivery, Verdict
from services.channels.thread.sending import Part, Wall
from services.clock import wall

OF_TESTS = frozenset({Status.TEST})
_TAKEN = frozenset({Verdict.ACCEPTED, Verdict.DUPLICATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """In Japanese, for the duty desk: what is proven now, what this cannot prove, and what was wrong."""

    proven: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    fault: str = ""  # empty: nothing failed
    receipt: str = ""  # the other side's own word, where it gives one


@runtime_checkable
class Proving(Protocol):
    """A channel with a way to try itself. One without has nothing proven, and the self-test says so."""

    name: str

    async def prove(self, alert: Alert, now: datetime) -> Proof:
        """Try now; ``alert`` is of status Test. Never raises for what the provider or the network does."""
        ...


async def by_sending(twin: Channel, alert: Alert, now: datetime, proven: str) -> Proof:
    """Send a test for real, on the way that alerts take. ``twin`` is the channel again, set up to take tests."""
    try:
        payload = twin.render(alert)
    except ValueError as error:
        return Proof(fault=f"試験の文面を作れません：{error}")
    delivery = Delivery(
        id=f"{alert.identifier}:{twin.name}",
        key=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{alert.identifier}:{twin.name}")),
        series=alert.series,
        revision=alert.revision,
        channel=twin.name,
        payload=payload,
        status=alert.status,
        attempts=1,
        after_unknown=False,
        first_tried_at=wall(),
        expires=alert.expires,
        context={"identifier": alert.identifier, "msg_type": alert.msg_type},
    )
    try:
        outcome = await twin.send(delivery, now, _unminded)
    finally:
        await twin.close()
    if outcome.verdict in _TAKEN:
        return Proof(proven=(proven,), receipt=outcome.remote_id)
    return Proof(fault=f"{outcome.verdict.value}：{outcome.detail}")


async def by_looking(page: Wall) -> Proof:
    """Log in and look for a post that was never made, as after an attempt of unknown outcome."""
    never = Part(
        number=1,
        text=f"shirase selftest {uuid.uuid4()}",
        language="",
        key=str(uuid.uuid4()),
        began=wall() - timedelta(minutes=1),
        last=True,
        again=True,
    )
    if await page.look_back([never]) is None:
        return Proof(fault=f"{page.title} にログインして自分の投稿を読むことができません")
    return Proof(proven=("ログインできた", "自分の投稿を読めた"), unproven=("投稿する権限（試すと公開されるため）",))


async def _unminded(_remote_id: str) -> None:
    """A test is not remembered part by part."""
