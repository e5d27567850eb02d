"""What the stand-ins of posting services share: a real server on this machine, and failures to order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How one publishing request goes wrong."""

    good: bool = False  # it does not
    status: int = 0  # answered so; 0: the line is cut
    stored: bool = False  # published all the same
    hang_s: float = 0.0  # said nothing for so long first
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | str = ""


class Served:
    """A server with ``url``; subclasses add routes and say which requests publish something."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[str] = []  # "POST /path", in order, refused ones too
        self._orders: deque[Order] = deque()
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        """What is served."""
        raise AssertionError("a stand-in names its routes")

    def publishes(self, request: web.Request) -> bool:
        """True for the requests that failures are ordered for."""
        return request.method == "POST"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; ``url`` is set afterwards."""
        app = web.Application(middlewares=[self._order])
        app.router.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def order(self, *orders: Order) -> None:
        """The next publishing requests go like this."""
        self._orders.extend(orders)

    def fail_next(self, status: int) -> None:
        """The next publishing request is answered with this status and publishes nothing."""
        self.order(Order(status=status))

    def lose_next(self, after: int = 0) -> None:
        """The answer to the next publishing request, or to the one ``after`` so many good ones, is lost."""
        self.order(*[Order(good=True)] * after, Order(stored=True))

    @web.middleware
    async def _order(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        if not (self._orders and self.publishes(request)):
            return await handler(request)
        order = self._orders.popleft()
        if order.good:
            return await handler(request)
        await request.read()
        if order.stored:
            await handler(request)
        await asyncio.sleep(order.hang_s)
        if not order.status:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(order.body, str):
            return web.Response(status=order.status, text=order.body, headers=dict(order.headers))
        return web.json_response(dict(order.body), status=order.status, headers=dict(order.headers))
