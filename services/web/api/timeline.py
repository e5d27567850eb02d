"""/timeline: when things happened in the last two days, in steps of ten minutes: the marks under the time slider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import RowMapping, select

from feeds.status import Status
from rules.cap_message import mark
from services.store import past
from services.store.tables import chronology
from services.store.users import Role
from services.web.api.answer import JSON, listing
from services.web.api.endpoint import Endpoint
from services.web.api.times import iso
from services.web.context import CONTEXT

_STEP = timedelta(minutes=10)
_KINDS = ("issued", "hazard")


async def show(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    now = context.now()
    since = now - past.KEPT
    own = {Status.ACTUAL.value} | ({Status.EXERCISE.value} if context.exercise else set())
    columns = (chronology.c.at, chronology.c.status, chronology.c.kind, chronology.c.text, chronology.c.refs)
    chosen = (chronology.c.status.in_(sorted(own)), chronology.c.at.between(since, now), chronology.c.kind.in_(_KINDS))
    async with context.store.read() as connection:
        rows = list((await connection.execute(select(*columns).where(*chosen).order_by(chronology.c.seq))).mappings())
    return listing(request, _steps(rows), None)


def _steps(rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    steps: defaultdict[datetime, list[RowMapping]] = defaultdict(list)
    for row in rows:
        steps[_step(row["at"])].append(row)
    return [_told(at, some) for at, some in sorted(steps.items())]


def _step(at: datetime) -> datetime:
    """The end of the ten minutes in which it happened: who looks there sees it."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch - (epoch - at) // _STEP * _STEP


def _told(at: datetime, rows: list[RowMapping]) -> dict[str, Any]:
    issued = [row for row in rows if row["kind"] == "issued"]
    gravest = max(rows, key=lambda row: (row["kind"] == "issued", _level(row)))
    return {
        "at": iso(at),
        "issued": len(issued),
        "moved": len(rows) - len(issued),
        "level": max(map(_level, rows)),
        "text": mark(gravest["text"], Status(gravest["status"]), "ja"),
    }


def _level(row: RowMapping) -> int:
    told = str(row["refs"].get("level", ""))
    return int(told) if told.isascii() and told.isdigit() and len(told) == 1 else 0


ENDPOINTS = (
    Endpoint(
        path="/timeline",
        handler=show,
        summary="When alerts went out and dangers changed in the last 48 hours, in steps of ten minutes; empty ones are"
        " left out.",
        returns=JSON,
        properties={
            "at": "the end of the step; what happened in it is in the picture of this instant (?at=)",
            "issued": "alerts that went out",
            "moved": "entries of dangers that began, changed their level or ended",
            "level": "the highest level among them, 0 where none is told",
            "text": "the entry that matters most; a drill is marked",
        },
        role=Role.VIEWER,
    ),
)
