"""Stories of warnings and events, as verification goes on telling them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from geo.verification.stories import Story, Verdict
from geo.verification.teller import Thread, Told
from services.store.tables import stories


async def unfinished(connection: AsyncConnection) -> dict[Thread, Told]:
    """Every story that may still change."""
    rows = await connection.execute(select(stories).where(stories.c.unfinished))
    return {told.thread: told for told in map(_told, rows.mappings())}


async def put(connection: AsyncConnection, told: Told) -> None:
    """Write it down, or over itself."""
    if told.id is None:
        await connection.execute(insert(stories).values(_row(told)))
    else:
        await connection.execute(update(stories).where(stories.c.id == told.id).values(_row(told)))


async def between(connection: AsyncConnection, status: Status, since: datetime, until: datetime) -> list[Told]:
    """Those that count for a time in [since, until], and those that stand open, oldest first."""
    counted = (stories.c.status == status, stories.c.counted_at.between(since, until))
    rows = await connection.execute(select(stories).where(*counted).order_by(stories.c.counted_at, stories.c.id))
    return [_told(row) for row in rows.mappings()]


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Delete what is finished and older; how many there were."""
    gone = delete(stories).where(~stories.c.unfinished, stories.c.counted_at < before)
    return (await connection.execute(gone)).rowcount


def _row(told: Told) -> dict[str, Any]:
    row = {field.name: getattr(told.story, field.name) for field in fields(Story)}
    lead = row.pop("lead")
    thread = {field.name: getattr(told.thread, field.name) for field in fields(Thread)}
    return {
        **thread,
        **row,
        "status": told.thread.status.value,
        "verdict": told.story.verdict.value,
        "lead_s": None if lead is None else round(lead.total_seconds()),
        "version": told.version,
        "counted_at": told.counted_at,
        "unfinished": told.unfinished,
    }


def _told(row: Mapping[Any, Any]) -> Told:
    lead = row["lead_s"]
    story = Story(
        warned_at=row["warned_at"],
        ended_at=row["ended_at"],
        crossed_at=row["crossed_at"],
        left_at=row["left_at"],
        lead=None if lead is None else timedelta(seconds=lead),
        verdict=Verdict(row["verdict"]),
        why=row["why"],
    )
    thread = Thread(
        status=Status(row["status"]), model=row["model"], kind=row["kind"], place=row["place"], level=row["level"]
    )
    return Told(id=row["id"], thread=thread, version=row["version"], story=story, unfinished=row["unfinished"])
