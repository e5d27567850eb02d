"""What a process without pages serves: /healthz, /readyz and /metrics, for the machines that watch it."""

from __future__ import annotations

import ipaddress

from aiohttp import web

from services.web import health


def make_monitor(watch: health.Watch) -> web.Application:
    """The application. Nothing runs before it is started."""
    app = web.Application()
    health.setup(app, watch)
    return app


def from_near(request: web.Request) -> bool:
    """True for loopback and private addresses; nothing stands in front of a monitor, so the peer is who asks."""
    try:
        return ipaddress.ip_address(request.remote or "").is_private
    except ValueError:
        return False
