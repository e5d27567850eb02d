"""Processes of the hub that need not import the house again: each is forked from one that has.

To import all that a hub is takes Python two seconds of CPU, and to compile the wording of the catalogue one and a half;
the tests start dozens. Forked is what ``shirase`` runs with the same words; what it does from there on is its own: its
memory, its files, its death. That a hub starts from nothing, too, is shown by the tests of the start and of the
exercise, and by those on a small disk.
"""

from __future__ import annotations

import array
import asyncio
import atexit
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from services.broker.child import dies_with_parent

_LOADED = ("services.app", "services.cli.serve")
_MOST = 1 << 20  # octets of an order: words and the whole environment


class Warm:
    """A process of its own. Like one of asyncio's, as far as tests use those."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, end: asyncio.StreamReader) -> None:
        self.pid, self.stdout, self._end = pid, stdout, end
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Its exit code; below 0 the signal that ended it."""
        if self.returncode is None:
            self.returncode = int(await self._end.readline())
        return self.returncode


async def start(words: Sequence[str], stderr: IO[bytes], environment: Mapping[str, str] | None = None) -> Warm:
    """``shirase`` with these words, in the environment of the tests and this."""
    out, of_it = os.pipe()
    end, told = os.pipe()
    order = json.dumps({"words": words, "environment": {**os.environ, **(environment or {})}})
    lent = array.array("i", [of_it, stderr.fileno(), told])
    try:
        _nest().sendmsg([order.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, lent)])
    finally:
        os.close(of_it)
        os.close(told)
    stdout, ends = await _reader(out), await _reader(end)
    return Warm(int(await ends.readline()), stdout, ends)


async def _reader(end: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(end, "rb", 0))
    return reader


@cache
def _nest() -> socket.socket:
    """The line to the process that forks; it ends with the line, and so do those it has forked."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for line in (ours, theirs):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _hatch(line: socket.socket) -> list[str] | None:
    """Fork for every order until the line ends. Comes back as the child, with its words; with None at the end."""
    ends: dict[int, int] = {}
    dying = dies_with_parent()

    def bury(*_: Any) -> None:
        while ends:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with suppress(BrokenPipeError):  # nobody waits for it
                os.write(ends[pid], b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(ends.pop(pid))

    signal.signal(signal.SIGCHLD, bury)
    while True:
        order, lent, _, _ = socket.recv_fds(line, _MOST, 3)
        if not order:
            return None
        out, err, told = lent
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        if pid := os.fork():
            os.write(told, b"%d\n" % pid)
            ends[pid] = told
        else:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if dying:
                dying()
            _become(json.loads(order), out, err)
            for end in (line.fileno(), told, *ends.values()):
                os.close(end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        os.close(out)
        os.close(err)
        if not pid:
            line.detach()
            return list(json.loads(order)["words"])


def _become(order: Mapping[str, Any], out: int, err: int) -> None:
    """The child's own outputs, environment and time zone."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()


def main() -> int:
    for name in _LOADED:
        importlib.import_module(name)
    from rules.rule import CATALOG, load_rules
    from services import __main__

    load_rules([CATALOG])  # whoever reads the same text again finds it compiled
    gc.collect()
    gc.freeze()
    words = _hatch(socket.socket(fileno=int(sys.argv[1])))
    if words is None:
        return 0
    sys.argv = [str(Path(__main__.__file__)), *words]
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
