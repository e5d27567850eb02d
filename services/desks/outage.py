"""The desk for outages: a person has read what became of the alerts, and says so by name."""

from __future__ import annotations

from datetime import datetime

from services.board_words import said
from services.outage.fate import Outage
from services.store import chronology, outages
from services.store.chronology import Entry
from services.store.engine import Store


class OutageError(Exception):
    """A report that cannot be marked as read; the text is for the officer."""


async def see(store: Store, one: int, person: str, now: datetime) -> Outage:
    """Mark it as read. Raises OutageError where there is none of that number that is over and unread."""
    async with store.write() as connection:
        outage = await outages.see(connection, one, person, now)
        if outage is None:
            raise OutageError(f"{one} 番の報告はないか、まだ続いているか、すでに確認されています")
        text = f"{said('channels', outage.channel)} の送信障害の報告を確認した"
        refs = {"outage": str(outage.id), "channel": outage.channel}
        entry = Entry(at=now, status=outage.status, kind="outage", who=person, text=text, refs=refs)
        await chronology.append(connection, [entry])
    return outage
