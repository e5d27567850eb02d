"""Vital signs of gateways: who was heard when, who said goodbye. Kept in memory; the broker retains the statuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from prometheus_client import Counter, Gauge

from feeds.instant import instant
from feeds.set_back import beyond

LAST_SEEN = Gauge("shirase_gateway_seen_timestamp_seconds", "When a gateway was last heard, hub time", ["gateway"])
OVER = Counter("shirase_over_allowance_total", "Messages beyond a gateway's allowance, kept for later", ["gateway"])
_OVER_LASTS = timedelta(minutes=5)
_THREE_HEARTBEATS = timedelta(seconds=180)
_LATELY = timedelta(minutes=30)
_A_MINUTE, _AN_HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """What is known of one gateway's life."""

    gateway: str
    last_seen: datetime | None = None  # hub time of its last fresh message; None: only a retained status is known
    online: bool | None = None  # as it or its last will says; None: it never said
    left_at: datetime | None = None  # hub time of its last goodbye or will
    boot: str = ""
    said_at: datetime | None = None  # the time in its newest status
    read_at: datetime | None = None  # hub time of its last message with readings
    ahead: bool = False  # those readings were measured in the hub's future
    beats: bool = False  # it sends heartbeats
    queue: int | None = None  # messages that wait in it, as its newest heartbeat says
    over_at: datetime | None = None  # hub time of its last message beyond its allowance
    over_since: datetime | None = None  # and of the first, of those no further apart than a few minutes
    lags: tuple[tuple[datetime, float], ...] = ()  # hub time, and seconds from sending to receipt, of the last hour

    def alive(self, now: datetime) -> bool:
        """False after a goodbye, a will, or three missed heartbeats."""
        heard = self.last_seen is not None and now - self.last_seen <= _THREE_HEARTBEATS
        return heard and self.online is not False


class Vitals:
    """The book of vital signs. Every fresh message is one; ``status`` and ``heartbeat`` are nothing else."""

    def __init__(self) -> None:
        self._known: dict[str, Vital] = {}

    @property
    def gateways(self) -> Mapping[str, Vital]:
        """By name; a live view."""
        return MappingProxyType(self._known)

    def heard(self, gateway: str, at: datetime) -> None:
        """A fresh message other than a status: the gateway lives, whatever an older goodbye said."""
        if gateway not in self._known:
            OVER.labels(gateway)  # at nought: the first beyond it must be seen as a rise
        self._known[gateway] = replace(self._of(gateway), last_seen=at, online=True)
        LAST_SEEN.labels(gateway).set(at.timestamp())

    def set_back(self, now: datetime) -> None:
        """Whoever was heard by a clock that ran ahead, was heard now: its silence counts from here."""
        for gateway, known in self._known.items():
            if known.last_seen and known.last_seen > beyond(now):
                self._known[gateway] = replace(known, last_seen=now)

    def read(self, gateway: str, at: datetime, ahead: bool) -> None:
        """Readings came in at hub time ``at``; ``ahead`` when their clock was too far before the hub's."""
        self._known[gateway] = replace(self._of(gateway), read_at=at, ahead=ahead)

    def over(self, gateway: str, at: datetime, many: int) -> None:
        """So many messages beyond its allowance."""
        OVER.labels(gateway).inc(many)
        known = self._of(gateway)
        goes_on = known.over_at is not None and at - known.over_at <= _OVER_LASTS
        self._known[gateway] = replace(known, over_at=at, over_since=known.over_since if goes_on else at)

    def flooding(self, gateway: str, now: datetime) -> datetime | None:
        """Since when it sends more than it may; None where it does not, or no longer."""
        known = self._of(gateway)
        return known.over_since if known.over_at and now - known.over_at <= _OVER_LASTS else None

    def sent(self, gateway: str, at: datetime, sent_at: datetime) -> None:
        """Something that arrived at hub time ``at`` says when it was sent by the gateway's own clock."""
        known = self._of(gateway)
        lag, lags = (at - sent_at).total_seconds(), known.lags
        if lags and at - lags[-1][0] < _A_MINUTE:
            lags = (*lags[:-1], (lags[-1][0], min(lags[-1][1], lag)))
        else:
            lags = (*(one for one in lags if at - one[0] <= _AN_HOUR), (at, lag))
        self._known[gateway] = replace(known, lags=lags)

    def beat(self, gateway: str, payload: bytes, at: datetime) -> None:
        """A heartbeat: its clock, and how much waits in it."""
        self._known[gateway] = replace(self._of(gateway), beats=True)
        members = _object(payload)
        time, queue = _time(members.get("time")), members.get("queue")
        if time:
            self.sent(gateway, at, time)
        if isinstance(queue, int) and not isinstance(queue, bool) and 0 <= queue < 2**31:
            self._known[gateway] = replace(self._of(gateway), queue=queue)

    def skew(self, gateway: str, now: datetime) -> float | None:
        """How far its clock is behind the hub's in seconds, negative where ahead: the smallest lag of the last hour."""
        lags = [lag for at, lag in self._of(gateway).lags if now - at <= _AN_HOUR]
        return min(lags) if lags else None

    def forget(self, gateway: str) -> None:
        """It is not a gateway any more: neither alive nor missing."""
        self._known.pop(gateway, None)
        LAST_SEEN.remove(gateway)

    def hub_is_late(self, now: datetime) -> bool:
        """True where every gateway that measured lately is ahead of the hub: then it is the hub whose clock is wrong,
        and no reading is believed any more.
        """
        lately = [one for one in self._known.values() if one.read_at and now - one.read_at <= _LATELY]
        return bool(lately) and all(one.ahead for one in lately)

    def status(self, gateway: str, payload: bytes, at: datetime, retained: bool) -> bool:
        """A birth, goodbye or last will; False where it cannot be read or is older than what is known.

        A half-open old connection can time out after the gateway is back: its will names an earlier boot or time.
        """
        said = _read(payload)
        if said is None:
            return False
        known = self._of(gateway)
        online, boot, time = said
        other_boot = bool(known.boot and boot and boot != known.boot)
        outdated = bool(known.said_at and time and time < known.said_at)
        if outdated or (not online and other_boot):
            return False
        # A will is published by the broker: it is no sign of life.
        seen = at if online and not retained else known.last_seen
        self._known[gateway] = replace(
            known,
            online=online,
            left_at=known.left_at if online else at,
            boot=boot or known.boot,
            said_at=time or known.said_at,
            last_seen=seen,
        )
        if seen == at:
            LAST_SEEN.labels(gateway).set(at.timestamp())
        return True

    def _of(self, gateway: str) -> Vital:
        return self._known.get(gateway, Vital(gateway=gateway))


def _read(payload: bytes) -> tuple[bool, str, datetime | None] | None:
    members = _object(payload)
    if members.get("state") not in {"online", "offline"}:
        return None
    boot = members.get("boot")
    return members["state"] == "online", boot if isinstance(boot, str) else "", _time(members.get("time"))


def _object(payload: bytes) -> dict[str, Any]:
    """The members, none where it is no object."""
    try:
        members: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _time(text: object) -> datetime | None:
    try:
        return instant(text) if isinstance(text, str) else None
    except ValueError:
        return None
