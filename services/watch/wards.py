"""Wards as the loops need them: opened once for each version, kept in memory, never for people to read."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from rules.watch.ward import Ward
from services.keyring import KeyringError
from services.store import watch_wards
from services.watch.vault import Vault

log = structlog.get_logger()


class Wards:
    """``mark`` differs whenever one was added, changed or erased."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: dict[str, tuple[int, Ward]] = {}
        self.closed: frozenset[str] = frozenset()  # those that the key does not open
        self.mark = 0

    async def read(self, connection: AsyncConnection) -> dict[str, Ward]:
        """Everyone by uid, as they are at this moment."""
        versions = await watch_wards.versions(connection)
        stale = [uid for uid, version in versions.items() if self._known.get(uid, (0,))[0] != version]
        gone = self._known.keys() - versions.keys()
        if stale or gone:
            self.mark += 1
        for uid in gone:
            del self._known[uid]
        closed = set(self.closed) & versions.keys() - set(stale)
        for one in await watch_wards.these(connection, stale):
            try:
                self._known[one.uid] = one.version, self._vault.open(one.uid, Ward, one.sealed)
            except KeyringError as error:
                if one.uid not in self.closed:
                    log.error("a ward cannot be opened", error=str(error))
                closed.add(one.uid)
        self.closed = frozenset(closed)
        return {uid: ward for uid, (_, ward) in self._known.items()}
