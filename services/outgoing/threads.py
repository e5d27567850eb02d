"""Lines that a library opens in threads of its own: judged at the moment of each connection.

apprise speaks with a hundred services by several libraries; none of them asks us how to connect. Python tells of every
connection before it is made (PEP 578), with the address itself, and what then raises stops it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from services.outgoing import reach
from services.outgoing.reach import RefusedError

_CALLS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_judged: ContextVar[tuple[str, Collection[str] | None, list[str]] | None] = ContextVar("judged", default=None)


@contextmanager
def judged(host: str, written: Collection[str] | None = None) -> Iterator[list[str]]:
    """Within it only what may be called is reached, by this thread and by those that were given its context, as
    apprise's own are. ``host``: whom the settings, or a stranger, named. Yields why connections were refused, as they
    are: a library may keep the reason to itself.
    """
    _listen()
    refused: list[str] = []
    token = _judged.set((host, written, refused))
    try:
        yield refused
    finally:
        _judged.reset(token)


@cache
def _listen() -> None:
    """Once in the life of a process: such a hook stays."""
    sys.addaudithook(_heard)


def _heard(event: str, told: tuple[Any, ...]) -> None:
    if event not in _CALLS or (judged := _judged.get()) is None:
        return
    line, address = told[0], told[1]
    if line.family not in (socket.AF_INET, socket.AF_INET6) or not address:
        raise RefusedError("only the internet is called from here")
    host, written, refused = judged
    fault = reach.current().refusal(host, str(address[0]), written)
    if fault and not _of_an_allowed_name(str(address[0]), line.family):
        refused.append(fault)
        raise RefusedError(fault)


def _of_an_allowed_name(address: str, family: int) -> bool:
    """A library may call another host than the one that was named: mailto:// has its server in a parameter."""
    for name in reach.current().hosts:
        try:
            found = socket.getaddrinfo(name, None, family)
        except (OSError, UnicodeError):
            continue
        if any(one[4][0] == address for one in found):
            return True
    return False
