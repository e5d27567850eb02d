"""A name server on this machine that speaks DNS (RFC 1035) over UDP, and the resolver that asks it.

A name may answer otherwise each time: that is how rebinding goes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
import struct
from collections import deque
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

_A, _AAAA, _IN = 1, 28, 1
_ANSWER, _NO_SUCH_NAME = 0x8400, 0x8403


class FakeDns(asyncio.DatagramProtocol):
    """``say`` first; each question for a name takes the next of its answers, and the last one stays."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0
        self._answers: dict[str, deque[Sequence[str]]] = {}

    def say(self, name: str, *answers: Sequence[str]) -> None:
        """What the name leads to, one list of addresses after the other."""
        self._answers[name] = deque(answers)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._line, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = self._line.get_extra_info("sockname")[1]

    def stop(self) -> None:
        self._line.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        name, end = _name(data, 12)
        kind, _ = struct.unpack_from("!HH", data, end)
        self.asked.append(name)
        known = self._answers.get(name)
        found = [] if known is None else known.popleft() if len(known) > 1 else known[0]
        of_kind = [one for one in map(ipaddress.ip_address, found) if one.version == (4 if kind == _A else 6)]
        flags = _ANSWER if known else _NO_SUCH_NAME
        head = struct.pack("!HHHHHH", *struct.unpack_from("!H", data), flags, 1, len(of_kind), 0, 0)
        told = [struct.pack("!HHHIH", 0xC00C, kind, _IN, 0, len(one.packed)) + one.packed for one in of_kind]
        self._line.sendto(head + data[12 : end + 4] + b"".join(told), addr)


class Resolver(AbstractResolver):
    """Asks that server for IPv4, and for IPv6 where there is none."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._ask(host, _A) or await self._ask(host, _AAAA)
        if not found:
            raise OSError(f"{host}: no such name")
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in found
        ]

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _ask(self, host: str, kind: int) -> list[str]:
        number = secrets.token_bytes(2)
        name = b"".join(bytes([len(part)]) + part.encode() for part in host.split(".")) + b"\0"
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            await loop.sock_connect(line, ("127.0.0.1", self._port))
            await loop.sock_sendall(
                line, number + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + name + struct.pack("!HH", kind, _IN)
            )
            answer = await asyncio.wait_for(loop.sock_recv(line, 4096), 5)
        assert answer[:2] == number
        return _addresses(answer)


def _addresses(answer: bytes) -> list[str]:
    (count,) = struct.unpack_from("!H", answer, 6)
    at = _name(answer, 12)[1] + 4
    found = []
    for _ in range(count):
        (length,) = struct.unpack_from("!H", answer, at + 10)
        found.append(str(ipaddress.ip_address(answer[at + 12 : at + 12 + length])))
        at += 12 + length
    return found


def _name(data: bytes, at: int) -> tuple[str, int]:
    parts = []
    while length := data[at]:
        parts.append(data[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(parts), at + 1
