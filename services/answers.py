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
from services.broker.client import ClientStoppedError, MqttClient
from services.store import quarantine
from services.store.engine import Store

log = structlog.get_logger(__name__)
_POLL = 30.0  # seconds; the bell is the event
_AGAIN = 5.0


class Answers:
    """A task beside the ingest, never in it: while the ingest holds the socket, no PUBACK comes in."""

    def __init__(self, store: Store, client: MqttClient) -> None:
        self._store, self._client = store, client
        self._waiting = asyncio.Event()
        self._waiting.set()  # what an earlier life left unanswered

    def ring(self) -> None:
        """There are new refusals."""
        self._waiting.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._waiting.clear()
            try:
                while await self._some():
                    pass
            except ClientStoppedError:
                return
            except Exception as error:  # noqa: BLE001 - the store may be down; the refusals stay unanswered in it
                log.warning("rejects_not_answered", error=repr(error)[:300])
                await asyncio.sleep(_AGAIN)
                continue
            try:
                async with asyncio.timeout(_POLL):  # wait_for would lose a cancellation that comes with the ring
                    await self._waiting.wait()
            except TimeoutError:
                continue

    async def _some(self) -> bool:
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
        await self._client.publish(f"hub/v1/{row['gateway']}/rejects", json.dumps(answer, ensure_ascii=False).encode())
