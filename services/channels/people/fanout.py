"""One delivery to many people, in short slices.

A slice claims people in batches, tells them, writes down what became of each, and gives the delivery back to the outbox
after a few seconds. So the outbox decides anew who is most urgent: a level 5 never waits behind 50,000 mails of a
level 2, a newer revision or the end of an alert's life stops the older one, and a kill leaves at most one batch in
doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from services.channels.channel import Delivery, Outcome, Progress, Verdict
from services.channels.people.book import Book, Fate, Person, Said, Tally

SLICE = 3.0  # seconds; a hub that stops waits five for a step under way
BATCH = 100  # people whose fate is in doubt after a kill, at the most


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
        batch = _Batch(teller, crew, delivery, ends)
        results = await batch.tell(people)
        await book.record(delivery, results)
        stopped = batch.stopped or _unreached(results)
    tally = await book.tally(delivery)
    if tally.told and delivery.key not in delivery.done:
        await progress(delivery.key)
    return _with_numbers(stopped, tally) if stopped else _standing(delivery, tally)


class _Batch:
    """People told at the same time by a few workers; what stops one stops all."""

    def __init__(self, teller: Teller, crew: Crew, delivery: Delivery, ends: float) -> None:
        self._teller, self._crew, self._delivery, self._ends = teller, crew, delivery, ends
        self.stopped: Outcome | None = None
        self._said: dict[int, Said] = {}

    async def tell(self, people: Sequence[Person]) -> list[tuple[Person, Said]]:
        queue = iter(people)
        await asyncio.gather(*[self._work(queue) for _ in range(self._crew.width)])
        return [(person, self._said.get(person.id, Said(fate=Fate.LEFT))) for person in people]

    async def _work(self, queue: Iterator[Person]) -> None:
        for person in queue:
            await self._crew.pace.turn()
            if self.stopped or monotonic() >= self._ends:
                return
            said = await self._teller.tell(self._delivery, person)
            if isinstance(said, Outcome):
                self.stopped = said
                return
            self._said[person.id] = said


def _unreached(results: Sequence[tuple[Person, Said]]) -> Outcome | None:
    """Where nobody could be reached the line is down, and trying everybody else would only take time."""
    tried = [said for _, said in results if said.fate is not Fate.LEFT]
    if tried and all(said.fate is Fate.UNREACHED for said in tried):
        return Outcome(verdict=Verdict.LATER, detail=tried[0].code)
    return None


def _standing(delivery: Delivery, tally: Tally) -> Outcome:
    detail = told_in_words(tally)
    if not tally.whole or (tally.waiting and tally.next_at is None):
        return Outcome(verdict=Verdict.PARTLY, remote_id=delivery.key, detail=detail)
    if tally.waiting and tally.told + tally.kept:
        return Outcome(verdict=Verdict.PARTLY, remote_id=delivery.key, detail=detail, retry_at=tally.next_at)
    if tally.waiting:
        return Outcome(verdict=Verdict.UNKNOWN if tally.unknown else Verdict.LATER, detail=detail)
    if tally.refused and not tally.told + tally.kept:
        return Outcome(verdict=Verdict.REJECTED, detail=detail)
    return Outcome(verdict=Verdict.ACCEPTED, remote_id=delivery.key, detail=detail)


def _with_numbers(stopped: Outcome, tally: Tally) -> Outcome:
    told = f"{tally.told:,}人まで送った。{stopped.detail}" if tally.told else stopped.detail
    return Outcome(verdict=stopped.verdict, remote_id=stopped.remote_id, detail=told, retry_at=stopped.retry_at)


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
