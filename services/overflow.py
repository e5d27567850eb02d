"""What a gateway sends beyond its allowance: kept undecoded, many messages in one row, to be read again later.

A row of its own for each would be the flood once more, in the store. A pack is gzip, in one or more members, of one
JSON object a line: ``topic``, ``received_at``, and ``text``, or ``base64`` where the payload is no UTF-8.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.contact import blind
from feeds.instant import instant, iso_utc
from feeds.records import Rejected
from services.broker.link import Incoming
from services.intake import Kind, Sorted
from services.store import packs

DROPPED = Counter("shirase_over_allowance_dropped_total", "Messages beyond all allowance, counted only", ["gateway"])

_COUNT_AGAIN = timedelta(minutes=1)
_LEVEL = 3  # of compression: half the time of the default, a tenth more octets
_KEPT = Rejected(
    code=packs.KEPT,
    message="more messages than this gateway is allowed, for minutes on end: they are kept unread, for staff to look "
    "at. Mend the gateway, or have its `allowance` in the hub's settings raised",
    at="rate",
)
_DROPPED = Rejected(
    code=packs.DROPPED,
    message="more messages than this gateway is allowed, and no room left for them ([flood] kept_mb): they were "
    "counted and are gone. Mend the gateway; `shirase quarantine retry` or `discard` makes room",
    at="rate",
)


def packed(work: Sequence[Sorted]) -> Sequence[Sorted]:
    """The same, but the first message of each gateway that is over its allowance carries the others' bytes too."""
    over: dict[str, list[Sorted]] = defaultdict(list)
    for one in work:
        if one.kind is Kind.OVER:
            over[one.message.gateway].append(one)
    if not over:
        return work
    carriers = {id(many[0]): _carrier(many) for many in over.values()}
    return [carriers.get(id(one), one) for one in work]


def unpacked(payload: bytes) -> list[Incoming]:
    """The messages of a pack, as they came."""
    return [_incoming(json.loads(line)) for line in gzip.decompress(payload).splitlines()]


def legible(row: Mapping[str, Any], most: int | None = None) -> str:
    """The payload of a refusal as text, or its beginning; of a pack, its lines; of a report, its sender covered."""
    payload = bytes(row["payload"])
    if row["code"] == packs.KEPT and payload:
        payload = gzip.decompress(payload) if most is None else zlib.decompressobj(31).decompress(payload, most)
    text = payload[:most].decode("utf-8", "replace")
    return blind(text) if row.get("sealed") else text


class Overflow:
    """Keeps packs up to ``most`` octets in all; what is beyond even that is counted.

    ``dropped`` is the gateway of which that was so the last time, or empty.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._octets = 0
        self._counted_at: datetime | None = None
        self.dropped = ""

    async def keep(self, connection: AsyncConnection, one: Sorted, answered: bool) -> None:
        """Within the transaction of its batch. ``answered``: the gateway has been told of this flood."""
        now, message = one.message.received_at, one.message
        if self._counted_at is None or not timedelta(0) <= now - self._counted_at <= _COUNT_AGAIN:
            self._octets, self._counted_at = await packs.octets(connection), now
        if self._octets + len(message.payload) <= self._most:
            await packs.keep(connection, message, _KEPT, one.carries, answered=answered)
            self._octets += len(message.payload)  # a rollback makes it too much, until it is counted again
            self.dropped = ""
            return
        await packs.drop(connection, message, _DROPPED, one.carries)
        DROPPED.labels(message.gateway).inc(one.carries)
        self.dropped = message.gateway


def _carrier(many: Sequence[Sorted]) -> Sorted:
    first = many[0]
    lines = b"".join(_line(one.incoming) for one in many)
    message = replace(first.message, payload=gzip.compress(lines, _LEVEL, mtime=0))
    return replace(first, message=message, carries=len(many))


def _line(incoming: Incoming) -> bytes:
    told = {"topic": incoming.topic, "received_at": iso_utc(incoming.received_at)}
    try:
        told["text"] = incoming.payload.decode()
    except UnicodeDecodeError:
        told["base64"] = base64.b64encode(incoming.payload).decode()
    return json.dumps(told).encode() + b"\n"


def _incoming(told: Mapping[str, str]) -> Incoming:
    return Incoming(
        topic=told["topic"],
        payload=told["text"].encode() if "text" in told else base64.b64decode(told["base64"]),
        retained=False,
        received_at=instant(told["received_at"]),
        connection=0,
        packet_id=0,
        qos=0,
    )
