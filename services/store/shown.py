"""What an outlet that keeps things should be showing now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.alert import OUT, State
from services.channels.channel import Payload
from services.channels.keeping import Shown, View
from services.store.codec import from_json
from services.store.delivery_state import TAKEN, DeliveryState
from services.store.tables import alerts, outbox

_IN_FORCE = (State.ISSUED.value, State.SUPERSEDED.value)
_HEARD = tuple(state.value for state in OUT)


async def view(connection: AsyncConnection, channel: str, now: datetime) -> View:
    """What the outlet should show, and which series are on their way to it, in one transaction."""
    moving = select(outbox.c.series).where(
        outbox.c.channel == channel, outbox.c.state == DeliveryState.SENDING.value, outbox.c.expires > now
    )
    on_the_way = frozenset(await connection.scalars(moving))
    return View(shown=tuple(await shown(connection, channel, now)), moving=on_the_way)


async def shown(connection: AsyncConnection, channel: str, now: datetime) -> list[Shown]:
    """Of each series the newest revision that is out on the channel, by series in order.

    Left out: what ran out, what was ended without a word, and what a later revision ended that has not come through to
    this channel. An end itself is shown until it runs out.
    """
    in_force = or_(alerts.c.state.in_(_IN_FORCE), alerts.c.ends)
    found = (
        select(outbox.c.series, outbox.c.revision, outbox.c.payload)
        .join(alerts, and_(alerts.c.series == outbox.c.series, alerts.c.revision == outbox.c.revision))
        .where(outbox.c.channel == channel, outbox.c.state.in_(TAKEN), outbox.c.expires > now, in_force)
        .order_by(outbox.c.series, outbox.c.revision)
    )
    newest = {row["series"]: row for row in (await connection.execute(found)).mappings()}
    ended = await _ended(connection, list(newest))
    return [
        Shown(series=series, revision=row["revision"], payload=from_json(Payload, row["payload"]))
        for series, row in newest.items()
        if ended.get(series, 0) <= row["revision"]
    ]


async def _ended(connection: AsyncConnection, series: list[str]) -> dict[str, int]:
    """Series → the revision that ended it and left the house."""
    over = (
        select(alerts.c.series, alerts.c.revision)
        .where(alerts.c.series.in_(series), alerts.c.ends, alerts.c.state.in_(_HEARD))
        .order_by(alerts.c.revision)
    )
    return {row.series: row.revision for row in await connection.execute(over)}
