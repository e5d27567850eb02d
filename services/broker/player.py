"""Plays recorded messages in their rhythm, for replays and exercises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.broker.recording import Recorded

Publish = Callable[[str, bytes, bool], Awaitable[None]]  # topic, payload, retain; returns when acknowledged
_IN_FLIGHT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a play came to so far."""

    published: int
    acknowledged: int


class Player:
    """One play of a recording.

    ``start`` is the time that the scenario says it begins at; a message's scenario time is ``start`` plus its place in
    the recording. ``speed`` is how many times faster than real it is played; 0 means as fast as it is acknowledged.
    ``seconds_until`` tells instead, for a scenario time, how many real seconds are left: an exercise, whose hub clock
    hurries until it has caught up, gives its clock's.
    """

    def __init__(
        self,
        recorded: Sequence[Recorded],
        publish: Publish,
        *,
        start: datetime,
        speed: float = 1.0,
        seconds_until: Callable[[datetime], float] | None = None,
    ) -> None:
        if speed < 0:
            raise ValueError("speed must be 0 (as fast as acknowledged) or more")
        self._recorded, self._publish = recorded, publish
        self._start, self._speed = start, speed
        self._seconds_until = seconds_until or self._by_speed
        self._began = 0.0
        self._published = self._acknowledged = 0

    @property
    def played(self) -> Played:
        """The counts so far."""
        return Played(published=self._published, acknowledged=self._acknowledged)

    async def play(self) -> Played:
        """Publish all, in order, and wait for every acknowledgement. Raises what ``publish`` raises."""
        self._began = asyncio.get_running_loop().time()
        slots = asyncio.Semaphore(_IN_FLIGHT)
        try:
            async with asyncio.TaskGroup() as group:
                for one in self._recorded:
                    at = self._start + one.after
                    if (pause := self._seconds_until(at)) > 0:
                        await asyncio.sleep(pause)
                    await slots.acquire()
                    self._published += 1
                    group.create_task(self._send(one, at, slots))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return self.played

    async def _send(self, one: Recorded, at: datetime, slots: asyncio.Semaphore) -> None:
        try:
            await self._publish(one.topic, one.payload(at), one.retain)
            self._acknowledged += 1
        finally:
            slots.release()

    def _by_speed(self, at: datetime) -> float:
        if self._speed == 0:
            return 0.0
        due = (at - self._start) / timedelta(seconds=self._speed)
        return self._began + due - asyncio.get_running_loop().time()
