"""Why something was not sent: the standing reasons, and for how long each has held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import suppressions


@dataclass(frozen=True, slots=True)
class Suppression:
    """One proposal that a stage held back, and the named reason."""

    rule: str
    series: str
    stage: str
    reason: str
    detail: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes two of them the same, however the detail's figures move."""
        return (self.rule, self.series, self.stage, self.reason)


async def replace_standing(
    connection: AsyncConnection, status: Status, now: datetime, held: Iterable[Suppression]
) -> None:
    """Make ``held`` the reasons that hold now; one that held before keeps its first time."""
    rows = (
        await connection.execute(select(suppressions).where(suppressions.c.current, suppressions.c.status == status))
    ).mappings()
    before = {(row["rule"], row["series"], row["stage"], row["reason"]): row for row in rows}
    now_held = {one.identity: one for one in held}
    gone = [row["id"] for identity, row in before.items() if identity not in now_held]
    if gone:
        await connection.execute(update(suppressions).where(suppressions.c.id.in_(gone)).values(current=False))
    moved = [
        identity
        for identity, row in before.items()
        if identity in now_held and row["detail"] != now_held[identity].detail
    ]
    for identity in moved:
        values = {"detail": now_held[identity].detail, "last_at": now, "times": before[identity]["times"] + 1}
        await connection.execute(update(suppressions).where(suppressions.c.id == before[identity]["id"]).values(values))
    fresh = [_row(one, status, now) for identity, one in now_held.items() if identity not in before]
    if fresh:
        await connection.execute(insert(suppressions), fresh)


def _row(one: Suppression, status: Status, now: datetime) -> dict[str, object]:
    return {
        "status": status.value,
        "rule": one.rule,
        "series": one.series,
        "stage": one.stage,
        "reason": one.reason,
        "detail": one.detail,
        "first_at": now,
        "last_at": now,
        "times": 1,
        "current": True,
    }
