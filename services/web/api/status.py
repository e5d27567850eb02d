"""/status: the status bar. How bad, how many wait, is the line alive."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import State
from services.store import glass, report_cases
from services.store.tables import alerts
from services.web.api.answer import JSON, answer
from services.web.api.break_glass import told
from services.web.api.endpoint import Endpoint
from services.web.api.hazards import holding
from services.web.api.times import iso, iso_or_none
from services.web.api.viewer import Viewer, viewer_of
from services.web.context import CONTEXT, WebContext


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of the status bar, as one viewer may know them."""

    highest_hazard: int  # highest 警戒レベル among the hazards
    highest_issued: int  # highest 警戒レベル among the alerts in force
    drafts: int
    hazards: tuple[int, ...]  # sequence numbers
    alerts: int  # in force
    reports: int  # that wait for a person
    staff: bool

    @property
    def highest_level(self) -> int:
        """For the desk what threatens; for the public what was issued: software proposes, people issue."""
        return max(self.highest_hazard, self.highest_issued) if self.staff else self.highest_issued


async def overview(connection: AsyncConnection, viewer: Viewer, context: WebContext) -> Overview:
    """Levels count what is real, and drills only while the whole hub runs one: a drill must not raise a real level."""
    now = context.now()
    own = {Status.ACTUAL.value} | ({Status.EXERCISE.value} if context.exercise else set())
    seen = await holding(connection, viewer, now)
    leveled = [hazard.level for _, hazard in seen if hazard.alert_level and hazard.status.value in own]
    in_force = (alerts.c.state == State.ISSUED.value, alerts.c.expires > now, alerts.c.status.in_(viewer.statuses))
    highest = select(func.coalesce(func.max(alerts.c.level), 0)).where(*in_force, ~alerts.c.ends)
    issued = await connection.scalar(highest.where(alerts.c.status.in_(own), alerts.c.body["alert_level"].as_boolean()))
    count = select(func.count()).select_from(alerts)
    drafts = await connection.scalar(count.where(alerts.c.state == State.DRAFT.value)) if viewer.staff else 0
    return Overview(
        highest_hazard=max(leveled, default=0),
        highest_issued=int(issued or 0),
        drafts=int(drafts or 0),
        hazards=tuple(seq for seq, _ in seen),
        alerts=int(await connection.scalar(count.where(*in_force)) or 0),
        reports=await report_cases.waiting(connection) if viewer.staff else 0,
        staff=viewer.staff,
    )


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    async with context.store.read() as connection:
        seen = await overview(connection, viewer, context)
        alone = await glass.unsigned(connection) if viewer.staff else []
    health = context.health()
    body = {
        "now": iso(context.now()),
        "city": {"name": context.city_name, "name_en": context.city_name_en, "code": context.ground.city},
        "exercise": context.exercise,
        "highest_level": seen.highest_level,
        "highest_issued": seen.highest_issued,
        "line": {
            "ingest_last_at": iso_or_none(health.get("ingest_last_at")),
            "broker": health.get("broker", False),
            "stale": health.get("stale", True),
        },
        "counts": {"hazards": len(seen.hazards), "alerts": seen.alerts},
    }
    if viewer.staff:
        body |= {
            "highest_hazard": seen.highest_hazard,
            "drafts": seen.drafts,
            "reports_waiting": seen.reports,
            "channels": list(context.channels),
            "reasons": health.get("reasons", []),
            "break_glass": [told(one) for one in alone],
        }
    return answer(request, body)


ENDPOINTS = (
    Endpoint(
        path="/status",
        handler=show,
        summary="The figures of the status bar.",
        returns=JSON,
        properties={
            "now": "hub time; in an exercise it may run fast",
            "city": "{name, name_en, code}",
            "exercise": "true while the whole hub runs an exercise",
            "highest_level": "highest 警戒レベル, 0 for none; for the public of what was issued",
            "highest_issued": "highest 警戒レベル among the alerts in force",
            "line": "{ingest_last_at, broker, stale}",
            "counts": "{hazards, alerts} that hold now",
            "highest_hazard": "desk only: highest 警戒レベル among the hazards",
            "drafts": "desk only: drafts that wait",
            "reports_waiting": "desk only: reports that wait for a person",
            "channels": "desk only: outlets of this hub",
            "reasons": "desk only: faults of the line in words",
            "break_glass": "desk only: what was issued alone and nobody has signed off, as in /break-glass",
        },
    ),
)
