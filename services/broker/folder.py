"""What the embedded broker keeps in its folder and on this machine: lock, password, private files, ports."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
from pathlib import Path
from typing import IO

from services.broker.login import COMMON_ID

HOST = "127.0.0.1"


class BrokerError(Exception):
    """The broker cannot run; the text says why and what to do."""


def hold(path: Path) -> IO[str]:
    """An exclusive lock that the kernel releases when the hub dies."""
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise BrokerError(
            f"another hub runs a broker in {path.parent}: stop it, or use another SHIRASE_DATA_DIR"
        ) from None
    return handle


def kept_password(path: Path) -> str:
    """The hub's own password, made once and readable by this account only."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def kept_session(folder: Path) -> str:
    """The client id of the hub, made once. A broker asks of nobody whose name they come by: any gateway that knew this
    one could end the hub's session, and with it what waits there. A broker with sessions of before knows the old one.
    """
    path = folder / "hub.session"
    if not path.exists():
        known = (folder / "jetstream").exists()
        write_private(path, COMMON_ID if known else f"{COMMON_ID}-{secrets.token_hex(16)}")
    return path.read_text(encoding="utf-8").strip()


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, mode 0600 from its first byte on."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
    draft.replace(path)


def last_port(address_file: Path) -> int:
    """The port of the last life, 0 where there was none."""
    try:
        return int(json.loads(address_file.read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def is_free(port: int) -> bool:
    """True where nobody listens on it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
