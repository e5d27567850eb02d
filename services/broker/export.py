"""A city broker's files, written whole or not at all and readable for its account only; and telling it to read them."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from services.broker import config, mosquitto
from services.broker.cluster import Node, render_node
from services.broker.rights import Gateway
from services.broker.site import Site

PROGRAMS = {"mosquitto": "mosquitto", "nats": "nats-server"}


def files(
    broker: str,
    site: Site,
    hub_password: str,
    gateways: Mapping[str, Gateway],
    heard: Sequence[str],
    nodes: Sequence[Node] = (),
) -> dict[str, str]:
    """Name → text of every file the broker needs; ``heard`` are the topic filters the hub reads beside hub/v1.

    With ``nodes`` a file for each of a cluster, in a folder of its name. ValueError for what cannot stand in them, with
    the cure.
    """
    if nodes and broker != "nats":
        raise ValueError("only nats-server makes a cluster: --broker nats, or leave --cluster away")
    if nodes:
        of_node = partial(render_node, nodes=nodes, site=site, hub_password=hub_password, gateways=gateways)
        return {f"{node.known_as}/nats-server.conf": of_node(node) for node in nodes}
    if broker == "nats":
        return {"nats-server.conf": config.render_site(site, hub_password, gateways)}
    written = {"mosquitto.conf": mosquitto.configuration(site), "acl": mosquitto.access_list(gateways, heard)}
    if not site.certificates:
        written["passwd"] = mosquitto.passwords(hub_password, gateways)
    return written


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace each file in one step, mode 0640, in the folder's group: give that group to the broker. OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    group = folder.stat().st_gid
    for name, text in texts.items():
        target = folder / name
        if target.parent != folder:
            target.parent.mkdir(exist_ok=True, mode=0o750)
            os.chown(target.parent, -1, group)
        draft = target.with_name(f".{target.name}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
            handle.write(text)
            os.fchown(handle.fileno(), -1, group)
            os.fchmod(handle.fileno(), 0o640)
        draft.replace(target)


def tell(broker: str, pid_file: Path) -> None:
    """Send SIGHUP to the broker that ``pid_file`` names. ValueError, with the cure, where it names no such program.

    A pid outlives its process and may be somebody else's by now, whom SIGHUP would end.
    """
    program = PROGRAMS[broker]
    try:
        pid = int(pid_file.read_text())
        running = pid > 0 and Path(f"/proc/{pid}/comm").read_text().strip() == program
        if running:
            os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        running = False
    if not running:
        raise ValueError(
            f"the files are written, but {pid_file} names no {program} that runs here and may be signalled: "
            "send it SIGHUP yourself, or start it; until then it goes by what it read last"
        )
