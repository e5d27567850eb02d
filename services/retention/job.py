"""The job: slice by slice, what may go goes. Each slice is found by reading and dropped in a short turn to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock, wall
from services.figures import RETIRED
from services.lease import Leased
from services.retention.rules import RULES, Rule
from services.retention.way import Picked, Way
from services.settings import Settings
from services.store import cursors
from services.store.engine import Store

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


@dataclass(frozen=True, slots=True)
class _Slice:
    """Some of what a way has found."""

    rule: Rule
    way: Way
    before: datetime
    picked: Picked


class Retention:
    """The loop. ``troubles`` are for /ops: a clock that leapt stops it until a person has looked.

    Deleting is the one thing that a wrong clock cannot take back, and nothing is lost by waiting.
    """

    name = "retention"
    EVERY = 6 * 3600.0  # seconds between two looks when nothing is left to do
    REST = 0.5  # seconds between two slices

    def __init__(self, store: Store | Leased, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._ways = [(rule, way) for rule in RULES for way in rule.ways]
        self._turn, self._rows = 0, _FIRST
        self._unwashed = True  # what went may still lie beside the file, as it was; a restart forgets, so it begins so
        self.troubles: list[str] = []

    async def step(self) -> bool:
        """One slice; False where nothing is left to do, or the clock is not to be trusted."""
        now = self._clock.now()
        if not await self._trusted(now):
            return False
        try:
            async with self._store.read() as connection:
                found = await self._next(connection, now)
            if found is None:
                await self._wash()
                return False
            gone = await self._drop(found, now)
        except Exception:  # told and tried again by the loop; until then the other kinds have their turn
            self._turn = (self._turn + 1) % len(self._ways)
            raise
        if gone:
            log.info("retention", rule=found.rule.name, gone=gone, before=found.before.isoformat())
        return True

    async def run(self) -> dict[str, int]:
        """All of it, for a person who asks: rule → how many went. The clock is right because they say so."""
        now = self._clock.now()
        async with self._store.write() as connection:
            await cursors.move(connection, _LOOKED, now.toordinal())
        gone: dict[str, int] = {}
        while True:
            async with self._store.read() as connection:
                found = await self._next(connection, now)
            if found is None:
                await self._wash()
                return gone
            many = await self._drop(found, now)
            gone[found.rule.name] = gone.get(found.rule.name, 0) + many

    async def _next(self, connection: AsyncConnection, now: datetime) -> _Slice | None:
        """What the first way finds that finds anything, beginning where the last slice was."""
        for _ in self._ways:
            rule, way = self._ways[self._turn]
            before = rule.before(self._settings, now, wall())
            picked = await way.pick(connection, before, self._rows) if before else None
            if before and picked:
                return _Slice(rule, way, before, picked)
            self._turn = (self._turn + 1) % len(self._ways)
        return None

    async def _drop(self, one: _Slice, now: datetime) -> int:
        """Let a slice go, and learn from how long it took."""
        async with self._store.write() as connection:
            began = perf_counter()
            many = await one.way.drop(connection, one.picked, one.before, now)
            took = perf_counter() - began
        self._rows = sized(self._rows, took)
        self._unwashed = True
        RETIRED.labels(one.rule.name).inc(many)
        return many

    async def _wash(self) -> None:
        """Once nothing is left to go. Where somebody reads at this moment, with the next look."""
        if self._unwashed:
            self._unwashed = not await self._store.wash()

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


def sized(rows: int, took: float) -> int:
    """How many rows the next slice has, after one of ``rows`` that held the turn for ``took`` seconds."""
    if took > _TURN:
        return max(_FEWEST, rows // 2)
    return min(_MOST, rows * 2) if took < _TURN / 4 else rows


def _leapt(looked: int, now: datetime) -> str:
    last = datetime.fromordinal(looked).date().isoformat()
    return (
        f"保存期間の整理を止めています：前回（{last}）から時計が{now.toordinal() - looked}日進みました。"
        "時計が正しければ `shirase retention run` で再開します"
    )
