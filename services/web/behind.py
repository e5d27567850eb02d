"""Who asks, where a proxy stands in front: what of X-Forwarded-For the proxy wrote, and what anybody may have written.

A proxy adds the address of whoever called it at the end. What stands before that came with the request.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

_LONGEST = 32  # entries that are looked at
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+):\d{1,5}")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies before the hub. Without ``nets`` there is one, on this machine or in a private net."""

    nets: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, named: Iterable[str]) -> Proxies:
        """From addresses and nets. Raises ValueError that names the word."""
        return cls(tuple(ipaddress.ip_network(one) for one in named))

    def asker(self, peer: str, forwarded: Sequence[str]) -> str:
        """Who asks: ``peer`` itself, unless it is a proxy; then the last in the chain that is none.

        ``forwarded``: the values of all X-Forwarded-For headers, in order; some proxies add a header of their own.
        """
        chain = [plain(one) for value in forwarded for one in value.split(",")][-_LONGEST:]
        asker = plain(peer)
        while chain and self._is_proxy(asker):
            before = chain.pop()
            if not before:
                break
            asker = before
            if not self.nets:
                break
        return asker

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in net for net in self.nets) if self.nets else found.is_private


def plain(told: str) -> str:
    """The address alone, without brackets, port or zone, IPv4 as IPv4; empty where it is none."""
    told = told.strip()
    if found := _WITH_PORT.fullmatch(told):
        told = found[1] or found[2]
    try:
        address = ipaddress.ip_address(told.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
