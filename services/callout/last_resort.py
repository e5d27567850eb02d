"""The last resort: where the store is gone, or the watch breaks, no call is written down: the first group is told so.

In memory and by the process alone: after a restart, or from two processes, it may tell twice. Better than silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from feeds.japan import zoned
from feeds.status import Status
from rules.marks import MARKS
from services.callout.message import SPOKEN, Message
from services.callout.occasion import Event
from services.callout.outlet import Outlet
from services.callout.roster import Callout
from services.clock import Clock

log = structlog.get_logger()
_PATIENCE, _NOT_AGAIN = timedelta(minutes=1), timedelta(minutes=30)
_STORE_GONE = (  # what is wrong, the same in English, what to do
    "データベースが使えません。受信も発表も止まっています",
    "The hub's store cannot be used: nothing is received, and nothing is issued.",
    "ディスクの空きと、データベースを確かめてください。",
)
_WATCH_BROKEN = (
    "職員の呼び出しが動いていません。承認待ちや未達があっても鳴りません",
    "The calls of staff do not work: no draft that waits and no delivery that fails will ring.",
    "操作画面で承認待ちと配信状況を見続け、管理者に知らせてください。",
)


class LastResort:
    """Runs the steps of the watch, and looks after them."""

    def __init__(
        self, watch: Callable[[], Awaitable[bool]], clock: Clock, callout: Callout, outlet: Outlet, own: Status
    ) -> None:
        self._watch, self._clock, self._callout, self._outlet, self._own = watch, clock, callout, outlet, own
        self._well_at = clock.now()
        self._told_at = clock.now() - _NOT_AGAIN

    async def step(self) -> bool:
        """As the watch's; what it raises is raised, after people were told where it has lasted for a minute."""
        try:
            busy = await self._watch()
        except Exception as error:  # whatever it is: as long as the watch fails, nothing else rings
            now = self._clock.now()
            self._well_at, self._told_at = min(self._well_at, now), min(self._told_at, now)
            lasts = now - self._well_at >= _PATIENCE and not self._clock.hurried
            if lasts and now - self._told_at >= _NOT_AGAIN:
                self._told_at = now
                await self._tell(error)
            raise
        self._well_at = self._clock.now()
        return busy

    async def _tell(self, error: Exception) -> None:
        chain = self._callout.chain_for(Event.FAULT, self._own)
        if chain is None:
            return
        now, told = self._clock.now(), self._message(isinstance(error, (SQLAlchemyError, OSError)))
        _, people = self._callout.called(chain, 0, now)
        urls = [url for name in people for url in self._callout.people[name].urls]
        results = await asyncio.gather(*(self._outlet.send(url, told) for url in urls))
        log.error(
            "the watch fails, staff told", outcomes=[one.state.value for one in results], error=type(error).__name__
        )

    def _message(self, store_gone: bool) -> Message:
        mark, mark_en = MARKS[self._own]
        lead = f"{mark}{mark_en} " if mark else ""
        what, english, cure = _STORE_GONE if store_gone else _WATCH_BROKEN
        subject = f"{lead}しらせ：{what}"
        lines = [
            f"{lead}{SPOKEN[self._own]}{subject.removeprefix(lead)}",
            english,
            f"{zoned(self._well_at)}から。{cure}",
            "この連絡は記録に残らず、引き受けるボタンもありません。直るまで30分ごとに送ります。",
            f"{mark}{mark_en}",
        ]
        return Message(subject=subject, body="\n".join(lines).rstrip())
