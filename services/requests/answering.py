"""What staff do with a request: another state with a sentence for the resident, or its words released to the public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.masking import masked
from feeds.status import Status
from rules.requests.owner import WORDS as OWNERS
from rules.requests.owner import Owner, passed_on
from rules.requests.state import WORDS, State
from rules.requests.words import marked
from services.store import chronology, request_changes, requests
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.requests import Request


class RequestError(Exception):
    """A request that is not there, that has changed since it was looked at, or of which this makes no sense."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Seen:
    """What was on the screen, lest two officers overwrite each other: the number, its state, and its version where
    whoever asks knows it. A version also tells what a resident has added in the meantime."""

    id: int
    state: State
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an officer wants."""

    seen: Seen
    state: State
    text: str = ""  # for the resident; public
    released: bool | None = None  # None: as it is
    owner: Owner | None = None  # to whom it is passed on


async def answer(store: Store, deed: Deed, who: str, now: datetime) -> tuple[int, ...]:
    """Do it, with all that stand behind it; the numbers of those that changed. Raises RequestError.

    What staff write is public at once, so telephone numbers and names in it are covered like the resident's own.
    """
    if (deed.owner is None) == (deed.state is State.FORWARDED):
        raise RequestError("bad_owner", "どの道路管理者へ連絡したかを選んでください。 / Name the road's owner.")
    async with store.write() as connection:
        one = await look(connection, deed.seen)
        if deed.released is not None and one.released != deed.released:
            await request_changes.release(connection, one.id, released=deed.released)
        changed: tuple[int, ...] = (one.id,)
        if deed.owner:
            await request_changes.hand_over(connection, one.id, deed.owner)
        if deed.state is not one.state or deed.text or deed.owner:
            told = " ".join(part for part in (passed_on(deed.owner) if deed.owner else "", masked(deed.text)) if part)
            text = marked(one.status, told)
            changed = await request_changes.change(connection, one.id, deed.state, who, text, now)
        await log(connection, one, who, _done(deed, one), now)
    return changed


async def read(store: Store, seen: Seen, who: str, now: datetime) -> None:
    """The officer has read what was added to it; nobody is told. Raises RequestError."""
    async with store.write() as connection:
        one = await look(connection, seen)
        said = (await requests.history(connection, [one.id]))[one.id]
        await request_changes.read(connection, one, answered=len(said) > 1)
        await log(connection, one, who, "寄せられた言葉を確認", now)


async def look(connection: AsyncConnection, seen: Seen) -> Request:
    """The request, if it is still as it was seen. Raises RequestError."""
    found = await requests.by_ids(connection, [str(seen.id)], [status.value for status in Status])
    if not found:
        raise RequestError("not_found", f"依頼 {seen.id} はありません。 / There is no request {seen.id}.")
    one = found[0]
    if one.state is not seen.state:
        ja, en = WORDS[one.state]
        raise RequestError("changed", f"ほかの人が「{ja}」にしました。 / Somebody made it {en!r}; look again.")
    if seen.version is not None and one.version != seen.version:
        told = "見ているあいだに変わりました。もう一度ご覧ください。 / It has changed since you looked; look again."
        raise RequestError("changed", told)
    return one


async def log(connection: AsyncConnection, one: Request, who: str, what: str, now: datetime) -> None:
    """Write into the chronology who did what."""
    refs = {"request": str(one.id)}
    entry = Entry(at=now, status=one.status, kind="request", who=who, text=f"依頼 {one.id}: {what}", refs=refs)
    await chronology.append(connection, [entry])


def _done(deed: Deed, one: Request) -> str:
    more = ""
    if deed.owner:
        more += f"（{OWNERS[deed.owner][0]}）"
    if deed.released is not None and deed.released != one.released:
        more += "、本文を公開" if deed.released else "、本文の公開をやめる"
    return WORDS[deed.state][0] + more
