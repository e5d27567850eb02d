"""The files of several nats-servers that are one broker: what a gateway published is acknowledged by most of them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.broker.config import limits_of, people, quote, safe, tls_of
from services.broker.rights import Gateway
from services.broker.site import Site

REPLICAS = 3  # one node may be gone, and nothing stops
_ROUTE_USER = "node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One of them: the name in its certificate, by which the others, the hub and gateways reach it."""

    host: str
    clients: int = 4222  # the hub's processes
    routes: int = 6222  # the other nodes
    name: str = ""  # empty: the host

    @property
    def known_as(self) -> str:
        return self.name or self.host


def checked(hosts: Sequence[str]) -> list[Node]:
    """Nodes at the usual ports. ValueError where they cannot make up a cluster, with the cure."""
    if len(set(hosts)) != len(hosts) or len(hosts) not in (3, 5):
        raise ValueError("a cluster has three or five nodes, each by a host name of its own: HOST,HOST,HOST")
    return [Node(host=host) for host in hosts]


def render_node(
    node: Node, nodes: Sequence[Node], site: Site, hub_password: str, gateways: Mapping[str, Gateway]
) -> str:
    """The file of one node. Hub, nodes and gateways come by TLS; ``site.port`` is where gateways come.

    Nodes know each other by their certificates and by a password made from the hub's: a gateway's certificate comes
    from the same authority and must not make it a node. ValueError as for the other files.
    """
    secret = hmac.new(hub_password.encode(), b"shirase nats routes", hashlib.sha256).hexdigest()
    others = ", ".join(quote(f"tls://{_ROUTE_USER}:{secret}@{one.host}:{one.routes}") for one in nodes if one != node)
    client_tls = tls_of(site, verify=site.certificates)
    mqtt = f"listen: {quote(f'{site.host}:{site.port}')}, {limits_of()}, stream_replicas: {REPLICAS}, {client_tls}"
    return "\n".join(
        (
            "# Written by `shirase gateways export`; changes are lost at the next one.",
            f"listen: {quote(f'{site.host}:{node.clients}')}",
            client_tls,
            f"pid_file: {quote(str(site.state / 'nats-server.pid'))}",
            *safe(site.state / "jetstream", node.known_as),
            "cluster {",
            "  name: shirase",
            f"  listen: {quote(f'{site.host}:{node.routes}')}",
            f"  authorization {{ user: {quote(_ROUTE_USER)}, password: {quote(secret)}, timeout: 5 }}",
            f"  {tls_of(site)}",
            f"  routes: [{others}]",
            "}",
            f"mqtt {{ {mqtt} }}",
            *people(hub_password, gateways, by_certificate=site.certificates),
            "",
        )
    )
