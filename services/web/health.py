"""/healthz, /readyz, /metrics: for the machines that watch the hub."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from services.store.engine import Store
from services.store.tables import cursors
from services.web.auth import person_of
from services.web.context import CONTEXT
from services.web.security import WebError, from_inside

_PATIENCE = 5.0  # seconds for the store


def setup(app: web.Application) -> None:
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)


async def alive(_: web.Request) -> web.Response:
    """The process answers; nothing more is claimed."""
    return web.json_response({"status": "alive"})


async def ready(request: web.Request) -> web.Response:
    """200 where the whole line works; else 503 with the reasons."""
    context = request.app[CONTEXT]
    health = context.health()
    reasons = list(health.get("reasons", []))
    if not health.get("broker", False):
        reasons.append("the broker is not connected")
    if not health.get("ingest", False):
        reasons.append("ingest has stopped")
    if not await _writable(context.store):
        reasons.append("the store cannot be written")
    body = {"status": "ready" if not reasons else "not ready", "reasons": reasons}
    return web.json_response(body, status=503 if reasons else 200)


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text. Counts of drafts are nobody's business outside, so strangers get no answer."""
    if not (from_inside(request) or person_of(request)):
        raise WebError(403, "forbidden", "metrics are read from inside the network or with a session")
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _writable(store: Store) -> bool:
    """Take the writer's turn and its lock, and change nothing."""
    nothing = update(cursors).where(cursors.c.name == "").values(position=0)
    try:
        async with asyncio.timeout(_PATIENCE), store.write() as connection:
            await connection.execute(nothing)
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True
