"""A stream of posts, listened to in short turns: what a turn heard is written with the place from where to go on.

A connection stays open between two turns. Whatever cuts it, the next one goes on from what was written last, after a
pause that grows; what comes twice by that is one lead all the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

import structlog

from feeds.social.post import Heard
from services.clock import Clock
from services.lease import Leased
from services.listening.asking import UnheardError
from services.listening.keeper import HEARD, Basket, Keeper
from services.store import listened
from services.store.engine import Store
from services.store.listened import Source

log = structlog.get_logger(__name__)
_WRITE_EVERY_S = 15.0  # without a lead: only where to go on from, and what was taken back
_STALE_S = 30.0  # nobody read from the line for so long: another process had the turn
_SILENT_S = 120.0  # every server says something more often than that
_LONGEST_PAUSE_S = 600.0


class Line(Protocol):
    """One open connection."""

    async def hear(self, patience: float) -> Sequence[Heard]:
        """What came within so many seconds, in order; nothing where all was quiet. Raises UnheardError when cut."""
        ...

    async def close(self) -> None: ...


class Provider(Protocol):
    """What is particular to a provider."""

    @property
    def name(self) -> str:
        """Of the source."""
        ...

    async def open(self, cursor: str, now: datetime) -> tuple[Line, Sequence[Heard]]:
        """Connect, and what was missed since the cursor, the oldest first. Raises UnheardError."""
        ...


@dataclass(kw_only=True, eq=False)
class StreamListener:
    """The loop over one stream."""

    store: Store | Leased
    clock: Clock
    keeper: Keeper
    provider: Provider
    timer: Callable[[], float] = monotonic
    patience: float = 2.0  # seconds of a turn; a hub that stops waits for it
    _line: Line | None = field(default=None, init=False)
    _basket: Basket | None = field(default=None, init=False)
    _cursor: str = field(default="", init=False)
    _written: float | None = field(default=None, init=False)
    _turned: float = field(default=0.0, init=False)
    _spoke: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)
    _failures: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """Of the loop."""
        return f"listen:{self.provider.name}"

    def pace(self) -> float:
        """Seconds until the next turn."""
        return min(max(self._due - self.timer(), 0.05), 5.0)

    async def step(self) -> bool:
        """One turn; True where the next one may follow at once."""
        if self.timer() < self._due:
            return False
        try:
            await self._turn()
        except UnheardError as error:
            await self.close()
            await self._failed(error)
            return False
        return True

    async def close(self) -> None:
        """Hang up, and forget what was not written: it comes again."""
        line, self._line, self._basket = self._line, None, None
        if line is not None:
            await line.close()

    async def _turn(self) -> None:
        if self._line is not None and self.timer() - self._turned > _STALE_S:
            await self.close()
        heard = await self._connect() if self._line is None else ()
        assert self._line is not None
        self._put(heard)
        cut: UnheardError | None = None
        try:
            if not heard:
                self._put(await self._line.hear(self.patience))
        except UnheardError as error:
            cut = error
        self._turned = self.timer()
        if cut is None and self.timer() - self._spoke > _SILENT_S:
            cut = UnheardError("つながっていますが、何も届きません")
        await self._write(cut is not None)
        if cut is not None:
            raise cut

    async def _connect(self) -> Sequence[Heard]:
        async with self.store.read() as connection:
            known = await listened.find(connection, self.provider.name)
        self._cursor = known.cursor if known else ""
        self._line, missed = await self.provider.open(self._cursor, self.clock.now())
        self._basket, self._spoke, self._written = Basket(self.keeper), self.timer(), None
        return missed

    def _put(self, heard: Sequence[Heard]) -> None:
        assert self._basket is not None
        for one in heard:
            self._basket.put(one)
            self._cursor = one.newest or self._cursor
        if heard:
            self._spoke = self.timer()

    async def _write(self, at_once: bool) -> None:
        """Leads at once, the rest now and then; after the commit it counts as heard."""
        assert self._basket is not None
        due = self._written is None or self.timer() - self._written > _WRITE_EVERY_S
        if not (at_once or due or self._basket.urgent):
            return
        now = self.clock.now()
        async with self.store.write() as connection:
            await self._basket.write(connection, now)
            told = Source(source=self.provider.name, cursor=self._cursor, at=now, state="listening")
            await listened.save(connection, told)
        self._basket.empty()
        if self._failures:
            log.info("heard again", source=self.provider.name)
        self._written, self._failures = self.timer(), 0
        HEARD.labels(self.provider.name).set(1)

    async def _failed(self, error: UnheardError) -> None:
        self._failures += 1
        HEARD.labels(self.provider.name).set(0)
        pause = min(_LONGEST_PAUSE_S, 2.0 * 2.0 ** min(self._failures - 1, 9)) * random.uniform(0.75, 1.25)  # noqa: S311
        now = self.clock.now()
        if error.resumes is not None:
            pause = max(pause, (error.resumes - now).total_seconds())
        self._due = self.timer() + pause
        resumes = now + timedelta(seconds=pause)
        async with self.store.write() as connection:
            known = await listened.find(connection, self.provider.name)
            same = known is not None and known.state == error.state
            told = Source(
                source=self.provider.name,
                cursor=known.cursor if known else "",
                at=known.at if known else now,
                state=error.state,
                trouble=str(error),
                since=known.since if same and known else now,
                resumes=resumes,
            )
            await listened.save(connection, told)
        if not same:
            log.warning("not heard", source=self.provider.name, state=error.state, reason=str(error))
