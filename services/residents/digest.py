"""Digests: what was minor and could wait, gathered for those who wished it so, at fixed hours.

A digest is made of the very texts that were approved. It is called after what stands in it, so that one sent again
after a lost answer is the same mail. Real things and drills never share one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from feeds.japan import JAPAN
from feeds.status import Status
from services.channels.channel import Outcome
from services.channels.mail.channel import Mail
from services.channels.mail.message import Written
from services.channels.mail.text import body_of, subject_of
from services.channels.marks import status_mark
from services.channels.people.book import Fate, Person, Said
from services.clock import wall
from services.residents.book import person_of
from services.residents.seal import Seal, SealError
from services.residents.words import word
from services.store import cursors, gathered, subscribers
from services.store.engine import Store
from services.store.gathered import Item
from services.store.subscribers import Subscriber

log = structlog.get_logger()
_BATCH = 50  # people
_MOST = 40  # notices of one digest
_CURSOR = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How digests leave: the channel, the seal, the address of the pages."""

    mail: Mail
    seal: Seal
    base_url: str


class Digest:
    """Run by one process at a time."""

    name = "digest"
    EVERY = 20.0  # seconds

    def __init__(
        self,
        store: Store,
        post: Post,
        hours: Sequence[time],
        now: Callable[[], datetime],
        clock: Callable[[], datetime] = wall,
    ) -> None:
        """``now`` is hub time, by which an alert is over; ``clock`` the time on the wall, by which digests are due."""
        self._store, self._post, self._hours, self._now, self._clock = store, post, hours, now, clock

    async def step(self) -> bool:
        """The next few people of the digest that is due. True where there may be more."""
        slot = latest(self._hours, self._clock())
        async with self._store.read() as connection:
            if await cursors.position(connection, _CURSOR) >= slot.timestamp():
                return False
            people = await gathered.people(connection, slot, _BATCH)
        for one, items in people:
            if not await self._tell(one, items):
                return False  # the line is down: nobody else waits in vain for it now
        if not people:
            async with self._store.write() as connection:
                await cursors.move(connection, _CURSOR, int(slot.timestamp()))
        return bool(people)

    async def _tell(self, one: Subscriber, items: Sequence[Item]) -> bool:
        """False where it failed for no reason of this person's."""
        try:
            person = person_of(one, self._post.seal, self._post.base_url, self._clock())
        except SealError as error:
            log.error("digest cannot be addressed", subscriber=one.id, error=str(error))
            await self._record(one, items, Said(fate=Fate.REFUSED))
            return True
        items = await self._timely(one, items)
        for status in dict.fromkeys(item.status for item in items):
            some = [item for item in items if item.status is status]
            await self._post.mail.turn()
            said = await self._post.mail.post(person, self._written(person, some, status))
            await self._record(one, some, said)
            if isinstance(said, Outcome) or said.fate is Fate.UNREACHED:
                return False
        return True

    async def _timely(self, one: Subscriber, items: Sequence[Item]) -> list[Item]:
        """Without what ran out before it could be told. An end is told: it may be of what an earlier digest told."""
        now = self._now()
        stale = [name for item in items if item.expires <= now and not item.over for name in item.deliveries]
        if stale:
            async with self._store.hold() as connection:
                await gathered.past(connection, one.id, stale)
        return [item for item in items if item.expires > now or item.over]

    async def _record(self, one: Subscriber, items: Sequence[Item], said: Said | Outcome) -> None:
        """What did not go waits for the next digest; what nobody can take is over."""
        fate = said.fate if isinstance(said, Said) else Fate.LATER
        names = [name for item in items for name in item.deliveries]
        async with self._store.hold() as connection:
            if fate in (Fate.LATER, Fate.UNKNOWN, Fate.UNREACHED):
                await gathered.put_off(connection, one.id, names, self._clock())
                return
            await gathered.done(connection, one.id, names, told=fate is Fate.TOLD)
            if fate is Fate.BOUNCED and isinstance(said, Said):
                await subscribers.suspend(connection, [one.id], said.code, self._clock())

    def _written(self, person: Person, items: Sequence[Item], status: Status) -> Written:
        mark, language = status_mark(status), person.language
        shown = items[-_MOST:]
        body = "\n\n".join([word("digest_lead", language), *[self._notice(item, language) for item in shown]])
        called = "\n".join(sorted(name for item in items for name in item.deliveries))
        return Written(
            subject=f"{mark}{word('digest_subject', language)} ({len(items)})",
            body=f"{mark}\n{body}\n{mark}" if mark else body,
            language=language,
            name=hashlib.sha256(f"digest\n{called}\n{person.uid}".encode()).hexdigest()[:32],
        )

    def _notice(self, item: Item, language: str) -> str:
        part = item.part(language)
        over = f"（{word('over', language)}）" if item.over else ""
        return f"■ {over}{subject_of(part)}\n\n{body_of(part)}"


def latest(hours: Sequence[time], at: datetime) -> datetime:
    """The last of these hours in Japan that has come."""
    local = at.astimezone(JAPAN)
    days = (local.date(), local.date() - timedelta(days=1))
    moments = [datetime.combine(day, hour, JAPAN) for day in days for hour in hours]
    return max(moment for moment in moments if moment <= local)
