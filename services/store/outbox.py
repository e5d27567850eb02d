"""The outbox: one row for each alert revision × channel, written with the decision and worked off afterwards.

``expires`` is hub time, because it speaks of the city. ``next_at``, ``lease_until`` and ``first_tried_at`` are wall
time, because they speak of computers.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Case,
    ColumnElement,
    RowMapping,
    and_,
    case,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import GRAVE, Alert
from services.channels.channel import TAKEN as GOOD
from services.channels.channel import Cause, Delivery, Outcome, Payload, Verdict
from services.channels.unsent import Unsent
from services.store import past
from services.store.alerts import Rendered
from services.store.codec import from_json, to_json
from services.store.delivery_state import TAKEN, DeliveryState
from services.store.queue_asked import ANYTHING, DONE, IS_OURS, MAY_SEND, NEEDS_SWEEP, NEXT, OPEN_STILL
from services.store.queue_terms import (
    NEEDLESS,
    OVERTAKEN,
    PENDING,
    at,
    lasting,
    lost,
)
from services.store.tables import outbox

LEASE = timedelta(seconds=90)  # longer than any channel's own timeout
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_URGENT_PAUSE = 2.0, 300.0, 30.0  # seconds
_NAMESPACE = uuid.UUID("6f1d8a2e-3c0b-5f7e-9a41-0b6c5d2e7f10")
Admits = Callable[[RowMapping], Awaitable[bool]]  # a due row with its alert: may it go now?


async def add(connection: AsyncConnection, alert: Alert, payloads: Rendered, now: datetime, wall: datetime) -> None:
    """Put an issued revision into every channel's queue; what still waits of older ones leaves it.

    Both in the same transaction, so that no other process can be claiming the older one while this one comes in.
    """
    rows = [row(alert, channel, one, now, wall) for channel, one in payloads.items()]
    if rows:
        await connection.execute(insert(outbox), rows)
    if alert.revision > 1:
        await _supersede(connection, now, outbox.c.series == alert.series)


async def release(connection: AsyncConnection, wall: datetime) -> None:
    """End every lease. Only for a hub that has just proved that it is alone: whoever held them is dead."""
    held = outbox.c.state == DeliveryState.SENDING.value
    await connection.execute(update(outbox).where(held).values(lease_until=wall))


async def anything(connection: AsyncConnection, channel: str, now: datetime, wall: datetime) -> bool:
    """True where the channel has something to send, or :func:`sweep` would find something."""
    return bool(await connection.scalar(ANYTHING, {"channel": channel, "now": now, **at(wall)}))


async def needs_sweep(connection: AsyncConnection, now: datetime, wall: datetime) -> bool:
    """True where :func:`sweep` would find something."""
    return bool(await connection.scalar(NEEDS_SWEEP, {"now": now, **at(wall)}))


async def sweep(connection: AsyncConnection, now: datetime, wall: datetime) -> list[RowMapping]:
    """Close what must not be sent any more; returns the rows that ran out.

    A lost lease becomes an unknown outcome: whoever held it may have sent. What could not be sent before a newer
    revision of its series came is superseded, lest it follow its own update out. An all-clear or a cancellation
    stays away where nobody was told of what it ends.
    """
    found_lost = {"state": DeliveryState.UNKNOWN.value, "after_unknown": True, "next_at": wall, "lease_until": None}
    found_lost["cause"] = Cause.NO_ANSWER.value
    await past.change(connection, update(outbox).where(lost(wall)).values(found_lost), now)
    await connection.execute(update(outbox).where(lasting(wall)).values(lease_until=wall + LEASE))
    await _supersede(connection, now)
    unheard = {"state": DeliveryState.REFUSED.value, "reason": Unsent.UNHEARD.sentence, "cause": "", "finished_at": now}
    await past.change(connection, update(outbox).where(PENDING, NEEDLESS).values(unheard), now)
    stale = select(outbox).where(PENDING, outbox.c.expires <= now).with_for_update()
    rows = list((await connection.execute(stale)).mappings())
    if rows:
        reason = _reason(
            "送る前に期限が切れた", "途中で期限が切れた。残りは送らない", "届いたか不明のまま期限が切れた。送り直さない"
        )
        values = {"state": DeliveryState.EXPIRED.value, "reason": reason, "cause": "", "finished_at": now}
        theirs = outbox.c.id.in_([row["id"] for row in rows])
        await past.change(connection, update(outbox).where(theirs).values(values), now)
    return rows


async def claim(
    connection: AsyncConnection,
    channel: str,
    now: datetime,
    wall: datetime,
    *,
    urgent: bool = False,
    admits: Admits | None = None,
) -> Delivery | None:
    """Take the channel's most urgent delivery that is due, under a lease. Call inside ``store.hold()``.

    A revision waits while an older one of its series is being sent on the same channel. With ``urgent`` only what no
    limit holds back, which is no drill; what ``admits`` declines stays where it is. None also where the next one must
    not go any more: :func:`sweep` closes it.
    """
    asked = {"channel": channel, "now": now, **at(wall)}
    row = (await connection.execute(NEXT[urgent], asked)).mappings().first()
    if row is None or row["late"] or (admits is not None and not await admits(row)):
        return None
    return await _take(connection, row, now, wall)


async def may_send(connection: AsyncConnection, delivery: Delivery, until: datetime) -> bool:
    """True where the delivery is ours, and nobody else can take it before ``until`` (wall time)."""
    return bool(await connection.scalar(MAY_SEND, {**_mine(delivery), "until": until}))


async def hold_on(connection: AsyncConnection, delivery: Delivery, now: datetime, wall: datetime) -> bool:
    """A new lease for who comes late to send, so that nobody begins meanwhile; False where it is not ours any more."""
    lease = {"state": DeliveryState.SENDING.value, "lease_until": wall + LEASE}
    return (await past.change(connection, update(outbox).where(_ours(delivery)).values(lease), now)).rowcount == 1


async def is_ours(connection: AsyncConnection, delivery: Delivery) -> bool:
    """True while nobody has claimed or closed the delivery since we did, and then until the commit.

    That its lease ran out takes nothing from it: until somebody else tries, nobody knows better what became of it.
    """
    return bool(await connection.scalar(IS_OURS, _mine(delivery)))


async def part_done(connection: AsyncConnection, delivery: Delivery, remote_id: str, now: datetime) -> bool:
    """Remember that another part of a thread is out; False where the delivery is not ours any more."""
    found = select(outbox.c.done).where(_ours(delivery)).with_for_update()
    if (done := await connection.scalar(found)) is None:
        return False
    await past.change_one(connection, outbox, delivery.id, {"done": [*done, remote_id]}, now)
    return True


async def finish(
    connection: AsyncConnection, delivery: Delivery, outcome: Outcome, now: datetime, wall: datetime
) -> DeliveryState | None:
    """Write what became of an attempt. Later and unknown come back after a pause that grows, with full jitter.

    None, and nothing is written, where the delivery is not ours any more: whoever tried after us has the last word.
    """
    if not await is_ours(connection, delivery):
        return None
    state = _state_after(outcome.verdict)
    cause = "" if outcome.verdict in GOOD else outcome.cause.value
    values: dict[str, Any] = {"state": state.value, "reason": outcome.detail, "cause": cause, "lease_until": None}
    if outcome.verdict is Verdict.PARTLY:  # no pause, the next failure is the first, and who may have it is written
        values |= {"next_at": outcome.retry_at or wall, "attempts": 0, "after_unknown": False}
    elif state in (DeliveryState.WAITING, DeliveryState.UNKNOWN):
        longest = _LONGEST_URGENT_PAUSE if delivery.urgent else _LONGEST_PAUSE
        pause = min(longest, _FIRST_PAUSE * 2 ** min(delivery.attempts - 1, 16))
        soonest = wall + timedelta(seconds=random.uniform(pause / 2, pause))  # noqa: S311 - jitter, not a secret
        values["next_at"] = max(soonest, outcome.retry_at or soonest)
        values["after_unknown"] = delivery.after_unknown or state is DeliveryState.UNKNOWN
    else:
        values["finished_at"] = now
    if outcome.verdict in (Verdict.ACCEPTED, Verdict.DUPLICATE) and outcome.remote_id:
        done = await connection.scalar(DONE, {"id": delivery.id}) or []
        values["done"] = done if outcome.remote_id in done else [*done, outcome.remote_id]
    await past.change_one(connection, outbox, delivery.id, values, now)
    return state


async def hasten(connection: AsyncConnection, channel: str, now: datetime, wall: datetime) -> None:
    """A channel that had failed works again: what waits out its pause is due now, so that the order is by urgency."""
    held = (outbox.c.channel == channel, PENDING, outbox.c.next_at > wall)
    await past.change(connection, update(outbox).where(*held).values(next_at=wall), now)


def _mine(delivery: Delivery) -> dict[str, Any]:
    return {"id": delivery.id, "claim": delivery.claim}


def _ours(delivery: Delivery) -> ColumnElement[bool]:
    return and_(outbox.c.id == delivery.id, outbox.c.claims == delivery.claim, OPEN_STILL)


def _state_after(verdict: Verdict) -> DeliveryState:
    """The words are the same but for those that go on."""
    return DeliveryState.WAITING if verdict in (Verdict.LATER, Verdict.PARTLY) else DeliveryState(verdict.value)


async def _supersede(connection: AsyncConnection, now: datetime, *which: ColumnElement[bool]) -> None:
    reason = _reason(
        "新しい報が出たため送らない",
        "途中で新しい報が出た。残りは送らない",
        "届いたか不明のまま新しい報が出た。送り直さない",
    )
    late = {"state": DeliveryState.SUPERSEDED.value, "reason": reason, "cause": "", "finished_at": now}
    await past.change(connection, update(outbox).where(PENDING, OVERTAKEN, *which).values(late), now)


def _reason(unsent: str, begun: str, unknown: str) -> Case[str]:
    """A reason that does not claim of what is out, in part or perhaps, that it was not sent."""
    return case((outbox.c.after_unknown, unknown), (func.json_array_length(outbox.c.done) > 0, begun), else_=unsent)


async def _take(connection: AsyncConnection, row: RowMapping, now: datetime, wall: datetime) -> Delivery:
    taken = {
        "state": DeliveryState.SENDING.value,
        "attempts": row["attempts"] + 1,
        "claims": row["claims"] + 1,
        "lease_until": wall + LEASE,
        "first_tried_at": row["first_tried_at"] or wall,
    }
    await past.change_one(connection, outbox, row["id"], taken, now)
    return Delivery(
        id=row["id"],
        key=row["key"],
        series=row["series"],
        revision=row["revision"],
        channel=row["channel"],
        payload=from_json(Payload, row["payload"]),
        status=Status(row["status"]),
        attempts=taken["attempts"],
        claim=taken["claims"],
        after_unknown=row["after_unknown"],
        first_tried_at=taken["first_tried_at"],
        done=tuple(row["done"]),
        reply_to=await _first_post(connection, row) if row["revision"] > 1 else "",
        expires=row["expires"],
        issued_at=row["created_at"],
        urgent=row["status"] == Status.ACTUAL.value and (row["level"] >= GRAVE or row["ends"]),
        context={
            "identifier": row["alert"]["identifier"],
            "msg_type": row["alert"]["msg_type"],
            "kind": row["alert"]["kind"],
            "level": str(row["level"]),
        },
    )


async def _first_post(connection: AsyncConnection, row: RowMapping) -> str:
    """Remote id of the newest earlier revision that is out on this channel."""
    earlier = (
        select(outbox.c.done)
        .where(outbox.c.series == row["series"], outbox.c.channel == row["channel"])
        .where(outbox.c.revision < row["revision"])
        .where(outbox.c.state.in_(TAKEN))
        .order_by(outbox.c.revision.desc())
    )
    done = (await connection.scalars(earlier)).all()
    return next((ids[0] for ids in done if ids), "")


def row(alert: Alert, channel: str, one: object, now: datetime, wall: datetime) -> dict[str, Any]:
    """A delivery that waits, or that is refused from the start, as it goes into the table."""
    delivery_id = f"{alert.identifier}:{channel}"
    takes = isinstance(one, Payload)
    return {
        "id": delivery_id,
        "key": str(uuid.uuid5(_NAMESPACE, delivery_id)),
        "series": alert.series,
        "revision": alert.revision,
        "channel": channel,
        "status": alert.status.value,
        "state": (DeliveryState.WAITING if takes else DeliveryState.REFUSED).value,
        "reason": "" if takes else getattr(one, "reason", ""),
        "attempts": 0,
        "created_at": now,
        "next_at": wall,
        "after_unknown": False,
        "finished_at": None if takes else now,
        "expires": alert.expires,
        "done": [],
        "payload": to_json(one),
    }
