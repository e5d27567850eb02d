"""/ops/selftest: what was last proven of each channel, how long ago, and what no test can prove."""

from __future__ import annotations

from aiohttp import web

from services.clock import wall
from services.store import selftests
from services.web.context import CONTEXT
from services.web.moments import dated
from services.web.pages_staff import staff_page


async def show(request: web.Request) -> web.Response:
    """Every channel that is set up, tried or not; by the wall clock, as accounts live by it."""
    context = request.app[CONTEXT]
    async with context.store.read() as connection:
        kept = {one.result.channel: one for one in await selftests.newest(connection)}
    rows = [(name, kept.get(name)) for name in sorted(context.channels)]
    return staff_page(request, "selftest", rows=rows, at=wall(), clock=dated)
