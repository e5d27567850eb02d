"""/healthz, /readyz, /metrics: for the machines that watch the hub."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import update

from services.health import Health
from services.measured import TROUBLE, Measuring
from services.store.engine import Store
from services.store.tables import cursors

VERSION = version("shirase")  # of pyproject.toml, where it stands once
_PATIENCE = 5.0  # seconds for the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is watched: the store, and whatever else ``faults`` finds, a sentence each."""

    store: Store
    now: Callable[[], datetime]  # hub time
    faults: Callable[[], Sequence[str]]
    may_measure: Callable[[web.Request], bool]  # counts of drafts are nobody's business outside


WATCH: web.AppKey[Watch] = web.AppKey("watch", Watch)
MEASURING: web.AppKey[Measuring] = web.AppKey("measuring", Measuring)


def setup(app: web.Application, watch: Watch) -> None:
    app[WATCH] = watch
    app[MEASURING] = Measuring(watch.store, watch.now)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)


def line_faults(health: Health) -> list[str]:
    """Why the whole line does not work; empty where it does. What is not known does not count as well."""
    reasons = list(health.get("reasons", []))
    if not health.get("broker", False):
        reasons.append("the broker is not connected")
    if not health.get("ingest", False):
        reasons.append("ingest has stopped")
    return reasons


async def alive(_: web.Request) -> web.Response:
    """The process answers, and which version it runs; nothing more is claimed."""
    return web.json_response({"status": "alive", "version": VERSION})


async def ready(request: web.Request) -> web.Response:
    """200 where everything watched works; else 503 with the reasons."""
    watch = request.app[WATCH]
    reasons = list(watch.faults())
    if not await _writable(watch.store):
        reasons.append("the store cannot be written")
    body = {"status": "ready" if not reasons else "not ready", "reasons": reasons}
    return web.json_response(body, status=503 if reasons else 200)


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text of this process, and what the store tells of the whole line."""
    watch = request.app[WATCH]
    if not watch.may_measure(request):
        raise web.HTTPForbidden(text="metrics are read from inside the network or with a session")
    await request.app[MEASURING].refresh()
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _writable(store: Store) -> bool:
    """Take the writer's turn and its lock, and change nothing."""
    nothing = update(cursors).where(cursors.c.name == "").values(position=0)
    try:
        async with asyncio.timeout(_PATIENCE), store.write() as connection:
            await connection.execute(nothing)
    except TROUBLE:
        return False
    return True
