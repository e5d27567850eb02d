"""Three real nats-servers on loopback that are one broker, from the files that `shirase gateways export` writes."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from services.broker import export
from services.broker.cluster import Node, render_node
from services.broker.login import Login
from services.broker.rights import HUB_USER, Gateway
from services.broker.site import Site, Tls
from tests.city_broker import any_port, certify_as, nats_command

PASSWORD = "only-for-this-test"


class NatsCluster:
    """Start, kill, start again, node by node. ``nodes`` know each other by name; all of them are this machine."""

    def __init__(self, folder: Path, gateways: Mapping[str, Gateway]) -> None:
        self.folder = folder
        folder.mkdir()
        certify_as(folder, "server", "localhost")
        self.nodes = [
            Node(host="localhost", name=name, clients=any_port(), routes=any_port()) for name in ("n1", "n2", "n3")
        ]
        self.doors = [any_port() for _ in self.nodes]
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        for number, node in enumerate(self.nodes):
            text = render_node(node, self.nodes, self._site(number), PASSWORD, gateways)
            export.write(folder, {f"{node.name}/nats-server.conf": text})

    def _site(self, number: int) -> Site:
        own = self.folder / self.nodes[number].name
        return Site(folder=own, state=own, tls=Tls.under(self.folder), host="127.0.0.1", port=self.doors[number])

    def start(self, number: int) -> None:
        """Run a node; it finds the others by itself."""
        own = self.folder / self.nodes[number].name
        with (own / "log").open("ab") as log:
            self._running[number] = subprocess.Popen(nats_command(own), stdout=log, stderr=log, cwd=own)

    def kill(self, number: int) -> None:
        """``kill -9``."""
        one = self._running.pop(number)
        one.kill()
        one.wait()

    def stop(self) -> None:
        for one in self._running.values():
            one.terminate()
        for one in self._running.values():
            one.wait(20)

    @property
    def servers(self) -> list[str]:
        return [f"localhost:{node.clients}" for node in self.nodes]

    def login(self, user: str, first: int = 0) -> Login:
        """How somebody comes by MQTT; to the ``first`` node, and where that is away to the next."""
        doors = self.doors[first:] + self.doors[:first]
        whole = {"client_id": f"test-{user}", "ca": self.folder / "ca.pem", "user": user, "password": PASSWORD}
        others = tuple(("localhost", port) for port in doors[1:])
        return Login(host="localhost", port=doors[0], others=others, **whole)  # type: ignore[arg-type]

    @property
    def pids(self) -> list[int]:
        """Of the nodes that run."""
        return [one.pid for one in self._running.values()]

    def settings(self, worker: int) -> str:
        """``[broker]`` of an ingest process; they need no names."""
        nats = ", ".join(f'"{one}"' for one in self.servers)
        nodes = ", ".join(f'"localhost:{port}"' for port in self.doors[1:])
        return f"""
[broker]
door = "jetstream"
host = "localhost"
port = {self.doors[0]}
nodes = [{nodes}]
nats = [{nats}]
username = "{HUB_USER}"
password = "{PASSWORD}"
ca = "{self.folder / "ca.pem"}"
[flood]
allowance = 1000000
"""
