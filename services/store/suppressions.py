"""Why something was not sent: every reason with the hazards it held back, and from when until when.

Written by the loop that decides each second, so only what changes is written. What is over stays as long as the
settings say, for who asks later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from services.store.tables import suppressions

Identity = tuple[str, str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Suppression:
    """One proposal, or some of its hazards, that a stage held back, and the named reason."""

    rule: str
    series: str
    stage: str
    reason: str
    detail: str
    hazards: tuple[str, ...] = ()  # keys

    @property
    def identity(self) -> Identity:
        """What makes two of them the same, however the detail's figures move."""
        return (self.rule, self.series, self.stage, self.reason, self.hazards)


@dataclass(frozen=True, slots=True)
class Held:
    """A suppression of some time; ``until`` None: it holds."""

    what: Suppression
    since: datetime
    until: datetime | None


async def replace_standing(
    connection: AsyncConnection, status: Status, now: datetime, held: Iterable[Suppression]
) -> None:
    """Make ``held`` the reasons that hold now; one that held before keeps its first time."""
    rows = (
        await connection.execute(select(suppressions).where(suppressions.c.current, suppressions.c.status == status))
    ).mappings()
    before = {
        (row["rule"], row["series"], row["stage"], row["reason"], tuple(row["hazards"] or ())): row for row in rows
    }
    now_held = {one.identity: one for one in held}
    gone = [row["id"] for identity, row in before.items() if identity not in now_held]
    if gone:
        over = update(suppressions).where(suppressions.c.id.in_(gone))
        await connection.execute(over.values(current=False, until=now))
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


async def at(connection: AsyncConnection, status: Status, hazard: str, moment: datetime) -> list[Held]:
    """What held the hazard back at the moment, by the number of the row."""
    there = and_(suppressions.c.first_at <= moment, or_(suppressions.c.until.is_(None), suppressions.c.until > moment))
    rows = await connection.execute(
        select(suppressions).where(suppressions.c.status == status, there).order_by(suppressions.c.id)
    )
    found = (
        Held(
            Suppression(**{**{name: row[name] for name in _NAMES}, "hazards": tuple(row["hazards"] or ())}),
            row["first_at"],
            row["until"],
        )
        for row in rows.mappings()
    )
    return [one for one in found if hazard in one.what.hazards]


async def forget(connection: AsyncConnection, before: datetime) -> int:
    """Delete what was over before that; how many there were."""
    over = delete(suppressions).where(~suppressions.c.current, suppressions.c.until < before)
    return (await connection.execute(over)).rowcount


_NAMES = tuple(field.name for field in fields(Suppression))


def _row(one: Suppression, status: Status, now: datetime) -> dict[str, object]:
    return {
        "status": status.value,
        "rule": one.rule,
        "series": one.series,
        "stage": one.stage,
        "reason": one.reason,
        "detail": one.detail,
        "hazards": list(one.hazards),
        "first_at": now,
        "last_at": now,
        "times": 1,
        "current": True,
    }
