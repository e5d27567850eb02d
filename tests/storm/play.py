"""Playing the script: each cue at its hub time, by whoever it is of, and the book of what was acknowledged."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from services.broker.client import MqttClient
from tests.feeds.lalert_making import published
from tests.services.test_lalert_in import Token
from tests.storm.plot import JMA, LALERT, POLICE, RESIDENTS, Cue, Plot
from tests.storm.stage import GATEWAYS, LALERT_NAME, PASSWORD, Stage
from tests.storm.weather import Order_

_AT_ONCE = 40  # messages under way, of one gateway


@dataclass
class Played:
    """What was put in: acknowledged by the broker, or answered by the pages. ``late``: wall seconds behind it all."""

    acknowledged: int = 0
    handed_in: int = 0
    published: int = 0
    late: float = 0.0
    troubles: list[tuple[datetime, str]] = field(default_factory=list)


async def play(stage: Stage, plot: Plot, troubles: Sequence[tuple[datetime, str, Order_]], book: Played) -> None:
    """All cues in order; comes back when the last is acknowledged."""
    async with AsyncExitStack() as stack:
        clients: dict[str, MqttClient] = {}
        for name in GATEWAYS:
            clients[name] = stage.gateway(name)
            await clients[name].start()
            stack.push_async_callback(clients[name].stop)
        http = await stack.enter_async_context(aiohttp.ClientSession(stage.address))
        lines: dict[str, asyncio.Queue[Cue | None]] = {
            name: asyncio.Queue() for name in (*GATEWAYS, JMA, LALERT, POLICE, RESIDENTS)
        }
        async with asyncio.TaskGroup() as group:
            for name, line in lines.items():
                group.create_task(_line(stage, line, clients.get(name), http, book))
            group.create_task(_wrong(stage, troubles, book))
            for cue in plot.in_order():
                wait = stage.clock.real_seconds_until(cue.at)
                if wait > 0:
                    await asyncio.sleep(wait)
                lines[cue.by].put_nowait(cue)
            for line in lines.values():
                line.put_nowait(None)


async def _line(
    stage: Stage,
    line: asyncio.Queue[Cue | None],
    client: MqttClient | None,
    http: aiohttp.ClientSession,
    book: Played,
) -> None:
    """One sender: in its own order, a few under way at a time."""
    gate = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as group:
        while (cue := await line.get()) is not None:
            if client is None:
                await _by_other_ways(stage, cue, http, book)
                continue
            await gate.acquire()
            group.create_task(_publish(stage, cue, client, gate, book))


async def _publish(stage: Stage, cue: Cue, client: MqttClient, gate: asyncio.Semaphore, book: Played) -> None:
    try:
        await client.publish(cue.topic, cue.payload)
    finally:
        gate.release()
    book.acknowledged += 1
    book.late = max(book.late, (stage.clock.now() - cue.at).total_seconds() / stage.clock.speed)


async def _by_other_ways(stage: Stage, cue: Cue, http: aiohttp.ClientSession, book: Played) -> None:
    if cue.by == JMA:
        jma = stage.outside.jma
        jma.now = cue.at.astimezone(UTC).replace(microsecond=0)
        jma.publish(cue.topic, cue.payload, number=cue.number)
        jma.write_long()
        book.published += 1
        return
    if cue.by == LALERT:
        soap = published(cue.payload, Token(password=PASSWORD).header())
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        path = f"/commons/subscriber/soap/{LALERT_NAME}"
        async with http.post(path, data=io.BytesIO(soap), headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        book.handed_in += 1
        return
    path, headers = "/api/v1/reports/notices", {"Content-Type": cue.topic}
    auth: aiohttp.BasicAuth | None = aiohttp.BasicAuth("police", PASSWORD, encoding="utf-8")
    if cue.by == RESIDENTS:
        path, headers, auth = (
            "/api/v1/reports",
            {"Content-Type": "application/json", "Idempotency-Key": cue.topic},
            None,
        )
    async with http.post(path, data=io.BytesIO(cue.payload), headers=headers, auth=auth) as answer:
        assert answer.status == 201, (path, answer.status, await answer.text())
    book.handed_in += 1


async def _wrong(stage: Stage, troubles: Sequence[tuple[datetime, str, Order_]], book: Played) -> None:
    for at, name, order in troubles:
        await asyncio.sleep(stage.clock.real_seconds_until(at))
        order(stage.outside)
        book.troubles.append((at, name))


def counts(book: Played) -> Mapping[str, int]:
    return {"acknowledged": book.acknowledged, "handed in": book.handed_in, "published": book.published}
