"""Names that lead to public addresses only: whoever gives us an address to call shall not call our own house by it."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver


class PublicResolver(AbstractResolver):
    """The system's resolver without private, loopback and link-local answers."""

    def __init__(self, asks: AbstractResolver | None = None) -> None:
        self._asks = asks or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where nothing public is left, which counts as no connection."""
        found = await self._asks.resolve(host, port, family)
        public = [one for one in found if ipaddress.ip_address(one["host"]).is_global]
        if not public:
            raise OSError(f"{host} leads to no public address")
        return public

    async def close(self) -> None:
        await self._asks.close()
