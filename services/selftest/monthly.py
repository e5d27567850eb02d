"""The self-test that comes by itself: when the newest one of any channel is old enough, whoever ran that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from feeds.status import Status
from rules.alert import Alert
from services.bell import Bell
from services.channels.channel import Channel
from services.clock import Clock, wall
from services.lease import Leased
from services.selftest.run import Result, prove_all
from services.store import chronology, selftests
from services.store.chronology import Entry
from services.store.engine import Store
from services.store.selftests import Kept
from services.telemetry import SELFTEST_AT, SELFTEST_OK

GRACE = timedelta(days=3)  # after which a test that did not come is missed


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

    async def step(self) -> bool:
        """Look, and run where it is time. A run under way when the hub dies is run again."""
        async with self._store.read() as connection:
            kept = await selftests.newest(connection)
        due = self._due({one.result.channel: one.at for one in kept}, wall())
        if due:
            await run(self._store, self._clock.now(), self._channels, self._message)
            self._bell.ring("deliveries")
            async with self._store.read() as connection:
                kept = await selftests.newest(connection)
        mine = [one for one in kept if one.result.channel in self._channels]
        self.troubles = troubles(mine, self._every, wall())
        _measure(mine)
        return due

    def _due(self, tried: Mapping[str, datetime], at: datetime) -> bool:
        """One channel tried by hand proves nothing of the others; one that is new has never been tried."""
        return any(name not in tried or at - tried[name] >= self._every for name in self._channels)


async def run(
    store: Store | Leased, now: datetime, channels: Mapping[str, Channel], message: Callable[[datetime], Alert]
) -> Sequence[Result]:
    """One run, kept and in the log. ``now`` is hub time."""
    at = wall()
    results = await prove_all(channels.values(), message(now), now)
    async with store.write() as connection:
        await selftests.keep(connection, at, results)
        await chronology.append(connection, [_entry(results, now)])
    return results


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
