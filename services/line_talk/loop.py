"""What came in by LINE is understood and answered, each in its order for one person. The state is the store's.

An event is first understood, in one transaction with what it changes and what is to be said, and then answered: whoever
is killed in between goes on there. LINE may get an answer twice and say it once: a reply token serves once.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.plain_report import MAX_PHOTOS
from rules.marks import MARKS
from services.bell import Bell
from services.clock import Clock, wall
from services.configuration.line_talk import LineTalk
from services.heard.door import Receipt
from services.heard.words import word
from services.keyring import Keyring, KeyringError
from services.lease import Leased, LeaseLostError
from services.line_talk.client import Client, LaterError, Sent
from services.line_talk.dialogue import Talk, Turn, turn
from services.line_talk.events import Said
from services.line_talk.sayings import Say, messages
from services.line_talk.telling import Desk, tell
from services.photos import Photo, PhotoError, clean
from services.store import line_events, photo_signs, photos
from services.store.engine import Store
from services.store.line_events import ANSWER, FAILED, Event
from services.web.report_limit import ReportLimit

BELL = "line"
USE = "line"  # of the keyring
_AT_ONCE = 4
_TALK_LIVES, _PHOTO_WAITS = timedelta(hours=2), timedelta(days=1)  # until it is sent
_REPLY_SERVES = timedelta(minutes=2)  # LINE promises one
_PATIENCE = timedelta(hours=1)
_TRIES, _PHOTO_TRIES = 6, 3
_FULL = "full"  # no name of a photo

log = structlog.get_logger()
ANSWERS = Counter("shirase_line_answers", "Answers to what came in by LINE, by what became of them", ["outcome"])


class _FirstError(Exception):
    """Another process has understood the event meanwhile; nothing of ours is written."""


class Talks:
    """The loop ``line``."""

    name = "line"
    EVERY = 5.0

    def __init__(
        self, store: Store | Leased, house: tuple[Bell, Clock], settings: LineTalk, client: Client, desk: Desk
    ) -> None:
        self._store, (self._bell, self._clock), self._client, self._desk = store, house, client, desk
        self._push, self._seal = settings.push, Keyring(USE, settings.channel_secret)
        self._limit = ReportLimit(settings.reports_per_user, settings.in_all)
        self._unfolding = asyncio.Semaphore(1)  # a photo takes memory
        self._why, self._failed = "", 0

    @property
    def trouble(self) -> str:
        """What staff should know; empty where all is well."""
        failed = (
            f"LINEから届いて処理できなかったもの {self._failed}件（docs/residents-reports.md）" if self._failed else ""
        )
        return "。".join(part for part in (self._why, failed) if part)

    async def step(self) -> bool:
        """Serve what is due, of each person the oldest; true where there was anything."""
        now = wall()
        async with self._store.read() as connection:
            due = await line_events.due(connection, now, _AT_ONCE)
            self._failed = await line_events.failed(connection)
        if not due:
            return False
        await asyncio.gather(*(self._serve(one) for one in due))
        return True

    async def _serve(self, event: Event) -> None:
        try:
            await (self._answer if event.state == ANSWER else self._understand)(event)
        except (LeaseLostError, _FirstError):
            return
        except LaterError:
            await self._later(event)
        except KeyringError:
            await self._end(event, "unreadable")  # the channel secret was changed meanwhile
        except Exception as error:  # noqa: BLE001 - one that cannot be understood must not hold up the others
            log.error("an event of LINE failed", event_number=event.id, error=type(error).__name__)
            await self._later(event)

    async def _later(self, event: Event) -> None:
        """Try again, longer apart each time; in the end it stays where it is, and staff are told."""
        if event.attempts + 1 >= _TRIES:
            async with self._store.write() as connection:
                await line_events.end(connection, event, FAILED)
            ANSWERS.labels("failed").inc()
            return
        async with self._store.write() as connection:
            await line_events.try_again(connection, event, wall() + timedelta(seconds=2.0**event.attempts))

    async def _understand(self, event: Event) -> None:
        whole = json.loads(self._seal.open(event.talk, event.sealed))
        said, receipt = Said(**whole["said"]), None
        talk = await self._talk(event, whole["at"])
        picture, name = await self._photo(event, talk, said)
        done = self._turn(talk, said, name)
        pictures = await self._pictures(done.talk) if done.send and done.talk is not None else []
        async with self._store.write() as connection:
            if picture is not None:
                await photos.keep(connection, picture, wall(), wall() + _PHOTO_WAITS)
            if done.send and done.talk is not None:
                done, receipt = await self._tell(connection, event, done.talk, pictures)
            kept = None if done.talk is None else self._seal.close(event.talk, json.dumps(asdict(done.talk)))
            await line_events.keep_talk(connection, event.talk, kept, wall() + _TALK_LIVES)
            mark = " ".join(part for part in MARKS[self._desk.status] if part)
            out = {"user": said.user, "reply": said.reply, "messages": messages(done.says, f"{mark} " if mark else "")}
            if not await line_events.answer(connection, event, self._seal.close(event.talk, json.dumps(out)), wall()):
                raise _FirstError
        if receipt is not None and not receipt.again:
            self._bell.ring(receipt.bell)

    def _turn(self, talk: Talk, said: Said, name: str) -> Turn:
        placed = said.how == "place" and said.lon is not None and said.lat is not None
        if placed and not self._desk.inside(said.lon or 0.0, said.lat or 0.0):
            ja, en = (word("outside", tag, city=city) for tag, city in zip(("ja", "en"), self._desk.city, strict=True))
            return Turn(talk, (Say(f"{ja}\n{en}"),))
        return turn(talk, said, self._desk.kinds, name)

    async def _tell(
        self, connection: AsyncConnection, event: Event, talk: Talk, pictures: Sequence[Photo]
    ) -> tuple[Turn, Receipt | None]:
        if self._limit.admit(event.talk, wall()) is not None:
            return Turn(talk, (Say(f"{word('too_many', 'ja')}\n{word('too_many', 'en')}"),)), None
        receipt, text = await tell(connection, self._desk, talk, self._clock.now())
        if receipt is not None and not receipt.again and receipt.heard.case is not None:
            seen = photo_signs.Seen(datetime.fromisoformat(talk.began), talk.lon, talk.lat)
            await photo_signs.remember(connection, receipt.heard.case, seen, pictures, self._desk.photo_likeness)
        return Turn(None if receipt else replace(talk, texts=()), (Say(text),)), receipt

    async def _talk(self, event: Event, at: str) -> Talk:
        async with self._store.read() as connection:
            sealed = await line_events.talk_of(connection, event.talk, wall())
        if sealed is None:
            return Talk(once=secrets.token_urlsafe(24), began=at)
        told: dict[str, Any] = json.loads(self._seal.open(event.talk, sealed))
        return Talk(**told | {name: tuple(told[name]) for name in ("texts", "photos")})

    async def _photo(self, event: Event, talk: Talk, said: Said) -> tuple[Photo | None, str]:
        """The picture that came, written anew, and its name; nothing where it is none. Raises LaterError."""
        if said.how != "photo":
            return None, ""
        if len(talk.photos) >= MAX_PHOTOS:
            return None, _FULL
        try:
            sent = await self._client.photo(said.message)
        except LaterError:
            if event.attempts < _PHOTO_TRIES:
                raise
            sent = None
        if sent is None:
            return None, ""
        try:
            async with self._unfolding:
                picture = await asyncio.to_thread(clean, sent)
        except PhotoError:
            return None, ""
        return picture, picture.sha256

    async def _pictures(self, talk: Talk) -> list[Photo]:
        """Those of the talk once more, to see what they look like; LINE lets nothing else through of a file."""
        async with self._store.read() as connection:
            kept = await photos.sent_as(connection, talk.photos)
        async with self._unfolding:
            return [replace(await asyncio.to_thread(clean, data), sent_sha256=sent) for data, sent in kept]

    async def _answer(self, event: Event) -> None:
        whole = json.loads(self._seal.open(event.talk, event.sealed))
        if not whole["messages"] or not whole["reply"]:
            return await self._end(event, "silent")
        async with self._store.write() as connection:
            await line_events.try_again(connection, event, wall() + timedelta(seconds=2.0 ** min(event.attempts, 6)))
        late = wall() - event.received_at
        try:
            sent = Sent(out=False, stale=True)
            if late <= _REPLY_SERVES:
                sent = await self._client.reply(whole["reply"], whole["messages"])
            if sent.stale and self._push:
                sent = await self._client.push(whole["user"], whole["messages"], f"{event.id}:{event.received_at}")
        except LaterError as error:
            self._why = f"LINEの応答を送れません：{error}"
            if late > _PATIENCE:
                await self._end(event, "lost")
            return None
        self._why = "" if sent.out or sent.stale else f"LINEの応答を送れません：{sent.why}"
        return await self._end(event, "out" if sent.out else "too_late" if sent.stale else "refused")

    async def _end(self, event: Event, outcome: str) -> None:
        async with self._store.write() as connection:
            await line_events.end(connection, event)
        ANSWERS.labels(outcome).inc()


def sealed_events(said: Sequence[Said], seal: Keyring, now: datetime) -> list[tuple[str, str, Any]]:
    """As they are kept until they are understood: LINE's name, whose, and all of it sealed. ``now`` is hub time."""
    found = []
    for one in said:
        talk = seal.lookup("user", one.user)
        found.append((one.id, talk, seal.close(talk, json.dumps({"said": asdict(one), "at": now.isoformat()}))))
    return found
