"""The hold-off: what is free to leave waits for the clock, in the store. A person may send it now; to stop it: reject.

The loop over the rules calls :func:`leave` after it has decided, so that what is out of date by then does not leave.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.desks.review import ReviewError, entry, issue, name_of, permit, waiting
from services.store import alerts, chronology, hold_offs
from services.store.engine import Store


async def leave(connection: AsyncConnection, status: Status, now: datetime) -> bool:
    """Issue every revision whose time has come; True where there was one."""
    ripe = await hold_offs.due(connection, status, now)
    for series, revision, who in ripe:
        draft = await alerts.get(connection, series, revision)
        assert draft is not None
        await hold_offs.end(connection, series)
        await issue(connection, draft, now, who=who)
    return bool(ripe)


async def send_now(store: Store, *, series: str, revision: int, digest: str, person: str, now: datetime) -> None:
    """A person who could approve it sends what waits for the clock.

    Raises ReviewError: not_found, not_waiting, expired, digest_mismatch, not_permitted, not_held.
    """
    async with store.write() as connection:
        draft = await waiting(connection, series, revision, digest, now)
        leaves_at = await hold_offs.of(connection, series, revision)
        if leaves_at is None:
            raise ReviewError("not_held", "この案は送信待ちではありません。承認が必要です")
        await permit(connection, person, draft.alert)
        await hold_offs.end(connection, series)
        text = f"{name_of(draft.alert)} を、待たずに送ることにした"
        await chronology.append(connection, [entry(draft.alert, "sent_now", person, text, now)])
        await issue(connection, draft, now, who=person)
