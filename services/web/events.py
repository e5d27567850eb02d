"""/api/v1/events: says that something changed, at most once a second; what it is, the client then reads.

An event id is a set of marks, one for each thing a viewer may see, each made from the store alone. A client that
comes back shows the id it saw last; whatever mark differs has changed meanwhile. So resuming needs no memory of past
events and works over restarts, and the marks of the public know nothing of what only the desk may see.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import hdrs, web
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import wall
from services.ending import cancelled
from services.figures import EVENT_STREAMS
from services.store import calls, distrusts, muster_people, musters, orders, presences, silences
from services.store.records import latest_seq
from services.store.tables import approvals, chronology, outbox, records, suppressions
from services.web.api.alerts import visible as visible_alerts
from services.web.api.answer import reading_headers
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.reports import visible as visible_reports
from services.web.api.status import overview
from services.web.api.times import iso
from services.web.api.viewer import Viewer, viewer_of
from services.web.audience import Audience, Picture
from services.web.auth import still_in
from services.web.auth_limit import network_of
from services.web.context import CONTEXT, WebContext
from services.web.security import WebError, client_address

PUBLIC = ("alerts", "hazards", "readings", "reports")
_OF_DESK = (
    "calls",
    "chronology",
    "deliveries",
    "distrusts",
    "fixes",
    "musters",
    "orders",
    "presence",
    "silences",
    "suppressions",
    "status",
)
DESK = (*PUBLIC, *_OF_DESK)
_BELLS = ("records", "hazards", "alerts", "outbox", "deliveries", "calls", "musters", "orders", "presence")
_POLL, _PAUSE, _BEAT, _STUCK = 2.0, 1.0, 15.0, 30.0  # seconds
_MOST_STREAMS = 5000  # of everybody, and as many of the desk: strangers take no place of an officer's
_MOST_OF_ONE = 500  # of everybody, in one network: a school or a mobile carrier's address has many people behind it
_FIRST_LOOK = 50_000  # records; a start must not read a year of them, and what is older counts as no news
_log = structlog.get_logger("web.events")


@dataclass(frozen=True, slots=True)
class Audiences:
    public: Audience
    desk: Audience


AUDIENCES: web.AppKey[Audiences] = web.AppKey("audiences", Audiences)


def setup(app: web.Application) -> None:
    app[AUDIENCES] = Audiences(Audience(Viewer.everyone(app[CONTEXT])), Audience(Viewer.desk()))
    app.cleanup_ctx.append(_watching)
    app.on_shutdown.append(_end_all)


async def stream(request: web.Request) -> web.StreamResponse:
    """One client's stream, until either side ends it."""
    both = request.app[AUDIENCES]
    audience = both.desk if viewer_of(request).staff else both.public
    network = network_of(client_address(request))
    crowd = audience is both.public and audience.networks[network] >= _MOST_OF_ONE
    if crowd or len(audience) >= _MOST_STREAMS:
        raise WebError(503, "too_many_streams", "混み合っています。 / Too many streams are open; poll /api/v1/status.")
    headers = reading_headers(request)
    headers |= {hdrs.CONTENT_TYPE: "text/event-stream", hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    queue = audience.join(network)
    open_streams = EVENT_STREAMS.labels("desk" if audience is both.desk else "public")
    open_streams.set(len(audience))
    seen = request.headers.get("Last-Event-ID", "")[:1000]
    try:
        await response.write(b"retry: 3000\n\n")
        await response.write(audience.picture.event(audience.picture.news_since(seen)))
        await _relay(request, response, queue)
    except (ConnectionError, TimeoutError):
        _log.debug("a client is gone")
    finally:
        audience.leave(queue)
        open_streams.set(len(audience))
    return response


async def _relay(request: web.Request, response: web.StreamResponse, queue: asyncio.Queue[bytes | None]) -> None:
    loop = asyncio.get_running_loop()
    staff, check_at = viewer_of(request).staff, loop.time() + _BEAT
    while True:
        try:
            chunk = await asyncio.wait_for(queue.get(), _BEAT)
        except TimeoutError:
            chunk = b": alive\n\n"
        if staff and loop.time() >= check_at:  # a session that ended must not go on listening
            check_at = loop.time() + _BEAT
            if not await still_in(request):
                return
        if chunk is None:
            return
        await asyncio.wait_for(response.write(chunk), _STUCK)


async def _watching(app: web.Application) -> AsyncIterator[None]:
    await _look(app)
    task = asyncio.create_task(_watch(app), name="events")
    yield
    await cancelled([task])


async def _watch(app: web.Application) -> None:
    """The bell makes it quick, the poll makes it certain."""
    failing = False
    with app[CONTEXT].bell.listen(*_BELLS) as listener:
        while True:
            await listener.wait(_POLL)
            try:
                changed = await _look(app)
            except Exception:  # noqa: BLE001 - a store that is away for a while must not end the live stream
                if not failing:
                    _log.exception("the store cannot be read; trying on")
                failing = True
                continue
            if failing:
                _log.info("the store can be read again")
            failing = False
            if changed:
                await asyncio.sleep(_PAUSE)


async def _look(app: web.Application) -> bool:
    context, both = app[CONTEXT], app[AUDIENCES]
    changed = False
    async with context.store.read() as connection:
        pictures = [(audience, await _picture(connection, audience, context)) for audience in (both.public, both.desk)]
    for audience, picture in pictures:
        changed |= audience.show(picture)
    return changed


async def _end_all(app: web.Application) -> None:
    app[AUDIENCES].public.close()
    app[AUDIENCES].desk.close()


async def _picture(connection: AsyncConnection, audience: Audience, context: WebContext) -> Picture:
    viewer = audience.viewer
    seen = await overview(connection, viewer, context)
    alert_rows = visible_alerts(viewer, context.now()).subquery()
    by_state = select(
        alert_rows.c.state, func.count(), func.max(alert_rows.c.changed_at), func.sum(alert_rows.c.revision)
    )
    report_rows = visible_reports(viewer, context.ground.tellings, context.now()).subquery()
    newest = await _newest(connection, audience)
    doubted = [one.id for one in await distrusts.holding(connection, context.now()) if one.status in viewer.statuses]
    contents: dict[str, Any] = {
        "hazards": seen.hazards,
        "alerts": await _rows(connection, by_state.group_by(alert_rows.c.state)),
        "reports": await _row(connection, select(func.count(), func.max(report_rows.c.seq)).select_from(report_rows)),
        "readings": (newest.get("reading"), doubted),
    }
    if viewer.staff:
        contents["alerts"] += await _row(connection, select(func.count()).select_from(approvals))
        contents["fixes"] = newest.get("fix")
        contents |= await _of_the_desk(connection)
        contents["status"] = context.health().get("reasons", [])
        contents["calls"] = await calls.mark(connection)
        contents["orders"] = await orders.mark(connection)
        contents["musters"] = (await musters.mark(connection), await muster_people.mark(connection))
        contents["presence"] = await presences.here(connection, wall())
        contents["distrusts"] = doubted
        contents["silences"] = await silences.holding(connection, context.now())
    facts: dict[str, Any] = {"now": iso(context.now()), "highest_level": seen.highest_level}
    if viewer.staff:
        facts |= {"highest_issued": seen.highest_issued, "drafts": seen.drafts[context.own]}
        facts["ringing"] = (await calls.ringing(connection))[context.own]
    return Picture({name: _mark(content) for name, content in contents.items()}, facts)


async def _of_the_desk(connection: AsyncConnection) -> dict[str, Any]:
    by_state = select(outbox.c.state, func.count(), func.sum(outbox.c.attempts)).group_by(outbox.c.state)
    held = select(func.count(), func.max(suppressions.c.id), func.sum(suppressions.c.times))
    return {
        "chronology": await connection.scalar(select(func.max(chronology.c.seq))),
        "deliveries": await _rows(connection, by_state),
        "suppressions": await _row(connection, held.where(suppressions.c.current)),
    }


async def _newest(connection: AsyncConnection, audience: Audience) -> dict[str, int]:
    """The newest row of each type that this audience may know of; reads only what came since the last look."""
    latest = await latest_seq(connection)
    since = max(audience.looked, latest - _FIRST_LOOK)
    found = select(records.c.type, records.c.status, records.c.trusted, func.max(records.c.seq))
    found = found.where(records.c.seq.between(since + 1, latest))
    for kind, status, trusted, seq in await connection.execute(
        found.group_by(records.c.type, records.c.status, records.c.trusted)
    ):
        if status in audience.viewer.statuses and (trusted or audience.viewer.staff):
            audience.newest[kind] = max(seq, audience.newest.get(kind, 0))
    audience.looked = latest
    return audience.newest


async def _row(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple((await connection.execute(statement)).one())


async def _rows(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(sorted(tuple(row) for row in await connection.execute(statement)))


def _mark(content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()[:12]


ENDPOINTS = (
    Endpoint(
        path="/events",
        handler=stream,
        summary="Server-sent events: what changed, merged to one event a second; then read it from the resource.",
        parameters=(Parameter("Last-Event-ID", "The id of the last event seen, to resume after it.", where="header"),),
        returns="text/event-stream",
        properties={
            "what": f"what changed, of {', '.join(PUBLIC)}; for the desk also {', '.join(_OF_DESK)}",
            "now": "hub time",
            "highest_level": "as in /status",
            "highest_issued": "desk only: as in /status",
            "drafts": "desk only: as in /status",
            "ringing": "desk only: calls of staff that nobody has taken; no drills on a real hub",
        },
        errors=(503,),
    ),
)
