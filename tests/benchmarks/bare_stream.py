"""The least that a live stream can be: aiohttp, a queue for each client, the same bytes put into every queue.

On arrival a client is told something, as by ours. ``python -m tests.benchmarks.bare_stream`` prints its port; each line
it then reads is sent to every client as an event, and answered with the monotonic time just before.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from aiohttp import web


async def serve() -> None:
    queues: set[asyncio.Queue[bytes]] = set()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue: asyncio.Queue[bytes] = asyncio.Queue(64)
        queues.add(queue)
        await response.write(b"event: change\ndata: {}\n\n")
        while True:
            await response.write(await queue.get())

    app = web.Application()
    app.router.add_get("/events", stream)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        event, now = json.loads(line).encode(), time.monotonic()
        for queue in queues:
            queue.put_nowait(event)
        print(now, flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
