"""Writing a city broker's files: whole or not at all, and readable for the broker's account only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from services.broker import config, mosquitto
from services.broker.rights import Gateway
from services.broker.site import Site

BROKERS = ("mosquitto", "nats")


def files(broker: str, site: Site, hub_password: str, gateways: Mapping[str, Gateway]) -> dict[str, str]:
    """Name → text of every file the broker needs. ValueError for what cannot stand in them, with the cure."""
    if broker == "nats":
        return {"nats-server.conf": config.render_site(site, hub_password, gateways)}
    written = {"mosquitto.conf": mosquitto.configuration(site), "acl": mosquitto.access_list(gateways)}
    if not site.certificates:
        written["passwd"] = mosquitto.passwords(hub_password, gateways)
    return written


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Replace each file in one step, mode 0640, in the folder's group: give that group to the broker. OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    group = folder.stat().st_gid
    for name, text in texts.items():
        draft = folder / f".{name}.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
            handle.write(text)
            os.fchown(handle.fileno(), -1, group)
            os.fchmod(handle.fileno(), 0o640)
        draft.replace(folder / name)
