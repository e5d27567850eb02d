"""What residents and partners add to a request: words for the desk, that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import Contact
from feeds.open311.posted import Posted
from feeds.status import Status
from rules.requests.state import SAID, State
from services.store import reporters
from services.store.requests import about
from services.store.tables_requests import request_words, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One of them. ``state`` is what its sender says the request is."""

    id: int
    request: int
    client: str
    at: datetime
    told_at: datetime
    state: State
    text: str
    media_url: str
    applied: bool


async def find(connection: AsyncConnection, client: str, update_id: str) -> Word | None:
    """The one that this client gave this id."""
    mine = (request_words.c.client == client, request_words.c.update_id == update_id)
    row = (await connection.execute(select(request_words).where(*mine))).mappings().first()
    return None if row is None else _word(row)


async def add(connection: AsyncConnection, client: str, one: Posted, at: datetime, applied: bool) -> int:
    """Write it down, how to reach its sender apart from it; its number."""
    bare, words = reporters.cover({"text": one.text})
    values = {
        "request": one.request,
        "client": client,
        "update_id": one.update_id,
        "at": at,
        "told_at": one.told_at,
        "state": SAID[one.status].value,
        "text": bare["text"],
        "media_url": one.media_url,
        "applied": applied,
    }
    made = await connection.execute(insert(request_words).values(values).returning(request_words.c.id))
    number = int(made.scalar_one())
    if words or one.contact:
        mine = select(requests.c.status).where(requests.c.id == one.request)
        told = reporters.Told(
            about=about(one.request),
            part=f"word/{number}",
            request=one.request,
            status=Status((await connection.execute(mine)).scalar_one()),
            contact=one.contact or Contact(),
            words=words,
        )
        await reporters.keep(connection, [told], at)
    return number


async def newest(connection: AsyncConnection, numbers: Collection[int], each: int) -> dict[int, list[Word]]:
    """The last words of each of these requests, oldest first."""
    place = func.row_number().over(partition_by=request_words.c.request, order_by=request_words.c.id.desc())
    ranked = select(request_words, place.label("place")).where(request_words.c.request.in_(sorted(numbers))).subquery()
    rows = await connection.execute(select(ranked).where(ranked.c.place <= each).order_by(ranked.c.id))
    found: dict[int, list[Word]] = {number: [] for number in numbers}
    for row in rows.mappings():
        found[row["request"]].append(_word(row))
    return found


def _word(row: RowMapping) -> Word:
    told = {name: row[name] for name in Word.__dataclass_fields__}
    return Word(**told | {"state": State(row["state"])})
