"""Playing the script: each cue at its hub time, by whoever it is of, and the book of what was acknowledged."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from services.broker.client import MqttClient
from tests.fakes.jma import FakeJma
from tests.feeds.lalert_making import published
from tests.services.test_lalert_in import Token
from tests.storm.desk import Desk
from tests.storm.plot import DESK, JMA, LALERT, POLICE, RESIDENTS, Cue, Plot
from tests.storm.stage import GATEWAYS, LALERT_NAME, OFFICERS, PASSWORD, Stage
from tests.storm.weather import Order_

OTHERS = (JMA, LALERT, POLICE, RESIDENTS, DESK)
_AT_ONCE = 40  # messages under way, of one gateway


@dataclass
class Played:
    """What was put in: acknowledged by the broker, or answered by the pages. ``late``: wall seconds behind it all."""

    acknowledged: int = 0
    handed_in: int = 0
    published: int = 0
    late: float = 0.0
    troubles: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Senders:
    """Everybody who puts something in: the gateways, connected, and a line to the pages."""

    clients: Mapping[str, MqttClient]
    http: aiohttp.ClientSession
    desk: Desk


@asynccontextmanager
async def senders(stage: Stage) -> AsyncIterator[Senders]:
    async with AsyncExitStack() as stack:
        clients = {name: stage.gateway(name) for name in GATEWAYS}
        for client in clients.values():
            await client.start()
            stack.push_async_callback(client.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession(stage.address))
        jar = aiohttp.CookieJar(unsafe=True)  # cookies for 127.0.0.1
        page = await stack.enter_async_context(aiohttp.ClientSession(stage.address, cookie_jar=jar))
        yield Senders(clients, http, Desk(page, OFFICERS[0]))


async def play(stage: Stage, plot: Plot, troubles: Sequence[tuple[datetime, str, Order_]], book: Played) -> None:
    """All cues in order, at their hub time; comes back when the last is acknowledged."""
    async with senders(stage) as who:
        lines: dict[str, asyncio.Queue[Cue | None]] = {name: asyncio.Queue() for name in (*GATEWAYS, *OTHERS)}
        async with asyncio.TaskGroup() as group:
            for line in lines.values():
                group.create_task(_line(stage, line, who, book))
            group.create_task(_wrong(stage, troubles, book))
            for cue in plot.in_order():
                wait = stage.fast.real_seconds_until(cue.at)
                if wait > 0:
                    await asyncio.sleep(wait)
                lines[cue.by].put_nowait(cue)
            for line in lines.values():
                line.put_nowait(None)


async def put_in(stage: Stage, who: Senders, cue: Cue, book: Played) -> None:
    """One cue, by whoever it is of; comes back with the acknowledgement."""
    if cue.by == JMA:
        _publish(stage.outside.jma, cue)
        book.published += 1
    elif cue.by == DESK:
        await who.desk.act(cue)
        book.handed_in += 1
    elif cue.by in OTHERS:
        await _hand_in(who.http, cue)
        book.handed_in += 1
    else:
        await who.clients[cue.by].publish(cue.topic, cue.payload)
        book.acknowledged += 1


async def _line(stage: Stage, line: asyncio.Queue[Cue | None], who: Senders, book: Played) -> None:
    """One sender: in its own order, gateways with a few under way at a time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(cue: Cue) -> None:
        try:
            await put_in(stage, who, cue, book)
        finally:
            gate.release()
        book.late = max(book.late, (stage.clock.now() - cue.at).total_seconds() / stage.fast.speed)

    async with asyncio.TaskGroup() as group:
        while (cue := await line.get()) is not None:
            await gate.acquire()
            if cue.by in OTHERS:
                await one(cue)
            else:
                group.create_task(one(cue))


def _publish(jma: FakeJma, cue: Cue) -> None:
    jma.now = cue.at.astimezone(UTC).replace(microsecond=0)
    jma.publish(cue.topic, cue.payload, number=cue.number)
    jma.write_long()


async def _hand_in(http: aiohttp.ClientSession, cue: Cue) -> None:
    """By HTTP: L-Alert's node, the police's relay, or a resident with the public form."""
    body = cue.payload
    if cue.by == LALERT:
        path, body = f"/commons/subscriber/soap/{LALERT_NAME}", published(body, Token(password=PASSWORD).header())
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    elif cue.by == POLICE:
        login = aiohttp.encode_basic_auth("police", PASSWORD)
        path, headers = "/api/v1/reports/notices", {"Content-Type": cue.topic, "Authorization": login}
    else:
        path, headers = "/api/v1/reports", {"Content-Type": "application/json", "Idempotency-Key": cue.topic}
    async with http.post(path, data=io.BytesIO(body), headers=headers) as answer:
        assert answer.status in (200, 201), (path, answer.status, await answer.text())


async def _wrong(stage: Stage, troubles: Sequence[tuple[datetime, str, Order_]], book: Played) -> None:
    for at, name, order in troubles:
        await asyncio.sleep(stage.fast.real_seconds_until(at))
        order(stage.outside)
        book.troubles.append((at, name))


def counts(book: Played) -> Mapping[str, int]:
    return {"acknowledged": book.acknowledged, "handed in": book.handed_in, "published": book.published}
