"""The report of an outage, for the desk, for programs and for the command line alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.outage.fate import Fate, Item, Outage, counted, summary, told
from services.store import outages

_MOST = 500  # alerts of one report; the counts are of all


@dataclass(frozen=True, slots=True)
class Report:
    """An outage and every alert that was issued while it lasted."""

    outage: Outage
    items: Sequence[Item]


async def reports(
    connection: AsyncConnection, since: datetime | None = None, then: datetime | None = None
) -> list[Report]:
    """Those that nobody has read, or all that lasted beyond ``since``; the newest first. ``then``: as known then."""
    found = await outages.since(connection, since, then=then)
    return [Report(one, await outages.items(connection, one, then)) for one in found]


def as_json(report: Report) -> dict[str, Any]:
    """As ``/api/v1/outages`` and ``shirase outage`` give it. Alerts that went out in time are only counted."""
    outage, items = report.outage, report.items
    return {
        "id": outage.id,
        "channel": outage.channel,
        "status": outage.status.value,
        "began": _iso(outage.began),
        "ended": _iso(outage.ended),
        "summary": summary(outage, items),
        "told": told(items),
        "counts": {fate.value: number for fate, number in counted(items).items()},
        "items": [_item(one) for one in items if one.fate is not Fate.IN_TIME][:_MOST],
        "seen_by": outage.seen_by,
        "seen_at": _iso(outage.seen_at),
    }


def _item(one: Item) -> dict[str, Any]:
    return {
        "identifier": one.identifier,
        "series": one.series,
        "revision": one.revision,
        "headline": one.headline,
        "level": one.level,
        "fate": one.fate.value,
        "told": one.fate.ja,
        "late_minutes": one.late_minutes,
        "issued": _iso(one.created_at),
        "finished": _iso(one.finished_at),
        "expires": _iso(one.expires),
        "state": one.state,
        "reason": one.reason,
        "cause": one.cause,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
