"""Drawing up, freezing and taking over: each is one transaction with its line in the chronology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import covered
from feeds.japan import written
from feeds.status import Status
from geo.station import Station
from rules.handover.document import LONGEST_WORDS, Document, HandoverError, complete, numbered, section
from services.handover.danger import danger
from services.handover.doubts import doubts
from services.handover.telling import telling
from services.handover.work import work
from services.store import chronology, handovers
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.handovers import Handover

SHIFT = timedelta(hours=8)  # told of where nobody has handed over yet
LONGEST = timedelta(days=7)
_TWICE = timedelta(seconds=30)  # the same words of the same person again: the button was pressed twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the leaving officer wants to hand over. ``since`` None: since the last handover."""

    status: Status
    city: str
    who: str
    words: str = ""
    since: datetime | None = None
    faults: Sequence[str] = ()  # what the hub itself says is broken
    stations: Mapping[str, Station] = field(default_factory=dict)


async def draw_up(connection: AsyncConnection, wish: Wish, now: datetime) -> Document:
    """The document as it would be now, without a number. Raises HandoverError: bad_since, bad_words."""
    before = await handovers.newest(connection, wish.status)
    since = wish.since or (before.made_at if before and before.made_at > now - LONGEST else now - SHIFT)
    if not now - LONGEST <= since <= now:
        raise HandoverError(
            "bad_since", f"{LONGEST.days}日前から今までの時刻にしてください / at most {LONGEST.days} days back"
        )
    words = covered(wish.words).text.strip()
    if len(words) > LONGEST_WORDS:
        raise HandoverError("bad_words", f"申し送りは{LONGEST_WORDS}字までです / at most {LONGEST_WORDS} characters")
    found = [
        *await danger(connection, wish.status, since, now),
        *await telling(connection, wish.status, since, now, wish.stations),
        section("distrusts", await doubts(connection, wish.status, since, now, wish.stations)),
        *await work(connection, wish.status, now, wish.faults),
    ]
    return Document(
        city=wish.city,
        status=wish.status,
        number=before.document.number + 1 if before else 1,
        since=since,
        until=now,
        made_by=wish.who,
        sections=complete(found),
        words=words,
    )


async def hand_over(store: Store, wish: Wish, now: datetime) -> Handover:
    """Freeze it under the next number. Raises HandoverError as :func:`draw_up` does."""
    async with store.write() as connection:
        before = await handovers.newest(connection, wish.status)
        document = await draw_up(connection, wish, now)
        if before and _same(before, document, now):
            return before
        document = numbered(document, await handovers.next_number(connection, wish.status))
        made = await handovers.add(connection, document, now)
        text = f"当直引継書 第{document.number}号を作成（{written(document.since)}〜{written(document.until)}）"
        await chronology.append(connection, [_entry(made, wish.who, text, now)])
    return made


async def take_over(store: Store, status: Status, number: int, who: str, now: datetime) -> Handover:
    """Sign it as the one who comes on duty. Raises HandoverError: not_found, own, already."""
    async with store.write() as connection:
        found = await handovers.find(connection, status, number)
        if found is None:
            raise HandoverError("not_found", f"引継書 第{number}号はありません / there is no handover {number}")
        if found.document.made_by == who:
            raise HandoverError(
                "own", "引き継ぐ人が受け取ります。自分の引継書は受け取れません / another person takes over"
            )
        if not await handovers.take(connection, status, number, who, now):
            raise HandoverError(
                "already", f"{found.taken_by} が受け取り済みです / {found.taken_by} has taken over already"
            )
        text = f"当直引継書 第{number}号を受け取り、{found.document.made_by} から引き継いだ"
        await chronology.append(connection, [_entry(found, who, text, now)])
        after = await handovers.find(connection, status, number)
    return after or found


def _same(before: Handover, document: Document, now: datetime) -> bool:
    past = before.document
    return now - before.made_at < _TWICE and (past.made_by, past.words) == (document.made_by, document.words)


def _entry(one: Handover, who: str, text: str, now: datetime) -> Entry:
    refs = {"handover": str(one.document.number), "sha256": one.sha256}
    return Entry(at=now, status=one.document.status, kind="handover", who=who, text=text, refs=refs)
