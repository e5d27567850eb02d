"""The lookout: every few seconds what the way in knows of each gateway's life goes to the store, for the models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from geo.gateway import GatewayState
from services.broker.client import MqttClient
from services.grants import Grant, Grants
from services.store import vitals as store_of_vitals
from services.store.engine import Store
from services.vitals import Vitals

_UNKNOWN = Grant()


class Lookout:
    """While there is no connection nothing is written: then silence says nothing of the gateways."""

    name = "lookout"
    EVERY = 10.0  # seconds

    def __init__(self, store: Store, client: MqttClient, vitals: Vitals, grants: Callable[[], Grants]) -> None:
        self._store, self._client, self._vitals, self._grants = store, client, vitals, grants
        self._connection = 0
        self._since: datetime | None = None
        self._before: dict[str, GatewayState] | None = None  # of the life before this one

    async def step(self) -> bool:
        """Look once; True where something was written."""
        state, now = self._client.state, self._client.now()
        if not state.ready or state.paused:
            self._since = None
            return False
        if self._since is None or state.connection != self._connection:
            self._since, self._connection = now, state.connection
        if self._before is None:
            async with self._store.read() as connection:
                self._before = {one.name: one for one in await store_of_vitals.everyone(connection)}
        grants = self._grants()
        revoked = {name for name, grant in grants.items() if grant.revoked}
        looked = [self._look(name, now, self._since, grants) for name in self._names() if name not in revoked]
        async with self._store.write() as connection:
            await store_of_vitals.put(connection, looked)
            await store_of_vitals.forget(connection, revoked)
        return bool(looked)

    def _names(self) -> set[str]:
        return {*self._vitals.gateways, *(self._before or {})}

    def _look(self, name: str, now: datetime, since: datetime, grants: Grants) -> GatewayState:
        vital, before = self._vitals.gateways.get(name), (self._before or {}).get(name)
        seen = (vital.last_seen if vital else None) or (before.seen_at if before else None)
        heard = vital is not None and vital.online is not None
        return GatewayState(
            name=name,
            status=grants.get(name, _UNKNOWN).status,
            checked_at=now,
            watched_since=since,
            seen_at=seen,
            beats=(vital is not None and vital.beats) or (before is not None and before.beats),
            online=vital.online if vital and heard else before.online if before else None,
            said_at=vital.said_at if vital and heard else before.said_at if before else None,
            skew_s=self._vitals.skew(name, now),
            queue=vital.queue if vital else None,
            over_since=self._vitals.flooding(name, now),
        )
