"""What staff do with a request: another state with a sentence for the resident, or its words released to the public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.masking import masked
from feeds.status import Status
from rules.requests.state import WORDS, State
from rules.requests.words import marked
from services.store import chronology, requests
from services.store.chronology import Entry
from services.store.engine import Store


class RequestError(Exception):
    """A request that is not there, or that has changed since it was looked at."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an officer wants. ``seen`` is the state that was on the screen, lest two officers overwrite each other."""

    id: int
    seen: State
    state: State
    text: str  # for the resident; public
    released: bool | None  # None: as it is


async def answer(store: Store, deed: Deed, who: str, now: datetime) -> tuple[int, ...]:
    """Do it, with all that are the same; the numbers of those that changed. Raises RequestError.

    What staff write is public at once, so telephone numbers and names in it are covered like the resident's own.
    """
    async with store.write() as connection:
        found = await requests.by_ids(connection, [str(deed.id)], [status.value for status in Status])
        if not found:
            raise RequestError("not_found", f"依頼 {deed.id} はありません。 / There is no request {deed.id}.")
        one = found[0]
        if one.state is not deed.seen:
            ja, en = WORDS[one.state]
            raise RequestError("changed", f"ほかの人が「{ja}」にしました。 / Somebody made it {en!r}; look again.")
        if deed.released is not None and one.released != deed.released:
            await requests.release(connection, deed.id, released=deed.released)
        changed: tuple[int, ...] = (deed.id,)
        if deed.state is not one.state or deed.text:
            told = marked(one.status, masked(deed.text))
            changed = await requests.change(connection, deed.id, deed.state, who, told, now)
        text = f"依頼 {deed.id}: {WORDS[deed.state][0]}" + (
            "、本文を公開" if deed.released and not one.released else ""
        )
        refs = {"request": str(deed.id)}
        entry = Entry(at=now, status=one.status, kind="request", who=who, text=text, refs=refs)
        await chronology.append(connection, [entry])
    return changed
