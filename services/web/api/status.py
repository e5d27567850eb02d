"""/status: the status bar. How bad, how many wait, is the line alive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from feeds.status import Status
from rules.alert import State
from services.health import Health
from services.store import glass, past, report_cases
from services.store.past import as_of
from services.store.tables import alerts
from services.web.api.answer import JSON, answer
from services.web.api.as_of import AT, seen
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
    drafts: Mapping[Status, int]
    hazards: tuple[int, ...]  # sequence numbers
    alerts: int  # in force
    reports: Mapping[Status, int]  # that wait for a person
    staff: bool

    @property
    def highest_level(self) -> int:
        """For the desk what threatens; for the public what was issued: software proposes, people issue."""
        return max(self.highest_hazard, self.highest_issued) if self.staff else self.highest_issued


async def overview(
    connection: AsyncConnection, viewer: Viewer, context: WebContext, then: datetime | None = None
) -> Overview:
    """Levels count what is real, and drills only while the whole hub runs one: a drill must not raise a real level.

    ``then``: as it was known at that instant.
    """
    now, rows = then or context.now(), as_of(alerts, then)
    own = {Status.ACTUAL.value} | ({Status.EXERCISE.value} if context.exercise else set())
    holds = await holding(connection, viewer, now, then)
    leveled = [hazard.level for _, hazard in holds if hazard.alert_level and hazard.status.value in own]
    in_force = (rows.c.state == State.ISSUED.value, rows.c.expires > now, rows.c.status.in_(viewer.statuses))
    highest = select(func.coalesce(func.max(rows.c.level), 0)).where(*in_force, ~rows.c.ends)
    issued = await connection.scalar(highest.where(rows.c.status.in_(own), rows.c.body["alert_level"].as_boolean()))
    count = select(func.count()).select_from(rows)
    by_status = select(rows.c.status, func.count()).where(rows.c.state == State.DRAFT.value).group_by(rows.c.status)
    drafts = await connection.execute(by_status) if viewer.staff else ()
    return Overview(
        highest_hazard=max(leveled, default=0),
        highest_issued=int(issued or 0),
        drafts=Counter({Status(status): many for status, many in drafts}),
        hazards=tuple(seq for seq, _ in holds),
        alerts=int(await connection.scalar(count.where(*in_force)) or 0),
        reports=await report_cases.waiting(connection, then) if viewer.staff else {},
        staff=viewer.staff,
    )


def others(counted: Mapping[Status, int], own: Status) -> dict[str, int]:
    """What is counted apart: drills on a real hub, what is real while the whole hub runs a drill."""
    return {status.value: many for status, many in counted.items() if many and status is not own}


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    async with context.store.read() as connection:
        when = await seen(request, connection)
        figures = await overview(connection, viewer, context, when.then)
        alone = await glass.unsigned(connection, when.then) if viewer.staff else []
        since = await past.began(connection) if viewer.staff else None
    own = context.own
    health: Health = context.health() if when.then is None else {}
    body = {
        "now": iso(context.now()),
        "city": {"name": context.city_name, "name_en": context.city_name_en, "code": context.ground.city},
        "exercise": context.exercise,
        "highest_level": figures.highest_level,
        "highest_issued": figures.highest_issued,
        "line": {
            "ingest_last_at": iso_or_none(health.get("ingest_last_at")),
            "broker": health.get("broker", None if when.then else False),
            "stale": health.get("stale", None if when.then else True),
        },
        "counts": {"hazards": len(figures.hazards), "alerts": figures.alerts},
    }
    if viewer.staff:
        body |= {
            "highest_hazard": figures.highest_hazard,
            "drafts": figures.drafts[own],
            "drafts_apart": others(figures.drafts, own),
            "reports_waiting": figures.reports[own],
            "reports_apart": others(figures.reports, own),
            "channels": list(context.channels),
            "reasons": health.get("reasons", []),
            "break_glass": [told(one) for one in alone],
            "at": iso(when.at) if when.then else None,
            "past_since": iso_or_none(since and max(since, context.now() - past.KEPT)),
        }
    return answer(request, body)


ENDPOINTS = (
    Endpoint(
        path="/status",
        handler=show,
        summary="The figures of the status bar.",
        parameters=(AT,),
        errors=(400, 404),
        returns=JSON,
        properties={
            "now": "hub time; in an exercise it may run fast",
            "city": "{name, name_en, code}",
            "exercise": "true while the whole hub runs an exercise",
            "highest_level": "highest 警戒レベル, 0 for none; for the public of what was issued",
            "highest_issued": "highest 警戒レベル among the alerts in force",
            "line": "{ingest_last_at, broker, stale}; null for another time, of which it is not kept",
            "counts": "{hazards, alerts} that hold now",
            "highest_hazard": "desk only: highest 警戒レベル among the hazards",
            "drafts": "desk only: drafts of the hub's own status that wait: Actual, or Exercise while it runs one",
            "drafts_apart": "desk only: {status: how many} of every other status, that nobody takes one for the other",
            "reports_waiting": "desk only: reports of the hub's own status that wait for a person",
            "reports_apart": "desk only: the same of every other status",
            "channels": "desk only: outlets of this hub",
            "reasons": "desk only: faults of the line in words; empty for another time, of which they are not kept",
            "at": "desk only: the instant that was asked for, else null",
            "past_since": "desk only: the earliest instant that may be asked for; null: none yet",
            "break_glass": "desk only: what was issued alone and nobody has signed off, as in /break-glass",
        },
    ),
)
