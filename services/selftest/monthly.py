"""The self-test that comes by itself: when the newest one of any channel is old enough, whoever ran that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from feeds.status import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.channel import Channel
from services.clock import Clock, wall
from services.figures import SELFTEST_AT, SELFTEST_OK, told_by
from services.lease import Leased
from services.selftest.run import Result, prove_all
from services.store import chronology, cursors, selftests
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.selftests import Kept

_AGAIN = timedelta(hours=6)  # between two that begin, whatever becomes of the first
GRACE = timedelta(days=3)  # after which a test that did not come is missed
told_by("selftest", SELFTEST_AT.clear, SELFTEST_OK.clear)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: when it began, by the wall and in hub time, and what came of it."""

    at: datetime
    now: datetime
    results: Sequence[Result]


class Monthly:
    """The loop. ``troubles`` are for /ops: a test that is missed, and channels that failed theirs."""

    name = "selftest"
    EVERY = 600.0  # seconds between two looks

    def __init__(
        self,
        store: Store | Leased,
        bell: Bell,
        clock: Clock,
        channels: Mapping[str, Channel],
        message: Callable[[datetime], Alert],
        every: timedelta,
    ) -> None:
        self._store, self._bell, self._clock = store, bell, clock
        self._channels, self._message, self._every = channels, message, every
        self.troubles: list[str] = []
        self._unwritten: Run | None = None

    async def step(self) -> bool:
        """Look, and run where it is time.

        What came of a run is kept until it is written, so a store that fails has nobody tried again. A run under way
        when the hub dies is run again, a quarter of a day later.
        """
        due = self._unwritten is not None or await self._is_due(wall())
        if due:
            await self._run()
        async with self._store.read() as connection:
            kept = await selftests.newest(connection)
        mine = [one for one in kept if one.result.channel in self._channels]
        self.troubles = troubles(mine, self._every, wall())
        _measure(mine)
        return due

    async def _is_due(self, at: datetime) -> bool:
        async with self._store.read() as connection:
            kept = await selftests.newest(connection)
            begun = datetime.fromtimestamp(await cursors.position(connection, self.name), UTC)
        return at - begun >= _AGAIN and self._due({one.result.channel: one.at for one in kept}, at)

    async def _run(self) -> None:
        """Raises where the store cannot be written: before anything is sent, or with the results in hand."""
        if self._unwritten is None:
            at, now = wall(), self._clock.now()
            async with self._store.write() as connection:
                await cursors.move(connection, self.name, int(at.timestamp()))
            self._unwritten = Run(at, now, await prove_all(self._channels.values(), self._message(now), now))
        try:
            await write(self._store, self._unwritten)
        except (SQLAlchemyError, OSError):
            self.troubles = ["配信経路の定期試験の結果を記録できません。記録できるまで、試験はやり直しません"]
            raise
        self._unwritten = None
        self._bell.ring("deliveries")

    def _due(self, tried: Mapping[str, datetime], at: datetime) -> bool:
        """One channel tried by hand proves nothing of the others; one that is new has never been tried."""
        return any(name not in tried or at - tried[name] >= self._every for name in self._channels)


async def run(
    store: Store | Leased, now: datetime, channels: Mapping[str, Channel], message: Callable[[datetime], Alert]
) -> Sequence[Result]:
    """One run, kept and in the log. ``now`` is hub time."""
    one = Run(wall(), now, await prove_all(channels.values(), message(now), now))
    await write(store, one)
    return one.results


async def write(store: Store | Leased, one: Run) -> None:
    """The results, and the line of the log."""
    async with store.write() as connection:
        await selftests.keep(connection, one.at, one.results)
        await chronology.append(connection, [_entry(one.results, one.now)])


def troubles(kept: Sequence[Kept], every: timedelta, at: datetime) -> list[str]:
    """What the duty desk has to know; empty where all is proven and fresh."""
    told = [f"配信経路の定期試験で {one.result.channel} が失敗しました：{one.result.proof.fault}"
            for one in kept if not one.result.ok]  # fmt: skip
    oldest = min((one.at for one in kept), default=None)
    if oldest is not None and at - oldest > every + GRACE:
        told.append(f"配信経路の定期試験が {(at - oldest).days} 日間行われていません（{every.days} 日ごとの設定）")
    return told


def _measure(kept: Sequence[Kept]) -> None:
    for one in kept:
        SELFTEST_AT.labels(one.result.channel).set(one.at.timestamp())
        SELFTEST_OK.labels(one.result.channel).set(one.result.ok and one.result.tried)


def _entry(results: Sequence[Result], now: datetime) -> Entry:
    failed = [one.channel for one in results if not one.ok]
    untried = [one.channel for one in results if not one.tried]
    text = f"配信経路を試した：{len(results) - len(failed) - len(untried)}経路で確認"
    text += f"、失敗 {'・'.join(failed)}" if failed else ""
    text += f"、試す方法なし {'・'.join(untried)}" if untried else ""
    return Entry(at=now, status=Status.TEST, kind="system", who="selftest", text=text)
