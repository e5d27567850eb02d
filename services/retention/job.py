"""The job: slice by slice, what may go goes. Each slice is found by reading and dropped in a short turn to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock, wall
from services.lease import Leased
from services.retention.rules import RULES, Rule
from services.retention.way import Way
from services.settings import Settings
from services.store import cursors
from services.store.engine import Store
from services.telemetry import RETIRED

log = structlog.get_logger()
_TURN = 0.05  # seconds that a slice may hold the turn to write; the next is smaller or larger by that
_FIRST, _FEWEST, _MOST = 100, 20, 2000  # rows of a slice
_LEAP = timedelta(days=60)
_LOOKED = "retention:day"


@dataclass(frozen=True, slots=True)
class Owed:
    """What a rule would let go now; ``before`` None: it keeps for ever."""

    rule: Rule
    before: datetime | None
    count: int
    oldest: datetime | None


class Retention:
    """The loop. ``troubles`` are for /ops: a clock that leapt stops it until a person has looked.

    Deleting is the one thing that a wrong clock cannot take back, and nothing is lost by waiting.
    """

    name = "retention"
    EVERY = 3600.0  # seconds between two looks when nothing is left to do
    REST = 0.5  # seconds between two slices

    def __init__(self, store: Store | Leased, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._ways = [(rule, way) for rule in RULES for way in rule.ways]
        self._turn, self._slice = 0, _FIRST
        self.troubles: list[str] = []

    async def step(self) -> bool:
        """One slice; False where nothing is left to do, or the clock is not to be trusted."""
        now = self._clock.now()
        if not await self._trusted(now):
            return False
        for _ in self._ways:
            rule, way = self._ways[self._turn]
            before = rule.before(self._settings, now, wall())
            if before is not None and await self._one(rule, way, before, now) is not None:
                return True
            self._turn = (self._turn + 1) % len(self._ways)
        return False

    async def run(self) -> dict[str, int]:
        """All of it, for a person who asks: rule → how many went. The clock is right because they say so."""
        async with self._store.write() as connection:
            await cursors.move(connection, _LOOKED, self._clock.now().toordinal())
        gone: dict[str, int] = {}
        for rule, way in self._ways:
            before = rule.before(self._settings, self._clock.now(), wall())
            if before is None:
                continue
            while (many := await self._one(rule, way, before, self._clock.now())) is not None:
                gone[rule.name] = gone.get(rule.name, 0) + many
        return gone

    async def _one(self, rule: Rule, way: Way, before: datetime, now: datetime) -> int | None:
        """A slice of what the way finds, and how many went; None where it finds nothing."""
        async with self._store.read() as connection:
            picked = await way.pick(connection, before, self._slice)
        if picked is None:
            return None
        async with self._store.write() as connection:
            began = perf_counter()
            many = await way.drop(connection, picked, before, now)
            took = perf_counter() - began
        self._slice = _next(self._slice, took)
        RETIRED.labels(rule.name).inc(many)
        log.info("retention", rule=rule.name, gone=many, before=before.isoformat(), seconds=round(took, 3))
        return many

    async def _trusted(self, now: datetime) -> bool:
        """True where hub time has gone on as it should since the last look."""
        async with self._store.read() as connection:
            looked = await cursors.position(connection, _LOOKED)
        today = now.toordinal()
        leapt = bool(looked) and today - looked > _LEAP.days
        self.troubles = [_leapt(looked, now)] if leapt else []
        if not leapt and today > looked:
            async with self._store.write() as connection:
                await cursors.move(connection, _LOOKED, today)
        return not leapt


async def owed(connection: AsyncConnection, settings: Settings, now: datetime) -> list[Owed]:
    """What every rule would let go now."""
    found = []
    for rule in RULES:
        before = rule.before(settings, now, wall())
        dues = [] if before is None else [await way.due(connection, before) for way in rule.ways]
        ages = [due.oldest for due in dues if due.oldest]
        found.append(Owed(rule, before, sum(due.count for due in dues), min(ages, default=None)))
    return found


def _next(slice_: int, took: float) -> int:
    if took > _TURN:
        return max(_FEWEST, slice_ // 2)
    return min(_MOST, slice_ * 2) if took < _TURN / 4 else slice_


def _leapt(looked: int, now: datetime) -> str:
    last = datetime.fromordinal(looked).date().isoformat()
    return (
        f"保存期間の整理を止めています：前回（{last}）から時計が{now.toordinal() - looked}日進みました。"
        "時計が正しければ `shirase retention run` で再開します"
    )
