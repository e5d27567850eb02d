"""/hazards: what holds now, strongest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.ahead import ahead
from geo.hazard import Hazard
from rules.cap_message import mark
from services.store.codec import from_json
from services.store.past import as_of
from services.store.tables import hazards, records
from services.web.api.answer import collection, feature
from services.web.api.as_of import AT_OR_AHEAD, seen
from services.web.api.endpoint import PAGED, Endpoint
from services.web.api.paging import page_of
from services.web.api.shapes import SHAPES, Shapes
from services.web.api.times import iso
from services.web.api.viewer import Viewer, is_report, viewer_of
from services.web.context import CONTEXT


async def holding(
    connection: AsyncConnection, viewer: Viewer, now: datetime, then: datetime | None = None
) -> list[tuple[int, Hazard]]:
    """The hazards this viewer sees, with their sequence numbers. ``then``: as they were known at that instant."""
    held = as_of(hazards, then)
    statement = (
        select(held.c.seq, held.c.body)
        .where(held.c.current, held.c.status.in_(viewer.statuses))
        .where(held.c.level > 0, held.c.valid_until > now)
        .order_by(held.c.seq)
    )
    found = [(seq, from_json(Hazard, body)) for seq, body in await connection.execute(statement)]
    return [(seq, hazard) for seq, hazard in found if viewer.sees_hazard(hazard, now)]


async def show(request: web.Request) -> web.Response:
    context, viewer = request.app[CONTEXT], viewer_of(request)
    page = page_of(request, int, int)
    async with context.store.read() as connection:
        when = await seen(request, connection, ahead=True)
        holds = await holding(connection, viewer, context.now() if when.ahead else when.at, when.then)
        if when.ahead:
            holds = [(seq, one) for seq, hazard in holds for one in ahead([hazard], when.at)]
        taken, following = page.cut(holds, lambda pair: (-pair[1].level, pair[0]))
        features = await hazard_features(connection, taken, viewer, request.app[SHAPES])
    return collection(request, features, following)


async def hazard_features(
    connection: AsyncConnection, found: Sequence[tuple[int, Hazard]], viewer: Viewer, shapes: Shapes
) -> list[dict[str, Any]]:
    """What this viewer is told of hazards that it sees."""
    private = set() if viewer.staff else await _private(connection, [hazard for _, hazard in found])
    return [
        feature(str(seq), shapes.area(hazard.area), _properties(seq, hazard, viewer, private)) for seq, hazard in found
    ]


async def _private(connection: AsyncConnection, found: Iterable[Hazard]) -> set[str]:
    """Which evidence is not for the public: whatever is not known to be a reading, a telegram or a layer."""
    refs = {evidence.ref for hazard in found for evidence in hazard.evidence if not evidence.ref.startswith("layer:")}
    public = select(records.c.key).where(records.c.key.in_(sorted(refs)), records.c.type.in_(("reading", "telegram")))
    return refs - set(await connection.scalars(public))


def _properties(seq: int, hazard: Hazard, viewer: Viewer, private: set[str]) -> dict[str, Any]:
    told = [e for e in hazard.evidence if viewer.staff or not (e.ref in private or is_report(e.ref))]
    return {
        "key": hazard.key if viewer.staff else str(seq),  # the key may name a report
        "kind": hazard.kind,
        "area": hazard.area,
        "area_name": hazard.area_name,
        "level": hazard.level,
        "alert_level": hazard.alert_level,
        "status": hazard.status.value,
        "observed": hazard.observed,
        "relayed": hazard.relayed,
        "late": hazard.late,
        "since": iso(hazard.since),
        "valid_until": iso(hazard.valid_until),
        "headline": mark(hazard.headline, hazard.status, "ja"),
        "probability": hazard.probability,
        "model": hazard.model,
        "source": hazard.source if viewer.staff or not is_report(hazard.source) else "",
        "evidence": [{"ref": e.ref, "text": e.text} for e in told],
        "facts": dict(hazard.facts),
    }


ENDPOINTS = (
    Endpoint(
        path="/hazards",
        handler=show,
        summary="Dangers that hold now, observed or foreseen, strongest first; the geometry is the area's polygon.",
        parameters=(*PAGED, AT_OR_AHEAD),
        errors=(400, 404),
        properties={
            "key": "names the same danger however its level moves",
            "kind": "flood, landslide, heavy_snow, bear, …",
            "area": "area code",
            "area_name": "area in Japanese",
            "level": "1 to 5; a 警戒レベル only where alert_level is true",
            "alert_level": "whether level is a 警戒レベル",
            "status": "Actual, Exercise or Test",
            "observed": "false: foreseen",
            "relayed": "true: announced by others through L-Alert; for the desk only",
            "late": "true: its newest reading came too late to be news, so it begins no alert",
            "since": "since when this level holds",
            "valid_until": "not to be believed after this",
            "headline": "one line in Japanese; a drill is marked",
            "probability": "0 to 1, or null",
            "model": "name@version",
            "source": "gauge, telegram kind or report",
            "evidence": "list of {ref, text}; for the public without private records",
            "facts": "figures the wording quotes",
        },
    ),
)
