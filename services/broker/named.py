"""The client id of the hub's session at the city's broker: of its own making, and what became of the one before.

No broker asks who comes by a client id, so one that can be guessed lets any gateway end the hub's session, with what
waits there. The hub therefore makes one and keeps it in the data directory, unless the settings name one.
"""

from __future__ import annotations

import secrets
import string
from pathlib import Path

from services.broker.folder import write_private
from services.broker.login import COMMON_ID

# Letters and digits, 23 in all, are what every broker has to take (MQTT 3.1.1, 3.1.3.1); sixteen of them are 95 bits.
_LETTERS, _SECRET = string.ascii_letters + string.digits, 16


def kept_name(file: Path) -> str:
    """The name in this file, made once and readable by this account only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_private(file, "shirase" + "".join(secrets.choice(_LETTERS) for _ in range(_SECRET)))
    return file.read_text(encoding="utf-8").strip()


def mark(marker: Path, name: str) -> None:
    """Write down that there is a session by this name."""
    if former(marker) != name or not marker.stat().st_size:
        write_private(marker, name)


def former(marker: Path) -> str:
    """By which name a session was had; empty: by none. A hub of before wrote no name down: all of them had one name."""
    return (marker.read_text(encoding="utf-8").strip() or COMMON_ID) if marker.exists() else ""
