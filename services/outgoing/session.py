"""Every HTTP line out of the house: resolved and judged here, and connected to the very address that was judged.

Judging happens at each new connection, so a name that leads elsewhere the next time, and a redirect, change nothing.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from services.outgoing import reach
from services.outgoing.reach import RefusedError

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_SCHEMES = frozenset({"http", "https", "ws", "wss"})
_PORTS = frozenset({80, 443})  # of addresses that others told us


def open_session(
    timeout: aiohttp.ClientTimeout,
    headers: Mapping[str, str] | None = None,
    *,
    connector: aiohttp.BaseConnector | None = None,
    traces: Sequence[aiohttp.TraceConfig] = (),
) -> aiohttp.ClientSession:
    """The one place that makes a session. Without ``connector`` a plain :class:`Outward`. Proxies of the environment
    are not asked: what they resolve nobody here could judge.
    """
    return aiohttp.ClientSession(
        timeout=timeout, headers=headers, connector=connector or Outward(), trace_configs=list(traces), trust_env=False
    )


class Outward(aiohttp.TCPConnector):
    """Connections to whom :mod:`services.outgoing.reach` lets us call.

    ``written``: hosts that the site wrote, None where every address of the session stands in the settings. Others
    were told by somebody else: they must be http or https, on the ports of these.
    """

    def __init__(
        self,
        *,
        ca_file: Path | None = None,
        force_close: bool = False,
        written: Collection[str] | None = None,
        asks: AbstractResolver | None = None,
    ) -> None:
        judging = _Judging(asks or DefaultResolver(), written)
        super().__init__(ssl=trusting(ca_file), force_close=force_close, resolver=judging)
        self._written = written

    async def connect(  # as aiohttp calls it
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - its name there
    ) -> Connection:
        """Each request comes through here, those of redirects too. Hosts in figures never meet a resolver."""
        if fault := _fault(req.url, self._written):
            raise aiohttp.ClientConnectorError(req.connection_key, RefusedError(fault))
        return await super().connect(req, traces, timeout)


class _Judging(AbstractResolver):
    """The system's resolver; of its answers only those that may be called are left."""

    def __init__(self, asks: AbstractResolver, written: Collection[str] | None) -> None:
        self._asks, self._written = asks, written

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._asks.resolve(host, port, family)
        judged = [(one, reach.current().refusal(host, one["host"], self._written)) for one in found]
        if judged and all(fault for _, fault in judged):
            raise RefusedError(judged[0][1])
        return [one for one, fault in judged if not fault]

    async def close(self) -> None:
        await self._asks.close()


@cache
def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later, names and certificates checked. Made once: reading all the certificates of a system takes
    60 ms in which nothing else runs.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class TooLargeError(ValueError):
    """An answer has more bytes than anybody wants."""


async def bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The whole body, unpacked. Raises TooLargeError where it is beyond ``limit`` bytes, and what aiohttp raises."""
    parts, size = [], 0
    async for part in response.content.iter_chunked(64 * 1024):
        size += len(part)
        if size > limit:
            raise TooLargeError(f"{response.url.host}: more than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def strange(url: str) -> str:
    """Why an address that somebody else wrote is not called, as far as it tells without asking for its name; empty:
    it may be. What its name leads to is judged when it is called.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return "no address"
    address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else in_figures(host)
    return reach.current().refusal(host, address, ()) if address else ""


def told(error: BaseException) -> str:
    """What a failed connection is called: its kind, and where it was refused here, why."""
    cause = getattr(error, "os_error", error)
    return f"{cause}" if isinstance(cause, RefusedError) else type(error).__name__


def _fault(url: yarl.URL, written: Collection[str] | None) -> str:
    host = url.host or ""
    if url.scheme not in _SCHEMES or not host:
        return f"{url.scheme or 'nothing'}:// is called by nobody here"
    if written is not None and host not in written and (url.port not in _PORTS or url.user or url.password):
        return f"{host}: an address that others told is called on port 80 or 443, and without a user"
    address = in_figures(host)
    return reach.current().refusal(host, address, written) if address else ""  # a name is the resolver's matter


def in_figures(host: str) -> str:
    """The address that a host in figures is, the old ways of writing one (2130706433, 127.1) too; empty for a name."""
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)  # asks nobody
    except (OSError, UnicodeError):
        return ""
    return str(found[0][4][0])
