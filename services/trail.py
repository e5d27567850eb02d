"""The trail of ids in the log, from a record to the receipt: each stage names what it took and what it made of it.

``records stored`` names records, ``hazards changed`` records and hazards, ``alert drafted`` hazards and the series,
``alert issued`` and ``delivery tried`` the series; :mod:`services.trace` follows them. What a transaction did is told
once it is committed, and never of one that was rolled back. Ids alone: no text, no person, and of what people or
vehicles told only the number of the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.lalert.types import LalertDocument
from feeds.records import CapTelegram, Reading, Record, Telegram
from rules.alert import Alert
from services.channels.channel import TAKEN, Delivery, Outcome

STORED, CHANGED, DRAFTED = "records stored", "hazards changed", "alert drafted"
ISSUED, TRIED = "alert issued", "delivery tried"
EVENTS = (STORED, CHANGED, DRAFTED, ISSUED, TRIED)
NAMED = 16  # records of one transaction that are named one by one; of more the numbers of their rows
_OPEN = (Reading, Telegram, CapTelegram, LalertDocument)  # of no person
_TOLD = "shirase-told"
log = structlog.get_logger("trail")


def begin(connection: AsyncConnection) -> list[tuple[str, dict[str, Any]]]:
    """What this transaction has to tell after its commit; empty as yet."""
    told: list[tuple[str, dict[str, Any]]] = []
    connection.info[_TOLD] = told
    return told


def tell(connection: AsyncConnection, event: str, **ids: Any) -> None:
    """After the commit. Call inside ``store.write()``."""
    connection.info.setdefault(_TOLD, []).append((event, ids))


def flush(told: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """It is committed."""
    for event, ids in told:
        log.info(event, **ids)


def stored(stage: str, batch: Sequence[Record], seqs: Sequence[int], **more: str) -> None:
    """New rows; of a batch that nobody could read in a log only their numbers. Nothing where nothing was new."""
    if seqs:
        keys = [one.key for one in batch if isinstance(one, _OPEN)] if len(batch) <= NAMED else []
        log.info(STORED, stage=stage, **more, seqs=f"{min(seqs)}-{max(seqs)}", records=keys)


def tried(delivery: Delivery, outcome: Outcome) -> None:
    """An attempt, its verdict, and the receipt of the other side."""
    log.info(
        TRIED,
        trace=trace_of(delivery.series),
        status=delivery.status.value,
        series=delivery.series,
        revision=delivery.revision,
        delivery=delivery.id,
        channel=delivery.channel,
        attempt=delivery.attempts,
        verdict=outcome.verdict.value,
        reason=outcome.cause.value if outcome.verdict not in TAKEN else "none",
        receipt=outcome.remote_id,
    )


def ids_of(alert: Alert) -> dict[str, Any]:
    """How an alert is named in the trail."""
    named = {"series": alert.series, "revision": alert.revision, "identifier": alert.identifier}
    return {"trace": trace_of(alert.series), "status": alert.status.value, **named}


def trace_of(series: str) -> str:
    """The trace id of a series of alerts, as W3C Trace Context has it: 32 hexadecimal digits."""
    return sha256(series.encode()).hexdigest()[:32]


def traceparent(delivery: Delivery) -> str:
    """The header by which a partner's own log can name our trace: the series, and this time that it was taken."""
    span = sha256(f"{delivery.id}#{delivery.claim}".encode()).hexdigest()[:16]
    return f"00-{trace_of(delivery.series)}-{span}-01"
