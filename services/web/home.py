"""The address of this hub in what it writes: feeds, links to the next page, lines to paste.

Where ``[web] base_url`` says how others reach it, nothing else counts. Where nothing was said, as on a laptop or inside
a city's network, links follow the ``Host`` of the request only if it is a name or address of such a network: what a
stranger writes there may otherwise end in a cache or a feed, and lead everybody else to the stranger.
"""

from __future__ import annotations

import ipaddress
import re

from aiohttp import web

from services.web.context import CONTEXT

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+?)\.?)(?::\d{1,5})?", re.IGNORECASE)
_INSIDE = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test")  # no registry sells these


def home_of(request: web.Request) -> str:
    """Scheme and host without a slash at the end."""
    context = request.app[CONTEXT]
    return reached(request, context.base_url, https=context.https)


def reached(request: web.Request, told: str, *, https: bool = False) -> str:
    """The same where ``told`` is what the settings say, for pages that stand without the rest of the hub."""
    if told:
        return told.rstrip("/")
    host = request.host if inside(request.host) else _listening(request)
    return f"{'https' if https else request.scheme}://{host}"


def inside(host: str) -> bool:
    """Whether a ``Host`` can only mean this machine or its own network."""
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = (found[1] or found[2]).lower()
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return found[2] is not None and ("." not in name or name.endswith(_INSIDE))


def _listening(request: web.Request) -> str:
    """Where the request came in, by the system and not by the request."""
    name = request.get_extra_info("sockname")
    if not isinstance(name, tuple):
        return "localhost"
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
