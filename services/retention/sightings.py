"""Reports that go: in the same transaction their squares are counted, so that no sighting is lost or counted twice."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import Select

from feeds.records import Report
from geo.sighted.season import SeenOn, season_of
from services.retention.way import Due, Picked
from services.store import counts
from services.store.codec import from_json
from services.store.tables import records


class Sightings:
    """Reports go with all their revisions, once the newest is old enough."""

    async def due(self, connection: AsyncConnection, before: datetime) -> Due:
        """How many reports, and when the oldest was seen."""
        old = _old(before).subquery()
        many, oldest = (await connection.execute(select(func.count(), func.min(old.c.measured_at)))).one()
        return Due(many, oldest)

    async def pick(self, connection: AsyncConnection, before: datetime, most: int) -> Picked | None:
        """The keys of the oldest."""
        old = _old(before)
        rows = (await connection.execute(old.order_by(records.c.measured_at).limit(most))).all()
        return Picked([row.key for row in rows]) if rows else None

    async def drop(self, connection: AsyncConnection, picked: Picked, before: datetime, now: datetime) -> int:  # noqa: ARG002
        """Those that nobody revised meanwhile."""
        old = _old(before).where(records.c.key.in_(picked.keys))
        rows = (await connection.execute(old)).all()
        await counts.add_season(connection, [one for row in rows if (one := _counted(row.body)) is not None])
        theirs = (records.c.type == "report", records.c.key.in_([row.key for row in rows]))
        await connection.execute(delete(records).where(*theirs))
        return len(rows)


def _counted(body: object) -> SeenOn | None:
    """Where it is counted; nowhere, for a report of long ago in a shape that nobody reads: it has to go."""
    try:
        return season_of(from_json(Report, body))
    except ValidationError:
        return None


def _old(before: datetime) -> Select[tuple[str, datetime, dict[str, object]]]:
    newest = select(func.max(records.c.seq)).where(records.c.type == "report").group_by(records.c.key)
    columns = select(records.c.key, records.c.measured_at, records.c.body)
    return columns.where(records.c.seq.in_(newest), records.c.measured_at < before)
