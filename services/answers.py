"""Refusals told to their gateways on ``hub/v1/GATEWAY/rejects``, after they are safely kept, and until it succeeds."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import structlog

from feeds.instant import iso_utc
from feeds.topics import PUBLIC, is_name
from services.bell import Bell
from services.broker.client import ClientStoppedError
from services.broker.door import Door
from services.lease import Leased
from services.store import quarantine
from services.store.engine import Store

log = structlog.get_logger(__name__)
BELL = "refusals"
_POLL = 30.0  # seconds; the bell is the event
_AGAIN = 5.0


class Answers:
    """A task beside the ingest, never in it: while the ingest holds the socket, no PUBACK comes in."""

    name = "answers"

    def __init__(self, store: Store, door: Door, bell: Bell) -> None:
        self._store, self._door, self._bell = store, door, bell
        self.once: Leased | None = None  # where several of us have one broker: only one may answer

    def ring(self) -> None:
        """There are new refusals."""
        self._bell.ring(BELL)

    async def run(self) -> None:
        """For ever."""
        with self._bell.listen(BELL) as rung:
            while True:
                try:
                    while await self._some():
                        pass
                except ClientStoppedError:
                    return
                except Exception as error:  # noqa: BLE001 - the store may be down; the refusals stay unanswered in it
                    log.warning("rejects_not_answered", error=repr(error)[:300])
                    await asyncio.sleep(_AGAIN)
                    continue
                await rung.wait(_POLL)

    async def _some(self) -> bool:
        if self.once and not await self.once.renew():
            return False
        async with self._store.read() as connection:
            rows = await quarantine.unanswered(connection)
        if not rows:
            return False
        tellable = [row for row in rows if is_name(row["gateway"]) and row["gateway"] != PUBLIC]
        await asyncio.gather(*(self._tell(row) for row in tellable))
        async with self._store.write() as connection:
            await quarantine.mark_answered(connection, [row["id"] for row in rows])
        return True

    async def _tell(self, row: Mapping[str, Any]) -> None:
        answer = {
            "error": row["code"],
            "message": row["message"],
            "at": row["at"],
            "topic": row["topic"],
            "payload_sha256": hashlib.sha256(row["payload"]).hexdigest(),
            "received_at": iso_utc(row["received_at"]),
        }
        await self._door.publish(f"hub/v1/{row['gateway']}/rejects", json.dumps(answer, ensure_ascii=False).encode())
