"""What came of outlooks: each is judged once, an hour after its end, and added to the sums of its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.japan import JAPAN
from feeds.status import Status
from geo.model import Ground, Sample
from geo.river.gauge import GaugeConfig
from geo.verification.account import Part
from geo.verification.came import Came, came
from geo.verification.issued import Issued, believable
from geo.verification.tally import judged
from services.clock import Clock
from services.lease import Leased
from services.store import outlooks, readings, skill
from services.store.engine import Store
from services.store.skill import Judged

_LATE = timedelta(hours=1)  # for reports that come late, and to see what stands beside the last of them
_AT_ONCE = 200  # outlooks of one step


class VerifyRiver:
    """The loop's state is the store's."""

    name = "verify:river"
    EVERY = 60.0  # seconds

    def __init__(self, store: Store | Leased, clock: Clock, ground: Ground, config: GaugeConfig | None = None) -> None:
        self._store, self._clock, self._ground = store, clock, ground
        self._config = config or GaugeConfig()

    async def step(self) -> bool:
        """Judge the next outlooks; True where there may be more of them."""
        now = self._clock.now()
        async with self._store.read() as connection:
            due = await outlooks.due(connection, now - _LATE, _AT_ONCE)
            seen = [found for status in Status for found in await self._seen(connection, status, due, now)]
        if not due:
            return False
        async with self._store.write() as connection:
            for one, what in seen:
                await outlooks.judge(connection, one, what)
            await skill.add(connection, [row for one, what in seen for row in _rows(one, what)])
        return len(due) == _AT_ONCE

    async def _seen(
        self, connection: AsyncConnection, status: Status, due: Sequence[Issued], now: datetime
    ) -> list[tuple[Issued, Came | None]]:
        """The outlooks of one status with what came of them."""
        some = [one for one in due if one.status is status]
        if not some:
            return []
        span = min(one.made_at for one in some) - _LATE, min(now, max(one.until for one in some) + _LATE)
        subjects = {f"{one.station}/water_level" for one in some}
        series = await readings.series(connection, subjects, status, *span)
        levels = {code: self._believable(code, samples, now) for (code, _), samples in series.items()}
        return [(one, came(levels.get(one.station, ()), one.made_at, one.until)) for one in some]

    def _believable(self, code: str, samples: Sequence[Sample], now: datetime) -> list[Sample]:
        """Nothing of a gauge that the profile no longer has: nobody can say what it can show."""
        station = self._ground.stations.get(code)
        return believable(samples, station, now, self._config) if station else []


def _rows(one: Issued, seen: Came | None) -> list[Judged]:
    day = one.made_at.astimezone(JAPAN).date()
    return [
        Judged(
            day=day,
            status=one.status,
            part=Part(method=one.method, station=one.station, lead=one.lead, threshold=threshold),
            tally=tally,
            tenths=tenths,
        )
        for threshold, (tally, tenths) in judged(one, seen).items()
    ]
