"""What staff do with requests about the same thing: put one behind another, or give it a line of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rules.requests.words import marked
from services.requests.answering import RequestError, Seen, log, look
from services.store import request_changes, requests
from services.store.engine import Store
from services.store.requests import Request


async def attach(store: Store, seen: Seen, first: int, who: str, now: datetime) -> int:
    """Put it, with all behind it, behind another open one; its number. Raises RequestError.

    Where the other stands behind a first one itself, that is meant. The resident reads with which it is handled.
    """
    async with store.write() as connection:
        one = await look(connection, seen)
        other = await _first(connection, one, first)
        await request_changes.attach(connection, one, other, now)
        text = f"依頼 {other.id} と同じ場所として対応します。 / Handled together with request {other.id}."
        await requests.note(connection, [one.id], now, one.state, who, marked(one.status, text))
        await log(connection, one, who, f"依頼 {other.id} と同じ", now)
    return other.id


async def detach(store: Store, seen: Seen, who: str, now: datetime) -> None:
    """Take it from behind its first one. Raises RequestError."""
    async with store.write() as connection:
        one = await look(connection, seen)
        if one.same_as is None or not one.state.is_open:
            raise RequestError("alone", f"依頼 {one.id} はまとめられていません。 / It stands behind no other.")
        await request_changes.detach(connection, one, now)
        text = f"依頼 {one.same_as} と別に対応します。 / Handled apart from request {one.same_as}."
        await requests.note(connection, [one.id], now, one.state, who, marked(one.status, text))
        await log(connection, one, who, f"依頼 {one.same_as} と別", now)


async def _first(connection: AsyncConnection, one: Request, number: int) -> Request:
    """The open one that heads those that are the same as ``number``. Raises RequestError."""
    found = await requests.by_ids(connection, [str(number)], [one.status.value])
    if found and found[0].state.is_open and found[0].same_as is not None:
        found = await requests.by_ids(connection, [str(found[0].same_as)], [one.status.value])
    if not found or not found[0].state.is_open or found[0].id == one.id or not one.state.is_open:
        told = f"{number} は、まとめられる未完了の依頼の番号ではありません。"
        raise RequestError("bad_first", f"{told} / {number} is no other open request.")
    return found[0]
