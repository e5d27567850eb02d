"""How much each gateway may send: a bucket of messages that fills at its allowance, by the hub's clock.

What is over it is not thrown away (:mod:`services.overflow`), it is only not worth the same work at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.set_back import beyond

BURST_S = 600.0  # the bucket holds what may come in so many seconds
QUIET_S = 60.0  # a longer silence may have been an outage, and what was measured in it comes at once
UNKNOWN_S = 86_400.0  # where nobody knows how long
_MOMENT = timedelta(seconds=1)  # a bucket is filled no more often, while there is anything in it


@dataclass(slots=True)
class _Bucket:
    at: datetime
    room: float = math.inf  # messages; without end until it is first looked at
    behind: float = 0.0  # seconds of the past that its gateway may still have to send


class Allowance:
    """Whoever measures no faster than its allowance is never over it, whatever was away and for how long.

    Nothing tells when a message was published, and a backlog comes at full speed. So the bucket is greater by as much
    as the gateway was silent, which wears off as the time goes on; and by as much as we lag behind the broker.
    ``level_at`` tells how far we are: everything published before it has arrived. None: nobody knows yet.

    ``rate`` is in messages a second, for gateways that have none of their own.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self.level_at: datetime | None = None
        self._buckets: dict[str, _Bucket] = {}

    def remember(self, seen: Mapping[str, datetime]) -> None:
        """When each gateway was last heard, in an earlier life of the hub."""
        self._buckets.update({gateway: _Bucket(at) for gateway, at in seen.items()})

    def over(self, gateway: str, at: datetime, rate: float | None = None) -> bool:
        """Count a message received ``at``; True where it is beyond ``rate`` messages a second and the bucket."""
        bucket = self._buckets.get(gateway)
        if bucket is None:
            bucket = self._buckets[gateway] = _Bucket(at, behind=UNKNOWN_S)
        if not 1 <= bucket.room < math.inf or at - bucket.at >= _MOMENT:
            self._fill(bucket, at, rate or self._rate)
        if bucket.room < 1:
            return True
        bucket.room -= 1
        return False

    def _fill(self, bucket: _Bucket, at: datetime, rate: float) -> None:
        lag = UNKNOWN_S if self.level_at is None else max(0.0, (at - self.level_at).total_seconds())
        gap = max(0.0, (at - bucket.at).total_seconds())
        bucket.at = at if bucket.at > beyond(at) else max(at, bucket.at)
        bucket.behind = max(bucket.behind - gap, gap if gap > QUIET_S else 0.0)
        bucket.room = min(rate * (BURST_S + lag + bucket.behind), bucket.room + rate * gap)
