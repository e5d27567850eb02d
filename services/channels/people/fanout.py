"""One delivery to many people, in short slices.

A slice claims people in batches, tells them, writes down what became of each, and gives the delivery back to the outbox
after a few seconds. So the outbox decides anew who is most urgent: a level 5 never waits behind 50,000 mails of a
level 2, and a newer revision or the end of an alert's life stops the older one.

In doubt is only who was on the wire: an error or a cancellation leaves the one or the few in doubt whom it met, a kill
at most two for each connection. Everybody else of the batch is told, or waits as if nothing had been.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any, Protocol

import structlog

from services.channels.channel import Cause, Delivery, Outcome, Progress, Verdict
from services.channels.people.book import Book, Fate, Person, Said, Tally

log: Any = structlog.get_logger()

SLICE = 3.0  # seconds; a hub that stops waits five for a step under way
BATCH = 100  # people claimed at a time
_BROKEN = "内部の誤り"


class Teller(Protocol):
    """What a channel adds: how one person is told."""

    async def tell(self, delivery: Delivery, person: Person) -> Said | Outcome:
        """Try once, never raise for the other side. An Outcome stops everything: it is not about the person."""
        ...


class Pace:
    """At most so many a second, evenly."""

    def __init__(self, per_second: float) -> None:
        self._gap, self._free_at = 1 / per_second, 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        now = monotonic()
        at = max(now, self._free_at)
        self._free_at = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)


@dataclass(frozen=True, slots=True)
class Crew:
    """How many are told at the same time, and how fast."""

    width: int
    pace: Pace


async def fan_out(teller: Teller, book: Book, crew: Crew, delivery: Delivery, progress: Progress) -> Outcome:
    """One slice, and how the delivery stands after it."""
    ends = monotonic() + SLICE
    stopped: Outcome | None = None
    await book.begin(delivery)
    while stopped is None and monotonic() < ends:
        people = await book.next(delivery, BATCH)
        if not people:
            break
        batch = _Batch(teller, book, crew, delivery, ends)
        results = await batch.tell(people)
        stopped = batch.stopped or _in_vain(results)
    tally = await book.tally(delivery)
    if tally.told and delivery.key not in delivery.done:
        await progress(delivery.key)
    return _with_numbers(stopped, tally) if stopped else _standing(delivery, tally)


class _Batch:
    """People told at the same time by a few workers; what stops one stops all."""

    def __init__(self, teller: Teller, book: Book, crew: Crew, delivery: Delivery, ends: float) -> None:
        self._teller, self._book, self._crew, self._delivery, self._ends = teller, book, crew, delivery, ends
        self.stopped: Outcome | None = None
        self._said: dict[int, Said] = {}
        self._news: list[tuple[Person, Said]] = []  # what became of people and is not written down yet
        self._going: deque[Person] = deque()  # written down as being told, and not begun
        self._at_the_book = asyncio.Lock()

    async def tell(self, people: Sequence[Person]) -> list[Said]:
        """What became of those who were tried; of everybody it is written down, also where this is cancelled."""
        queue = iter(people)
        try:
            ends = await asyncio.gather(*[self._work(queue) for _ in range(self._crew.width)], return_exceptions=True)
        finally:
            left = [(person, Said(fate=Fate.LEFT)) for person in people if person.id not in self._said]
            await self._book.record(self._delivery, [*self._news, *left])
        for end in ends:
            if end is not None:  # the book could not be written: nobody's letter, but the whole delivery's
                raise end
        return list(self._said.values())

    async def _work(self, queue: Iterator[Person]) -> None:
        while True:
            person = None if self._over else await self._next(queue)
            if person is None:
                return
            await self._crew.pace.turn()  # for somebody alone: a turn that nobody uses holds up the next
            if self._over:
                return
            await self._tell(person)

    async def _next(self, queue: Iterator[Person]) -> Person | None:
        """Somebody who is written down as being told: as many at once as there are workers, with the news so far."""
        async with self._at_the_book:
            if not self._going and (some := list(islice(queue, self._crew.width))):
                news = list(self._news)
                await self._book.record(self._delivery, news, some)
                del self._news[: len(news)]
                self._going.extend(some)
            return self._going.popleft() if self._going else None

    async def _tell(self, person: Person) -> None:
        said: Said | Outcome = Said(fate=Fate.UNKNOWN, code="途中で止められた")
        try:
            said = await self._teller.tell(self._delivery, person)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about this one, and the others are told
            said = Said(fate=Fate.UNKNOWN, code=f"{_BROKEN}：{type(error).__name__}")
            place = traceback.extract_tb(error.__traceback__)[-1]  # its words may hold an address: they are left out
            log.error("telling somebody failed", person=person.id, error=said.code, at=f"{place.name}:{place.lineno}")
        finally:  # a cancellation too: it may have been on the wire
            if isinstance(said, Outcome):
                self.stopped = said
            else:
                self._said[person.id] = said
                self._news.append((person, said))

    @property
    def _over(self) -> bool:
        return self.stopped is not None or monotonic() >= self._ends


def _in_vain(tried: Sequence[Said]) -> Outcome | None:
    """Where nobody could be reached the line is down, and where every try broke we are: others would fare no better."""
    if tried and all(said.fate is Fate.UNREACHED for said in tried):
        return Outcome(verdict=Verdict.LATER, detail=tried[0].code, cause=Cause.UNREACHED)
    if tried and all(said.code.startswith(_BROKEN) for said in tried):
        return Outcome(verdict=Verdict.UNKNOWN, detail=tried[0].code, cause=Cause.OURS)
    return None


def _standing(delivery: Delivery, tally: Tally) -> Outcome:
    detail = told_in_words(tally)
    if not tally.whole or (tally.waiting and tally.next_at is None):
        return Outcome(verdict=Verdict.PARTLY, remote_id=delivery.key, detail=detail)
    if tally.waiting and tally.told + tally.kept:
        return Outcome(verdict=Verdict.PARTLY, remote_id=delivery.key, detail=detail, retry_at=tally.next_at)
    if tally.waiting:
        verdict, cause = (Verdict.UNKNOWN, Cause.NO_ANSWER) if tally.unknown else (Verdict.LATER, Cause.BUSY)
        return Outcome(verdict=verdict, detail=detail, cause=cause)
    if tally.refused and not tally.told + tally.kept:
        return Outcome(verdict=Verdict.REJECTED, detail=detail, cause=Cause.REFUSED)
    return Outcome(verdict=Verdict.ACCEPTED, remote_id=delivery.key, detail=detail)


def _with_numbers(stopped: Outcome, tally: Tally) -> Outcome:
    told = f"{tally.told:,}人まで送った。{stopped.detail}" if tally.told else stopped.detail
    return Outcome(
        verdict=stopped.verdict,
        remote_id=stopped.remote_id,
        detail=told,
        retry_at=stopped.retry_at,
        cause=stopped.cause,
    )


def told_in_words(tally: Tally) -> str:
    """For the delivery board: numbers and a code, never anybody."""
    if not (tally.told or tally.kept or tally.refused or tally.waiting):
        return "対象の登録者はいない" if tally.whole else "対象の登録者を調べている"
    words = [f"{tally.told:,}人に送った" if tally.told else ""]
    words.append(f"まとめて送る人 {tally.kept:,}" if tally.kept else "")
    words.append(f"あとで送り直す人 {tally.waiting:,}" if tally.waiting else "")
    words.append(f"届かない人 {tally.refused:,}" if tally.refused else "")
    words.append(f"主な理由 {tally.why}" if tally.why else "")
    words.append("" if tally.whole else "続いている")
    return "、".join(word for word in words if word)
