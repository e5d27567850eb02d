"""An update that an application posts: words for the desk, or, from a key that may, another state of the request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import covered
from feeds.masking import masked
from feeds.open311.fault import RefusedError, bad, unknown
from feeds.open311.posted import Posted
from feeds.status import Status
from rules.requests.state import SAID, WORDS
from rules.requests.words import marked
from services.requests.answering import log
from services.store import request_changes, request_words, requests
from services.store.request_words import Word
from services.store.requests import Request


@dataclass(frozen=True, slots=True)
class Poster:
    """Whose key it came with, as what, whether that key may change a state, and when (hub time)."""

    client: str
    status: Status
    may_change: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: its number here, and whether it was there before."""

    id: int
    again: bool


async def post(connection: AsyncConnection, one: Posted, by: Poster) -> Kept:
    """Keep it; call inside ``store.write()``. Raises RefusedError.

    The same ``update_id`` of a client is the same update, whatever the hour. Nobody outside changes a state, but for a
    key that may; and not even that one where it tells of a time before the last answer: an update that came late must
    not undo what an officer decided since. It changes the one request it names, never those behind it.
    """
    before = await request_words.find(connection, by.client, one.update_id)
    if before is not None:
        return _again(before, one)
    found = await requests.by_ids(connection, [str(one.request)], [by.status.value])
    if not found:
        raise RefusedError([unknown(f"service_request_id {one.request} is not known")])
    request = found[0]
    applied = by.may_change and await _apply(connection, request, one, by)
    number = await request_words.add(connection, by.client, one, by.at, applied)
    if not applied:
        await request_changes.wait(connection, request.id, by.at)
    return Kept(number, again=False)


def _again(before: Word, one: Posted) -> Kept:
    if (before.request, before.state, before.text) != (one.request, SAID[one.status], covered(one.text).text):
        raise RefusedError([bad(f"update_id {one.update_id!r} was another update; give each its own id")])
    return Kept(before.id, again=True)


async def _apply(connection: AsyncConnection, request: Request, one: Posted, by: Poster) -> bool:
    """Whether it was done: only another state, of an open request, and not by what was said before its last answer."""
    said = (await requests.history(connection, [request.id]))[request.id]
    state, who = SAID[one.status], f"open311:{by.client}"
    if not request.state.is_open or state is request.state or one.told_at < max(update.at for update in said):
        return False
    text = marked(request.status, masked(one.text))
    await request_changes.settle(connection, request.id, who, text, by.at, state)
    await log(connection, request, who, WORDS[state][0], by.at)
    return True
