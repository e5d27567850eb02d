"""A plain line out of the house, for a protocol that is not HTTP: resolved, judged, connected to what was judged."""

from __future__ import annotations

import asyncio
import socket

from services.outgoing import reach
from services.outgoing.reach import RefusedError


async def dial(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connected socket, to the first address that takes us; each has its share of ``timeout_s``, so that one at which
    nobody answers does not take it all. Raises OSError, of which TimeoutError is one.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failed: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        if fault := reach.current().refusal(host, str(address[0])):
            failed = RefusedError(fault)
            continue
        line = socket.socket(family, kind, protocol)
        line.setblocking(False)
        try:
            async with asyncio.timeout(timeout_s / len(found)):
                await loop.sock_connect(line, address)
        except OSError as error:
            line.close()
            failed = error
        except BaseException:
            line.close()
            raise
        else:
            return line
    raise failed
