"""How a gateway is doing, as the way in knows it. Not a record: it is overwritten at every look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feeds.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """One gateway at the time of the last look."""

    name: str
    status: Status  # what everything of it counts as
    checked_at: datetime  # when the way in last looked; long ago: it does not listen, and silence means nothing
    watched_since: datetime  # since when it has listened without a break
    seen_at: datetime | None = None  # its last fresh message
    beats: bool = False  # it sends heartbeats, so that missing ones mean something
    online: bool | None = None  # as it or its last will says; None: it never said
    said_at: datetime | None = None  # when it said so
    skew_s: float | None = None  # how far its clock is behind the hub's; negative: ahead
    queue: int | None = None  # messages that wait in it
    over_since: datetime | None = None  # since when it sends more than its allowance
