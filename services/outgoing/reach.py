"""Whom this process may call: public addresses, and what the site allows by name or net.

An address that somebody typed, or that a feed or a name server told, must not lead into our own house: to a service on
this machine, to the city's network, to the metadata of a cloud. So it is the address of each connection that is judged,
after the name was resolved and whatever the name said before.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_NAME = re.compile(r"\.?[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are where it leads
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, of old; so are these
_GLOBAL6 = ipaddress.IPv6Network("2000::/3")  # all of IPv6 that was ever given to the open internet
# At which clouds answer their own machines, though the registries call them global: Azure, Oracle.
_OF_CLOUDS = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
_METADATA6 = ipaddress.IPv6Address("fd00:ec2::254")
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


class RefusedError(OSError):
    """The address is none that we call; the text names it and the cure. To whoever calls it is a failed connection."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is allowed beside public addresses: hosts (``.domain``: all below it) and nets."""

    hosts: frozenset[str] = frozenset()
    nets: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, allowed: Iterable[str]) -> Reach:
        """From the words of the settings. Raises ValueError that names the word."""
        hosts, nets = set(), []
        for word in allowed:
            try:
                nets.append(ipaddress.ip_network(word))
            except ValueError:
                if "/" in word or not _NAME.fullmatch(word) or word.rpartition(".")[2].isdigit():
                    raise ValueError(f"{word!r} is no host, .domain, address or net like 10.1.0.0/16") from None
                hosts.add(word.lower())
        return cls(frozenset(hosts), tuple(nets))

    def refusal(self, host: str, address: str, written: Collection[str] | None = None) -> str:
        """Why no connection goes to ``address``, to which ``host`` leads; empty: it may.

        ``written``: hosts that stand in the settings as they are, None for all. An address of this machine or of a
        private net that the site itself wrote in figures is what it means; a *name* that leads there is not.
        """
        found = bare(ipaddress.ip_address(address))
        if is_public(found) or self._allows(host, found):
            return ""
        if _meant(host, found) and (written is None or host in written):
            return ""
        told = host if host == address else f"{host} leads to {address}, which"
        return f'{told} is no public address; if it is meant, write [outgoing] allow = ["{host}"]'

    def _allows(self, host: str, address: Address) -> bool:
        name = host.lower().rstrip(".")
        below = {name[place:] for place, letter in enumerate(name) if letter == "."}
        return bool(self.hosts & {name, *below}) or any(address in net for net in self.nets)


def bare(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: mapped, compatible, 6to4 or NAT64; any other as it is."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """True for addresses of the open internet: not this machine's, a private or a shared net's, a group's."""
    if isinstance(address, IPv6Address):
        return address.is_global and address in _GLOBAL6
    return address.is_global and not address.is_multicast and not any(address in net for net in _OF_CLOUDS)


def _meant(host: str, address: Address) -> bool:
    """A host written in figures, or as ``localhost``, that is this machine or of a private net. Never metadata."""
    if host.lower() == "localhost":
        return address.is_loopback
    try:
        written = bare(ipaddress.ip_address(host))
    except ValueError:
        return False
    private = address != _METADATA6 and any(address in net for net in _PRIVATE)
    return written == address and (address.is_loopback or private)


_open = [Reach()]


def open_to(reach: Reach) -> None:
    """From now on this process may reach this. A process has one reach, as it has one firewall."""
    _open[0] = reach


def current() -> Reach:
    """What this process may reach."""
    return _open[0]
