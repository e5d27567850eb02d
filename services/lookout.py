"""The lookout: every few seconds what the way in knows of each gateway's life goes to the store, for the models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from feeds.set_back import beyond
from geo.gateway import GatewayState
from services.broker.door import Door
from services.grants import Grant, Grants
from services.store import vitals as store_of_vitals
from services.store.engine import Store
from services.vitals import Vital, Vitals

_UNKNOWN = Grant()


class Lookout:
    """While there is no connection nothing is written: then silence says nothing of the gateways."""

    name = "lookout"
    EVERY = 10.0  # seconds

    def __init__(self, store: Store, door: Door, vitals: Vitals, grants: Callable[[], Grants]) -> None:
        self._store, self._door, self._vitals, self._grants = store, door, vitals, grants
        self._connection = 0
        self._since: datetime | None = None

    async def step(self) -> bool:
        """Look once; True where something was written."""
        state, now = self._door.state, self._door.now()
        if not state.ready or state.paused:
            self._since = None
            return False
        self._vitals.set_back(now)
        if self._since is None or self._since > now or state.connection != self._connection:
            self._since, self._connection = now, state.connection
        grants = self._grants()
        revoked = {name for name, grant in grants.items() if grant.revoked}
        async with self._store.write() as connection:
            # Of the life before this one, and of whoever else takes messages in: each of us hears its share only.
            known = {one.name: one for one in await store_of_vitals.everyone(connection)}
            names = {*self._vitals.gateways, *known} - revoked
            looked = [self._look(name, now, self._since, grants, known.get(name)) for name in sorted(names)]
            await store_of_vitals.put(connection, looked)
            await store_of_vitals.forget(connection, revoked)
        return bool(looked)

    def _look(
        self, name: str, now: datetime, since: datetime, grants: Grants, before: GatewayState | None
    ) -> GatewayState:
        vital = self._vitals.gateways.get(name)
        heard = vital is not None and vital.online is not None
        return GatewayState(
            name=name,
            status=grants.get(name, _UNKNOWN).status,
            checked_at=now,
            watched_since=since,
            seen_at=_newest(now, vital.last_seen if vital else None, before.seen_at if before else None),
            beats=(vital is not None and vital.beats) or (before is not None and before.beats),
            online=_online(vital, before),
            said_at=vital.said_at if vital and heard else before.said_at if before else None,
            skew_s=self._vitals.skew(name, now),
            queue=vital.queue if vital else None,
            over_since=self._vitals.flooding(name, now),
        )


def _online(vital: Vital | None, before: GatewayState | None) -> bool | None:
    """As we know it; but a goodbye does not count where somebody else of us has heard the gateway since."""
    if vital is None or vital.online is None:
        return before.online if before else None
    heard_since = before and before.seen_at and vital.left_at and before.seen_at > vital.left_at
    return vital.online or bool(heard_since)


def _newest(now: datetime, *times: datetime | None) -> datetime | None:
    """The newest of them; what was written before the clock was set back counts from now."""
    return max((time if time <= beyond(now) else now for time in times if time), default=None)
